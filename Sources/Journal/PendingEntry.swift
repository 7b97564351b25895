import Events

/// An entry that waits to be appended.
public struct PendingEntry: Sendable {
    /// Not before that of the entry appended last.
    public var received: Timestamp
    /// Who sent it; empty for the platform's own entries.
    public var department: String
    public var entry: JournalEntry

    public init(received: Timestamp, department: String = "", entry: JournalEntry) {
        self.received = received
        self.department = department
        self.entry = entry
    }
}
