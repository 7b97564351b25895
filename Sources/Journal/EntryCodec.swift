import Events

/// Turns an entry into the bytes of its payload (format 1) and back, apart from restricted fields.
enum EntryCodec {
    /// The payload format that is written; readers know this and every earlier one.
    static let format: Int64 = 1

    static func encode(_ entry: JournalEntry) -> [UInt8] {
        switch entry {
        case .events(let batch):
            return encodeBatch(batch)
        case .tick:
            return []
        case .started(let deaf):
            var out = ColumnWriter(capacity: 10)
            out.zigzag(deaf.microseconds)
            return out.bytes
        case .ruleSet(let bytes), .registry(let bytes), .departments(let bytes), .request(let bytes):
            return bytes
        }
    }

    static func decode(_ payload: [UInt8], kind: Int64, format: Int64) throws(CodecFailure) -> JournalEntry {
        guard format == Self.format else { throw CodecFailure("format \(format) is not known", at: 0) }
        guard let kind = EntryKind(rawValue: kind) else { throw CodecFailure("kind \(kind) is not known", at: 0) }
        switch kind {
        case .events: return .events(try decodeBatch(payload))
        case .tick:
            guard payload.isEmpty else { throw CodecFailure("a tick with a payload", at: 0) }
            return .tick
        case .started:
            var reader = ColumnReader(payload)
            let deaf = TimeSpan(microseconds: try reader.zigzag())
            try reader.finish()
            return .started(deaf: deaf)
        case .ruleSet: return .ruleSet(payload)
        case .registry: return .registry(payload)
        case .departments: return .departments(payload)
        case .request: return .request(payload)
        }
    }
}
