/// Strings interned to dense numbers in order of first appearance, kept as one run of bytes.
///
/// Numbers are local to the table: a batch's table travels with the batch, the engine has its own.
public struct StringTable: Sendable {
    public private(set) var bytes: [UInt8] = []
    /// End offset of each string in `bytes`.
    public private(set) var ends: [UInt32] = []
    /// Open addressing: string number + 1, 0 where free; the size is a power of two.
    private var buckets: [Int32]

    public init(minimumBuckets: Int = 64) {
        var size = 16
        while size < minimumBuckets { size *= 2 }
        buckets = [Int32](repeating: 0, count: size)
    }

    /// Rebuilds a table from its stored parts; nil where they do not fit together or repeat a string.
    public init?(bytes: [UInt8], ends: [UInt32]) {
        self.init(minimumBuckets: ends.count * 2)
        var start: UInt32 = 0
        for (number, end) in ends.enumerated() {
            guard end >= start, Int(end) <= bytes.count else { return nil }
            let added = bytes.withUnsafeBytes { intern(UnsafeRawBufferPointer(rebasing: $0[Int(start)..<Int(end)])) }
            guard added == Int32(number) else { return nil }
            start = end
        }
        guard Int(start) == bytes.count else { return nil }
    }

    public var count: Int { ends.count }

    @inlinable public func range(_ number: Int32) -> Range<Int> {
        let index = Int(number)
        return (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    @inlinable public func withBytes<T>(_ number: Int32, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        let range = range(number)
        return bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// The string itself; for messages and rare paths.
    public func string(_ number: Int32) -> String { String(decoding: bytes[range(number)], as: UTF8.self) }

    public mutating func intern(_ text: UnsafeRawBufferPointer) -> Int32 { intern(text, hash: byteHash(text)) }

    /// For one who knows the text's `byteHash`.
    public mutating func intern(_ text: UnsafeRawBufferPointer, hash: UInt64) -> Int32 {
        let mask = buckets.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while buckets[slot] != 0 {
            let number = buckets[slot] - 1
            if equals(number, text) { return number }
            slot = (slot + 1) & mask
        }
        let number = Int32(ends.count)
        bytes.append(contentsOf: text)
        ends.append(UInt32(bytes.count))
        buckets[slot] = number + 1
        if ends.count * 2 > buckets.count { grow() }
        return number
    }

    public mutating func intern(_ text: String) -> Int32 {
        var copy = text
        return copy.withUTF8 { intern(UnsafeRawBufferPointer($0)) }
    }

    /// The number of a string that is in the table, or nil.
    public func find(_ text: UnsafeRawBufferPointer) -> Int32? { find(text, hash: byteHash(text)) }

    public func find(_ text: UnsafeRawBufferPointer, hash: UInt64) -> Int32? {
        let mask = buckets.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while buckets[slot] != 0 {
            let number = buckets[slot] - 1
            if equals(number, text) { return number }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Where a look-up of a text with that `byteHash` begins, for one who asks memory for it ahead; mutating in form only:
    /// else the table's references would be counted.
    public mutating func withBucket(of hash: UInt64, _ body: (UnsafeRawPointer) -> Void) {
        buckets.withUnsafeMutableBufferPointer { buckets in
            body(UnsafeRawPointer(buckets.baseAddress! + (Int(truncatingIfNeeded: hash) & (buckets.count - 1))))
        }
    }

    public func find(_ text: String) -> Int32? {
        var copy = text
        return copy.withUTF8 { find(UnsafeRawBufferPointer($0)) }
    }

    /// Whether the string has these bytes.
    public func equals(_ number: Int32, _ text: UnsafeRawBufferPointer) -> Bool {
        let range = range(number)
        guard range.count == text.count else { return false }
        return bytes.withUnsafeBytes { sameBytes(UnsafeRawBufferPointer(rebasing: $0[range]), text) }
    }

    private mutating func grow() {
        let mask = buckets.count * 2 - 1
        buckets = [Int32](repeating: 0, count: mask + 1)
        for number in 0..<Int32(ends.count) {
            var slot = withBytes(number) { Int(truncatingIfNeeded: byteHash($0)) & mask }
            while buckets[slot] != 0 { slot = (slot + 1) & mask }
            buckets[slot] = number + 1
        }
    }
}

/// Whether two runs of equal length are the same, by whole words; what is left is part of a last word that overlaps the one
/// before it.
@inlinable func sameBytes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    func isSame<Word: FixedWidthInteger>(_ index: Int, _: Word.Type) -> Bool {
        a.loadUnaligned(fromByteOffset: index, as: Word.self) == b.loadUnaligned(fromByteOffset: index, as: Word.self)
    }
    let count = a.count
    var index = 0
    while index + 8 <= count {
        guard isSame(index, UInt64.self) else { return false }
        index += 8
    }
    if index == count { return true }
    if count >= 8 { return isSame(count - 8, UInt64.self) }
    if count >= 4 { return isSame(0, UInt32.self) && isSame(count - 4, UInt32.self) }
    return (0..<count).allSatisfy { a[$0] == b[$0] }
}
