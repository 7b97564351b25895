extension Program {
    /// Why bytes are no program.
    public enum DecodingFailure: Error, Equatable, Sendable {
        /// Not a program, cut short, changed, or followed by more.
        case corrupt
        /// Written by a newer version than this one reads.
        case unknownVersion(UInt16)
    }

    /// Reads what `encode()` wrote; everything is checked, so that a program that decodes is as safe as a compiled one.
    public init(decoding bytes: [UInt8]) throws(DecodingFailure) {
        guard bytes.count <= ExpressionLimits.encodedBytes, bytes.starts(with: Self.magic) else { throw .corrupt }
        var source = ByteSource(bytes: bytes[Self.magic.count...])
        let version: UInt16 = try source.read()
        guard version == Self.version else { throw .unknownVersion(version) }
        guard bytes.count > 14 else { throw .corrupt }
        var sum = ByteSource(bytes: bytes[(bytes.count - 8)...])
        guard try sum.read() == Self.sum(bytes[..<(bytes.count - 8)]) else { throw .corrupt }
        source.bytes = source.bytes.dropLast(8)
        let slotCount = try source.count(atMost: ExpressionLimits.declarations)
        let localCount = try source.count(atMost: ExpressionLimits.depth * 2)
        let type = try source.type(depth: 0)
        var constants: [Value] = []
        for _ in 0..<(try source.count(atMost: source.bytes.count)) { constants.append(try source.value()) }
        var lists: [Int32] = []
        for _ in 0..<(try source.count(atMost: source.bytes.count / 4)) { lists.append(try source.read()) }
        var nodes: [Node] = []
        for _ in 0..<(try source.count(atMost: ExpressionLimits.nodes)) { nodes.append(try source.node()) }
        guard source.bytes.isEmpty else { throw .corrupt }
        do throws(Corruption) {
            try self.init(
                slotCount: slotCount, localCount: localCount, resultType: type, nodes: nodes, lists: lists,
                constants: constants)
        } catch {
            throw .corrupt
        }
        // What reads the same but is written otherwise (a flag of 2) would give one program two hashes.
        guard encode() == bytes else { throw .corrupt }
    }
}

/// Takes encoded bytes apart, from the front.
struct ByteSource {
    typealias Failure = Program.DecodingFailure

    var bytes: ArraySlice<UInt8>

    private mutating func byte() throws(Failure) -> UInt8 {
        guard let byte = bytes.popFirst() else { throw .corrupt }
        return byte
    }

    mutating func read<T: FixedWidthInteger>() throws(Failure) -> T {
        var value: T = 0
        for shift in 0..<(T.bitWidth / 8) { value |= T(truncatingIfNeeded: try byte()) << (shift * 8) }
        return value
    }

    mutating func count(atMost limit: Int) throws(Failure) -> Int {
        let count: UInt32 = try read()
        guard count <= limit else { throw .corrupt }
        return Int(count)
    }

    private mutating func blob() throws(Failure) -> [UInt8] {
        let count = try count(atMost: bytes.count)
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }

    private mutating func text() throws(Failure) -> String {
        guard let text = String(validating: try blob(), as: UTF8.self) else { throw .corrupt }
        return text
    }

    mutating func type(depth: Int) throws(Failure) -> ValueType {
        guard depth <= ExpressionLimits.depth else { throw .corrupt }
        switch try byte() {
        case 0: return .dyn
        case 1: return .null
        case 2: return .bool
        case 3: return .int
        case 4: return .uint
        case 5: return .double
        case 6: return .string
        case 7: return .bytes
        case 8: return .timestamp
        case 9: return .duration
        case 10: return .type
        case 11: return .list(try type(depth: depth + 1))
        case 12: return .map(try type(depth: depth + 1), try type(depth: depth + 1))
        case 13: return .optional(try type(depth: depth + 1))
        case 14:
            let name = try text()
            var parameters: [ValueType] = []
            for _ in 0..<(try count(atMost: 4)) { parameters.append(try type(depth: depth + 1)) }
            return .abstract(name, parameters)
        default: throw .corrupt
        }
    }

    mutating func value() throws(Failure) -> Value {
        switch try byte() {
        case 1: return .null
        case 2: return .bool(try byte() != 0)
        case 3: return .int(try read())
        case 4: return .uint(try read())
        case 5: return .double(Double(bitPattern: try read()))
        case 6: return .string(try text())
        case 7: return .bytes(try blob())
        case 8: return .type(try text())
        default: throw .corrupt
        }
    }

    mutating func node() throws(Failure) -> Node {
        guard let operation = Operation(rawValue: try byte()) else { throw .corrupt }
        return Node(
            operation: operation, a: try read(), b: try read(), c: try read(), offset: try read(), length: try read())
    }
}
