import Events

/// What a stored notice amounts to: a bit that turns over on disk must not be told as if it had been decided.
enum NoticeHash {
    static func of(_ body: String, seq: Int64, prev: Int64, _ leaf: Leaf) -> Int64 {
        var text = "\(seq) \(prev) \(leaf.topics[0])\(body)"
        return text.withUTF8 { Int64(bitPattern: byteHash(UnsafeRawBufferPointer($0))) }
    }
}
