/// What the journal records: everything that can change state.
public enum JournalEntry: Sendable {
    case events(EventBatch)
    /// Nothing came for a second; only the stamp matters.
    case tick
    /// The platform started after having been deaf for this long.
    case started(deaf: TimeSpan)
    /// A whole rule set in the engine's versioned encoding, with its source files.
    case ruleSet([UInt8])
    case registry([UInt8])
    case departments([UInt8])
    case request([UInt8])

    /// How many positions the entry takes: one an event; one where a batch only moves marks, and for other entries.
    public var positions: Int {
        switch self {
        case .events(let batch): max(1, batch.count)
        case .tick, .started, .ruleSet, .registry, .departments, .request: 1
        }
    }
}

/// An entry with its place and stamp in the journal.
public struct JournalRecord: Sendable {
    /// Of the first event, or of the entry; the next record begins at `position + entry.positions`.
    public var position: Int64
    /// Non-decreasing along the journal; this stamp is the platform's clock tick.
    public var received: Timestamp
    /// Who sent it; empty for the platform's own entries.
    public var department: String
    public var entry: JournalEntry

    public init(position: Int64, received: Timestamp, department: String, entry: JournalEntry) {
        self.position = position
        self.received = received
        self.department = department
        self.entry = entry
    }
}
