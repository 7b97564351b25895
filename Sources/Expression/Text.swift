/// Strings compared and searched by code point, without normalisation, in linear time.
enum Text {
    /// The same code points; Swift's own `==` would equate canonically equivalent strings.
    @inline(__always)
    static func same(_ a: String, _ b: String) -> Bool {
        // Two strings with the same bits are the same string whatever the bits mean; short ones are held inline.
        if unsafeBitCast(a, to: (UInt64, UInt64).self) == unsafeBitCast(b, to: (UInt64, UInt64).self) { return true }
        return a.utf8.count == b.utf8.count && a.utf8.elementsEqual(b.utf8)
    }

    /// By code point, which is the order of UTF-8 bytes: negative, zero, positive.
    static func order(_ a: String, _ b: String) -> Int { order(Array(a.utf8), Array(b.utf8)) }

    static func order(_ a: [UInt8], _ b: [UInt8]) -> Int {
        for (x, y) in zip(a, b) where x != y { return x < y ? -1 : 1 }
        return a.count - b.count
    }

    /// Byte offsets at which `needle` starts in `text`, left to right; overlapping ones too when asked for.
    /// Linear in both lengths (Knuth, Morris and Pratt). `needle` is not empty.
    static func occurrences(of needle: [UInt8], in text: [UInt8], overlapping: Bool, limit: Int = .max) -> [Int] {
        precondition(!needle.isEmpty)
        var fallback = [0]
        var k = 0
        for i in 1..<max(1, needle.count) {
            while k > 0, needle[i] != needle[k] { k = fallback[k - 1] }
            if needle[i] == needle[k] { k += 1 }
            fallback.append(k)
        }
        var found: [Int] = []
        k = 0
        for (i, byte) in text.enumerated() {
            if found.count >= limit { break }
            while k > 0, byte != needle[k] { k = fallback[k - 1] }
            if byte == needle[k] { k += 1 }
            guard k == needle.count else { continue }
            found.append(i - needle.count + 1)
            k = overlapping ? fallback[k - 1] : 0
        }
        return found
    }

    /// Bytes that are known to be whole code points, as a string.
    static func string(_ bytes: some Sequence<UInt8>) -> String { String(decoding: Array(bytes), as: UTF8.self) }
}
