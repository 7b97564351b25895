import Events

/// What the ingest thread has counted since the start: a snapshot for `status` and `sources list`.
public struct IngestStatus: Equatable, Sendable {
    public struct Source: Equatable, Sendable {
        public var department: String
        public var source: String
        public var accepted: UInt64
        public var duplicates: UInt64
        public var rejected: UInt64
        /// Readings accepted that no rule reads.
        public var unread: UInt64
        /// The newest event time, nil before the first event.
        public var newestEvent: Timestamp?
        public var lastReceived: Timestamp?
    }

    public struct Stranger: Equatable, Sendable {
        public var subject: String
        public var department: String
        public var source: String
        public var events: UInt64
        public var lastReceived: Timestamp
    }

    public var messages: UInt64 = 0
    /// Refused whole: busy, bad frames or header, stream order.
    public var refusedMessages: UInt64 = 0
    /// Of the PULL socket: messages, and those of them that were lost whole.
    public var silentMessages: UInt64 = 0
    public var silentLost: UInt64 = 0
    /// Answers whose sender could not be reached.
    public var unreachable: UInt64 = 0
    /// Events of the open batch and messages that wait for an answer.
    public var openEvents = 0
    public var waiting = 0
    /// By code, those that occurred, in the order of `IngestCode`.
    public var codes: [(code: IngestCode, count: UInt64)] = []
    /// Events since the registry was read whose subject it does not know: the first subjects, 200 at most.
    public var strangers: [Stranger] = []
    /// Events of further such subjects.
    public var unlistedStrangers: UInt64 = 0
    /// At most `Limits.sources` a department, in order of first appearance.
    public var sources: [Source] = []

    public init() {}

    public static func == (a: Self, b: Self) -> Bool {
        a.messages == b.messages && a.refusedMessages == b.refusedMessages && a.silentMessages == b.silentMessages
            && a.silentLost == b.silentLost && a.unreachable == b.unreachable
            && a.openEvents == b.openEvents && a.waiting == b.waiting && a.sources == b.sources
            && a.strangers == b.strangers && a.unlistedStrangers == b.unlistedStrangers
            && a.codes.map(\.code) == b.codes.map(\.code) && a.codes.map(\.count) == b.codes.map(\.count)
    }
}

extension Desk {
    var status: IngestStatus {
        var status = IngestStatus()
        status.messages = messages
        status.refusedMessages = refusedMessages
        status.silentMessages = silentMessages
        status.silentLost = silentLost
        status.unreachable = unreachable
        status.openEvents = intake.batch.count
        status.waiting = waitingCount
        status.codes = zip(IngestCode.allCases, intake.codeCounts).filter { $0.1 > 0 }.map { (code: $0, count: $1) }
        status.sources = intake.sources.sources.map {
            .init(
                department: $0.department, source: $0.name, accepted: $0.accepted, duplicates: $0.duplicates,
                rejected: $0.rejected, unread: $0.unread,
                newestEvent: $0.newestEvent == .distantPast ? nil : $0.newestEvent,
                lastReceived: $0.lastReceived == .distantPast ? nil : $0.lastReceived)
        }
        status.strangers = intake.strangers.listed.map { stranger in
            let source = intake.sources.sources[stranger.source]
            return .init(
                subject: stranger.subject, department: source.department, source: source.name,
                events: stranger.events, lastReceived: stranger.lastReceived)
        }
        status.unlistedStrangers = intake.strangers.unlisted
        return status
    }
}
