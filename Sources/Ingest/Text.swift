/// A string of the tape or the catalogue by address, without a copy; at least 15 bytes after it are readable.
struct Text: BitwiseCopyable {
    let start: UnsafeRawPointer?
    let count: Int

    static var absent: Text { Text(start: nil, count: 0) }

    @inline(__always) var isAbsent: Bool { start == nil }
    @inline(__always) var bytes: UnsafeRawBufferPointer { .init(start: start, count: count) }
    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Bytes `8 * word ..< 8 * word + 8`, zero after the end.
    @inline(__always) func word(_ word: Int) -> UInt64 {
        let left = count &- 8 &* word
        guard left > 0 else { return 0 }
        let loaded = start.unsafelyUnwrapped.loadUnaligned(fromByteOffset: 8 &* word, as: UInt64.self)
        return left >= 8 ? loaded : loaded & ~(~0 &<< UInt64(truncatingIfNeeded: 8 &* left))
    }

    @inline(__always) func equals(_ other: Text) -> Bool {
        guard count == other.count else { return false }
        var index = 0
        while index * 8 < count {
            guard word(index) == other.word(index) else { return false }
            index += 1
        }
        return true
    }

    @inline(__always) func equals(_ literal: StaticString) -> Bool {
        guard count == literal.utf8CodeUnitCount else { return false }
        for index in 0..<count where bytes[index] != literal.utf8Start[index] { return false }
        return true
    }

    /// Whether a byte below 0x20 or 0x7F is among them; eight bytes at a time.
    @inline(__always) var hasControl: Bool {
        var index = 0
        while index * 8 < count {
            var word = word(index)
            let left = count - 8 * index
            if left < 8 { word |= 0x2020_2020_2020_2020 << UInt64(8 * left) }
            let low = (word &- 0x2020_2020_2020_2020) & ~word & 0x8080_8080_8080_8080
            let flipped = word ^ 0x7F7F_7F7F_7F7F_7F7F
            let delete = (flipped &- 0x0101_0101_0101_0101) & ~flipped & 0x8080_8080_8080_8080
            if low | delete != 0 { return true }
            index += 1
        }
        return false
    }
}
