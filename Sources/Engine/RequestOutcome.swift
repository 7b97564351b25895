import Events

/// What the engine made of an operator's request; refusals are kept like the rest.
public struct RequestOutcome: Equatable, Sendable {
    public enum Verdict: UInt8, Sendable, CaseIterable {
        case accepted = 0
        /// No alarm with this id is open: it never was, or it is over.
        case notOpen = 1
        case alreadyAcknowledged = 2
        /// The journal holds bytes that are no request.
        case malformed = 3

        public var name: String {
            switch self {
            case .accepted: "accepted"
            case .notOpen: "not_open"
            case .alreadyAcknowledged: "already_acknowledged"
            case .malformed: "malformed"
            }
        }
    }

    /// Of the journal entry that was decided.
    public var position: Int64
    public var received: Timestamp
    /// nil where it is malformed.
    public var request: OperatorRequest?
    public var verdict: Verdict
    /// The key had been decided before, at an earlier position: this is that verdict again.
    public var isRepeat = false

    public init(position: Int64, received: Timestamp, request: OperatorRequest?, verdict: Verdict) {
        self.position = position
        self.received = received
        self.request = request
        self.verdict = verdict
    }

    /// Remembered keys: a caller repeats within minutes, not after a thousand other requests.
    static let remembered = 1000
}

extension RequestOutcome {
    func write(to out: inout ByteWriter) {
        out.put(position)
        out.put(received)
        out.put(request) { $0.put($1.encoded) }
        out.put(verdict.rawValue)
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        position = try r.get()
        received = try r.getTimestamp()
        request = try r.getOptional { (r: inout ByteReader) throws(ByteReader.Failure) in
            try OperatorRequest(decoding: try r.getBytes())
        }
        verdict = try r.getCase(Verdict.self)
    }
}
