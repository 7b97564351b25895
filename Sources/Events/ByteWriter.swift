/// Writes the little-endian encodings that snapshots and journal entries are made of.
public struct ByteWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Gives what was written so far to somebody, once it is `enough` bytes, and begins anew in the same memory.
    public mutating func drain<E: Error>(
        from enough: Int = 1, to take: ([UInt8]) throws(E) -> Void
    ) throws(E) {
        guard bytes.count >= enough else { return }
        try take(bytes)
        bytes.removeAll(keepingCapacity: true)
    }

    public mutating func put<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func put(_ value: Double) { put(value.bitPattern) }
    public mutating func put(_ value: Bool) { put(UInt8(value ? 1 : 0)) }
    public mutating func put(_ value: Timestamp) { put(value.microseconds) }
    public mutating func put(_ value: TimeSpan) { put(value.microseconds) }

    public mutating func put(_ value: String) {
        put(UInt32(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    public mutating func put(_ value: [UInt8]) {
        put(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    public mutating func put(raw value: UnsafeRawBufferPointer) { bytes.append(contentsOf: value) }

    public mutating func put<T>(_ value: T?, _ write: (inout ByteWriter, T) -> Void) {
        put(value != nil)
        if let value { write(&self, value) }
    }

    public mutating func put<T>(_ list: [T], _ write: (inout ByteWriter, T) -> Void) {
        put(UInt32(list.count))
        for element in list { write(&self, element) }
    }
}
