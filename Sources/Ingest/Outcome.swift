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
    /// All notes, listed or not.
    var noteCount = 0

    mutating func reject(_ finding: Finding) {
        rejected += 1
        if errors.count < Limits.answerFindings { errors.append(finding) }
    }

    var hasRoomForNotes: Bool { notes.count < Limits.answerFindings }
}

/// An event that was refused, for the dead letters.
public struct Reject: Sendable {
    public var received: Timestamp
    public var department: String
    public var finding: Finding
    /// The event's bytes as sent, cut to 4 kB.
    public var bytes: [UInt8]
}

/// Where refused events go; called on the ingest thread, so it must not block.
public typealias RejectSink = @Sendable (Reject) -> Void
