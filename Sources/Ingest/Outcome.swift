import Events

/// What became of one message: the counts and findings of its answer.
struct Outcome {
    var accepted = 0
    var duplicates = 0
    var rejected = 0
    /// Index in the open batch of the message's last accepted event.
    var lastIndex = -1
    var errors: [Finding] = []
    var notes: [Finding] = []
    /// How often each note came, listed or not; in order of first appearance.
    var noteCounts: [(code: IngestCode, count: Int)] = []
    /// How many errors are listed.
    var errorLimit = Limits.answerErrors

    mutating func reject(_ finding: Finding) {
        rejected += 1
        if errors.count < errorLimit { errors.append(finding) }
    }

    /// Whether there is room to list one more note of this code.
    func lists(_ code: IngestCode) -> Bool {
        guard let entry = noteCounts.first(where: { $0.code == code }) else { return true }
        return entry.count < Limits.answerNotesPerCode
    }

    mutating func count(_ code: IngestCode) {
        if let at = noteCounts.firstIndex(where: { $0.code == code }) {
            noteCounts[at].count += 1
        } else {
            noteCounts.append((code, 1))
        }
    }

    var findings: Int { errors.count + notes.count }
}

/// An event that was refused, for the dead letters.
public struct Reject: Sendable {
    public var received: Timestamp
    public var department: String
    public var finding: Finding
    /// The event's own bytes as sent, without its neighbours in the message, cut to 4 kB.
    public var bytes: [UInt8]
}

/// Where refused events go; called on the ingest thread, so it must not block.
public typealias RejectSink = @Sendable (Reject) -> Void
