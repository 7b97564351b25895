/// Changes bytes as mistakes, torn writes and attackers do.
struct Mutator {
    /// Words that mean something in this kind of input.
    var words: [[UInt8]]
    /// Most changes of one input.
    var most = 5

    init(words: [String], most: Int = 5) {
        self.words = words.map { Array($0.utf8) }
        self.most = most
    }

    private static let numbers = [
        "0", "-0", "-1", "1e308", "1e400", "-1e-400", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "18446744073709551615", "18446744073709551616", "4294967296", "2147483648", "65536",
        "0.1", "1e-320", "NaN", "Infinity", "00", "1.", ".5", "1e", "+1", "0x10", "1_000",
    ].map { Array($0.utf8) }
    private static let odd: [[UInt8]] =
        [
            "\u{FEFF}", "\u{0}", "\u{1F6A8}", "é", "e\u{301}", "\u{202E}", "警", "\r\n", "\r", "\t", "\\u0000",
            "\\ud800",
            "\\uD83D\\uDEA8",
        ].map { Array($0.utf8) } + [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE4, 0xB8],
        ]
    private static let marks = Array("{}[]()\",:'\\\n -#&*!|>%@`?<>=+/.".utf8)

    /// `others`: what a piece may be taken from.
    func mutate(_ bytes: [UInt8], _ random: inout FuzzRandom, others: [[UInt8]] = []) -> [UInt8] {
        var bytes = bytes
        change(&bytes, &random, others)
        for _ in 1..<most where random.chance(40) { change(&bytes, &random, others) }
        return bytes
    }

    private func change(_ bytes: inout [UInt8], _ random: inout FuzzRandom, _ others: [[UInt8]]) {
        let at = random.below(bytes.count + 1)
        let length = min(bytes.count - at, random.chance(70) ? random.below(8) : random.below(bytes.count + 1))
        switch random.below(13) {
        case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8(random.below(8))
        case 1 where at < bytes.count: bytes[at] = UInt8(random.below(256))
        case 2: bytes.insert(random.pick(Self.marks), at: at)
        case 3 where at < bytes.count: bytes[at] = random.pick(Self.marks)
        case 4: bytes.removeSubrange(at..<at + length)
        case 5: bytes.insert(contentsOf: bytes[at..<at + length], at: random.below(bytes.count + 1))
        case 6: bytes.insert(contentsOf: random.pick(Self.odd), at: at)
        case 7: replaceToken(&bytes, near: at, by: random.pick(Self.numbers))
        case 8 where !words.isEmpty: replaceToken(&bytes, near: at, by: random.pick(words))
        case 9 where !words.isEmpty: bytes.insert(contentsOf: random.pick(words), at: at)
        case 10 where random.chance(20): bytes.removeSubrange(at...)
        case 11 where random.chance(10):
            let piece = Array(bytes[at..<at + length].prefix(64))
            for _ in 0..<random.below(200) { bytes.insert(contentsOf: piece, at: at) }
        default:
            guard let other = others.isEmpty ? nil : random.pick(others), !other.isEmpty else { return }
            let start = random.below(other.count)
            let end = min(other.count, start + 1 + random.below(64))
            bytes.replaceSubrange(at..<at + length, with: other[start..<end])
        }
    }

    /// The word or number around a place.
    private func replaceToken(_ bytes: inout [UInt8], near at: Int, by new: [UInt8]) {
        func isPart(_ byte: UInt8) -> Bool {
            byte &- 48 <= 9 || (byte | 0x20) &- 97 <= 25 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "-") || byte >= 0x80
        }
        var start = at
        while start < bytes.count, !isPart(bytes[start]) { start += 1 }
        while start > 0, start <= bytes.count, isPart(bytes[start - 1]) { start -= 1 }
        var end = start
        while end < bytes.count, isPart(bytes[end]) { end += 1 }
        bytes.replaceSubrange(start..<end, with: new)
    }
}
