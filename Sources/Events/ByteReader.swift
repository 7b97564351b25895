/// Reads what `ByteWriter` wrote; every shortfall or impossible length is an error, never a trap.
public struct ByteReader {
    public enum Failure: Error, Equatable, Sendable {
        case truncated(at: Int)
        case invalid(what: String, at: Int)
    }

    public let bytes: [UInt8]
    public private(set) var offset: Int

    public init(_ bytes: [UInt8], from offset: Int = 0) {
        precondition((0...bytes.count).contains(offset), "begins outside of the bytes")
        (self.bytes, self.offset) = (bytes, offset)
    }

    public var remaining: Int { bytes.count - offset }

    public mutating func get<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type = T.self) throws(Failure) -> T {
        let size = MemoryLayout<T>.size
        guard remaining >= size else { throw .truncated(at: offset) }
        let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
        offset += size
        return T(littleEndian: value)
    }

    public mutating func getDouble() throws(Failure) -> Double { Double(bitPattern: try get(UInt64.self)) }
    public mutating func getTimestamp() throws(Failure) -> Timestamp { .init(microseconds: try get(Int64.self)) }
    public mutating func getSpan() throws(Failure) -> TimeSpan { .init(microseconds: try get(Int64.self)) }

    public mutating func getBool() throws(Failure) -> Bool {
        let byte = try get(UInt8.self)
        guard byte <= 1 else { throw .invalid(what: "flag", at: offset - 1) }
        return byte == 1
    }

    public mutating func getBytes() throws(Failure) -> [UInt8] {
        let count = Int(try get(UInt32.self))
        return try getRaw(count)
    }

    public mutating func getRaw(_ count: Int) throws(Failure) -> [UInt8] {
        guard count >= 0, remaining >= count else { throw .truncated(at: offset) }
        defer { offset += count }
        return Array(bytes[offset..<(offset + count)])
    }

    public mutating func getString() throws(Failure) -> String {
        let start = offset
        let raw = try getBytes()
        guard let text = String(validating: raw, as: UTF8.self) else { throw .invalid(what: "UTF-8", at: start) }
        return text
    }

    public mutating func getOptional<T>(
        _ read: (inout ByteReader) throws(Failure) -> T
    ) throws(Failure) -> T? {
        try getBool() ? try read(&self) : nil
    }

    /// A list whose elements take at least one byte each, so that a forged count cannot make a huge allocation.
    public mutating func getList<T>(_ read: (inout ByteReader) throws(Failure) -> T) throws(Failure) -> [T] {
        let count = Int(try get(UInt32.self))
        guard count <= remaining else { throw .truncated(at: offset) }
        var list: [T] = []
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(try read(&self)) }
        return list
    }

    public mutating func getCase<T: RawRepresentable>(_ type: T.Type) throws(Failure) -> T where T.RawValue == UInt8 {
        let raw = try get(UInt8.self)
        guard let value = T(rawValue: raw) else { throw .invalid(what: "\(T.self) \(raw)", at: offset - 1) }
        return value
    }
}
