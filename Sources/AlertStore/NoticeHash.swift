import Events

/// What a stored notice amounts to: a bit that turns over on disk must not be told as if it had been decided.
enum NoticeHash {
    static func of(_ notice: StoredNotice) -> Int64 {
        var text = "\(notice.seq) \(notice.prev) \(notice.leaf.topics[0])\(notice.body)"
        return text.withUTF8 { Int64(bitPattern: byteHash(UnsafeRawBufferPointer($0))) }
    }
}
