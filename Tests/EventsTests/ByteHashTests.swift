import Testing

@testable import Events

@Suite struct ByteHashTests {
    /// The definition, byte by byte.
    private static func slow(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
        var hash = seed ^ 0x9E37_79B9_7F4A_7C15 ^ (UInt64(bytes.count) &* 0xA076_1D64_78BD_642F)
        for start in stride(from: 0, to: bytes.count, by: 8) {
            let word = bytes[start..<min(start + 8, bytes.count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
            hash = fold(hash ^ word, start + 8 <= bytes.count ? 0xE703_7ED1_A0B4_28DB : 0x8EBC_6AF0_9C88_C6E3)
        }
        return fold(hash, 0x5899_65CC_7537_4CC3)
    }

    @Test func `the hash of every length is that of its bytes, wherever they lie`() {
        let memory = (0..<80).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
        for (count, start) in (0...40).flatMap({ count in (0..<8).map { (count, $0) } }) {
            let bytes = Array(memory[start..<start + count])
            let hash = memory.withUnsafeBytes { byteHash(.init(rebasing: $0[start..<start + count]), seed: 5) }
            #expect(hash == Self.slow(bytes, seed: 5), "\(count) bytes")
        }
    }

    @Test func `strings that differ in one byte are told apart`() {
        for count in 1...24 {
            let text = [UInt8](repeating: 7, count: count)
            for at in 0..<count {
                var other = text
                other[at] = 8
                let isSame = text.withUnsafeBytes { text in other.withUnsafeBytes { sameBytes(text, $0) } }
                #expect(!isSame)
            }
            #expect(text.withUnsafeBytes { text in Array(text).withUnsafeBytes { sameBytes(text, $0) } })
        }
    }
}
