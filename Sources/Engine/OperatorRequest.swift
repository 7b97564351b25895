import Events

/// What a person asks of the engine, as the journal holds it.
public struct OperatorRequest: Equatable, Sendable {
    public enum Act: Equatable, Sendable {
        /// Somebody has taken an alarm over.
        case acknowledge(episode: DecisionID)
    }

    /// Bytes of a key and of a name.
    public static let maximumName = 200

    /// Chosen by the caller: a repeat of a request has the same, and no second effect.
    public var key: String
    /// The acting person.
    public var actor: String
    public var note: String
    public var act: Act

    public init(key: String, actor: String, note: String = "", act: Act) {
        self.key = key
        self.actor = actor
        self.note = note
        self.act = act
    }

    /// Whether every text is there and within its bound.
    public var isValid: Bool {
        (1...Self.maximumName).contains(key.utf8.count) && (1...Self.maximumName).contains(actor.utf8.count)
            && note.utf8.count <= Limits.textBytes
    }
}

extension OperatorRequest {
    static let encodingVersion: UInt8 = 1

    public var encoded: [UInt8] {
        var out = ByteWriter()
        out.put(Self.encodingVersion)
        for text in [key, actor, note] { out.put(text) }
        switch act {
        case .acknowledge(let episode):
            out.put(UInt8(0))
            out.put(episode.position)
            out.put(episode.ordinal)
        }
        return out.bytes
    }

    public init(decoding bytes: [UInt8]) throws(ByteReader.Failure) {
        var r = ByteReader(bytes)
        guard try r.get(UInt8.self) == Self.encodingVersion else { throw .invalid(what: "request version", at: 0) }
        key = try r.getString()
        actor = try r.getString()
        note = try r.getString()
        let tag = try r.get(UInt8.self)
        switch tag {
        case 0: act = .acknowledge(episode: DecisionID(position: try r.get(), ordinal: try r.get()))
        default: throw .invalid(what: "act \(tag)", at: r.offset)
        }
        guard r.remaining == 0, isValid else { throw .invalid(what: "request", at: r.offset) }
    }
}
