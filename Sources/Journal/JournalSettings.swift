import Events

/// What an operator may set about a journal.
public struct JournalSettings: Sendable {
    /// Bytes of a segment after which a new one begins: one file to copy, prune or lose.
    public var segmentBytes: Int64
    /// Span of `received` after which a new segment begins: retention works by whole segments.
    public var segmentAge: TimeSpan
    /// Bytes of all segments that are reported as reached (`JournalUsage`), or nil; nothing is deleted for it.
    public var capBytes: Int64?
    /// The engine version that rows are stamped with.
    public var engineVersion: Int64

    public init(
        segmentBytes: Int64 = 256 << 20, segmentAge: TimeSpan = .days(1), capBytes: Int64? = nil, engineVersion: Int64
    ) {
        precondition(segmentBytes > 0 && segmentAge > .zero, "a segment has room for an entry")
        self.segmentBytes = segmentBytes
        self.segmentAge = segmentAge
        self.capBytes = capBytes
        self.engineVersion = engineVersion
    }
}
