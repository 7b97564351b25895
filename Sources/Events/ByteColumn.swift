/// A column of short byte strings kept as one run.
public struct ByteColumn: Sendable, Equatable {
    public var bytes: [UInt8] = []
    /// End offset of each element in `bytes`.
    public var ends: [UInt32] = []

    public init() {}

    @inlinable public var count: Int { ends.count }

    @inlinable public func range(_ index: Int) -> Range<Int> {
        (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    @inlinable public mutating func append(_ element: UnsafeRawBufferPointer) {
        bytes.append(contentsOf: element)
        ends.append(UInt32(bytes.count))
    }

    public func string(_ index: Int) -> String { String(decoding: bytes[range(index)], as: UTF8.self) }
}
