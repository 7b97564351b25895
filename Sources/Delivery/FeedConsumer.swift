import Messaging

/// A consumer of the feed: hands each matching notice over once, without gap, through losses and restarts of the
/// platform.
public struct FeedConsumer: Sendable {
    public enum Start: Equatable, Sendable {
        /// With everything that the store has.
        case beginning
        /// With what comes from now on.
        case now
        /// Where an earlier run ended.
        case after(FeedPlace)
    }

    public struct Received: Sendable {
        public var seq: Int64
        /// The first of the notice's topics that was subscribed to.
        public var topic: String
        /// JSON, byte for byte as stored.
        public var body: String
        /// Where the consumer stands with this notice; saved with what it makes of it, each notice counts once.
        public var place: FeedPlace
    }

    public struct Status: Equatable, Sendable {
        public var live: Int64 = 0
        public var fromHistory: Int64 = 0
        /// Copies under other topics, and what history had already.
        public var repeats: Int64 = 0
        public var heartbeats: Int64 = 0
        /// Messages that are no notice, heartbeat or answer; a newer feed may send such.
        public var unreadable: Int64 = 0
        /// Returns to history, by cause; the question at the start is not counted.
        public var asked: [FeedCursor.Because: Int64] = [:]
    }

    public enum Failure: Error, Equatable, Sendable, CustomStringConvertible {
        case invalidTopics(String)
        case refused(code: String, text: String)

        public var description: String {
            switch self {
            case .invalidTopics(let why): "cannot subscribe: \(why)"
            case .refused(let code, let text):
                "the platform refuses the history question (\(code): \(text)); if its store was restored from a backup, "
                    + "begin anew without the saved place"
            }
        }
    }

    let context: Context.Handle
    let feed: String
    let history: String
    let topics: [String]
    let queuedMessages: Int32
    let start: Start
    /// Where the last run ended; nil until the platform answered once. For `.after` of the next consumer.
    public private(set) var place: FeedPlace?
    public private(set) var status = Status()

    /// `topics`: prefixes as of `FeedTopics`, each at most 200 bytes, at most 256; none means everything.
    public init(
        _ context: Context.Handle, feed: String, history: String, topics: [String], start: Start = .beginning
    ) throws(Failure) {
        try self.init(context, feed: feed, history: history, topics: topics, start: start, queuedMessages: 10_000)
    }

    init(
        _ context: Context.Handle, feed: String, history: String, topics: [String], start: Start, queuedMessages: Int32
    ) throws(Failure) {
        guard topics.count <= HistoryRequest.maximumTopics else {
            throw .invalidTopics("at most \(HistoryRequest.maximumTopics) topics")
        }
        if let long = topics.first(where: { $0.utf8.count > 200 }) { throw .invalidTopics("\(long) exceeds 200 bytes") }
        self.context = context
        self.feed = feed
        self.history = history
        self.topics = topics
        self.start = start
        self.queuedMessages = queuedMessages
        if case .after(let place) = start { self.place = place }
    }

    /// Runs on the caller's thread until `shouldStop`, which is asked at least every 50 ms and after each notice, or
    /// the context's shutdown. What `onNotice` throws ends the run. A second run continues where the first ended.
    /// `onSilence` hears true when the platform has not answered for three seconds, and false when it does again.
    public mutating func run(
        until shouldStop: () -> Bool, onSilence: (Bool) -> Void = { _ in }, onNotice: (Received) throws -> Void
    ) throws {
        var session = try FeedSession(self, place: place, status: status)
        defer {
            place = session.place ?? place
            status = session.status
        }
        var isSilent = false
        while !shouldStop() {
            guard try session.turn(shouldStop, onNotice) else { return }
            // Who is told to stop takes no more answers, which says nothing about the platform.
            if session.isUnanswered != isSilent, !shouldStop() {
                isSilent.toggle()
                onSilence(isSilent)
            }
        }
    }
}
