/// The canonical bytes of a program: equal programs have equal bytes, on every machine and in every run.
///
/// Little-endian, fixed widths: "FHEX", version, slot count, local count, result type, constants, lists, nodes, and at
/// the end a 64-bit FNV-1a sum of all before it. Counts are 32 bits wide.
extension Program {
    static let magic: [UInt8] = [0x46, 0x48, 0x45, 0x58]
    /// Raised whenever the meaning of a byte changes; new operations and functions are only appended.
    static let version: UInt16 = 1

    public func encode() -> [UInt8] {
        var out = ByteSink()
        out.bytes = Self.magic
        out.write(Self.version)
        out.write(UInt32(slotCount))
        out.write(UInt32(localCount))
        out.write(resultType)
        out.write(UInt32(constants.count))
        for constant in constants { out.write(constant) }
        out.write(UInt32(lists.count))
        for item in lists { out.write(UInt32(bitPattern: item)) }
        out.write(UInt32(nodes.count))
        for node in nodes {
            out.bytes.append(node.operation.rawValue)
            for field in [node.a, node.b, node.c, node.offset, node.length] { out.write(UInt32(bitPattern: field)) }
        }
        out.write(Self.sum(out.bytes[...]))
        return out.bytes
    }

    static func sum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}

/// Where encoded bytes are collected.
struct ByteSink {
    var bytes: [UInt8] = []

    mutating func write<T: FixedWidthInteger>(_ value: T) {
        for byte in 0..<(T.bitWidth / 8) { bytes.append(UInt8(truncatingIfNeeded: value >> (byte * 8))) }
    }

    private mutating func write(_ text: [UInt8]) {
        write(UInt32(text.count))
        bytes.append(contentsOf: text)
    }

    mutating func write(_ type: ValueType) {
        bytes.append(type.tag)
        if case .abstract(let name, let parameters) = type {
            write(Array(name.utf8))
            write(UInt32(parameters.count))
        }
        for parameter in type.parameters { write(parameter) }
    }

    mutating func write(_ value: Value) {
        bytes.append(value.tag)
        switch value {
        case .absent, .null: break
        case .bool(let flag): bytes.append(flag ? 1 : 0)
        case .int(let number): write(number)
        case .uint(let number): write(number)
        case .double(let number): write(number.isNaN ? Double.nan.bitPattern : number.bitPattern)
        case .string(let text), .type(let text): write(Array(text.utf8))
        case .bytes(let data): write(data)
        case .timestamp, .duration, .list, .map, .optional: preconditionFailure("no source writes such a constant")
        }
    }
}

extension ValueType {
    /// Encoded programs hold these numbers: append, never reorder.
    fileprivate var tag: UInt8 {
        switch self {
        case .dyn: 0
        case .null: 1
        case .bool: 2
        case .int: 3
        case .uint: 4
        case .double: 5
        case .string: 6
        case .bytes: 7
        case .timestamp: 8
        case .duration: 9
        case .type: 10
        case .list: 11
        case .map: 12
        case .optional: 13
        case .abstract: 14
        case .parameter: preconditionFailure("a checked program has no open types")
        }
    }
}

extension Value {
    /// Encoded programs hold these numbers: append, never reorder.
    fileprivate var tag: UInt8 {
        switch self {
        case .null: 1
        case .bool: 2
        case .int: 3
        case .uint: 4
        case .double: 5
        case .string: 6
        case .bytes: 7
        case .type: 8
        case .absent, .timestamp, .duration, .list, .map, .optional: 0
        }
    }
}
