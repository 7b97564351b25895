import AlertStore
import Messaging
import Synchronization

/// The platform's way out: publishes each notice under its topics, and answers questions about earlier ones.
///
/// `run` owns the sockets on its caller's thread; the other calls are for any thread.
public final class Feed: Sendable {
    /// Counts since the start.
    public struct Status: Equatable, Sendable {
        /// Newest published sequence.
        public var head: Int64 = 0
        public var published: Int64 = 0
        public var heartbeats: Int64 = 0
        /// Distinct prefixes that somebody subscribes to now.
        public var subscriptions: Int64 = 0
        /// Times that all subscribers were disconnected because they asked for too many prefixes; they connect again.
        public var resets: Int64 = 0
        /// Messages from subscribers that were no subscription.
        public var foreign: Int64 = 0
        public var historyRequests: Int64 = 0
        /// By code.
        public var refusals: [HistoryAnswer.Refusal: Int64] = [:]
        /// History answers that their client was too slow or too gone to take.
        public var unanswered: Int64 = 0

        public init() {}
    }

    let context: Context.Handle
    let store: AlertStore
    let path: String
    let feed: String
    let history: String
    let queuedMessages: Int32
    let subscriptionBytes: Int
    private let start: Int64
    private let waking: Wake
    private let stopping = Atomic(false)
    private let open = Mutex<(feed: String, history: String)?>(nil)
    private let counts = Mutex(Status())

    /// `path`: the store's file. Notices that are committed from now on are published.
    public convenience init(
        _ context: Context.Handle, store: AlertStore, path: String, feed: String, history: String
    ) throws {
        try self.init(
            context, store: store, path: path, feed: feed, history: history,
            queuedMessages: FeedBounds.queuedMessages, subscriptionBytes: FeedBounds.subscriptionBytes)
    }

    init(
        _ context: Context.Handle, store: AlertStore, path: String, feed: String, history: String,
        queuedMessages: Int32, subscriptionBytes: Int
    ) throws {
        self.context = context
        self.store = store
        self.path = path
        self.feed = feed
        self.history = history
        self.queuedMessages = queuedMessages
        self.subscriptionBytes = subscriptionBytes
        start = store.head
        waking = try Wake()
    }

    /// Where feed and history are bound, with the ports that the system chose; nil until both are open.
    public var endpoints: (String, String)? { open.withLock { $0.map { ($0.feed, $0.history) } } }

    public var status: Status { counts.withLock { $0 } }

    /// Tells that something was committed.
    public func wake() { waking.signal() }

    /// Everything committed before is still published; then `run` returns.
    public func stop() {
        stopping.store(true, ordering: .releasing)
        waking.signal()
    }

    /// Runs until `stop` or the context's shutdown. Throws where a socket does not open or the store cannot be read.
    public func run() throws {
        var loop = try FeedLoop(self, wake: waking, head: start)
        let endpoints = loop.endpoints
        open.withLock { $0 = endpoints }
        defer { open.withLock { $0 = nil } }
        while !stopping.load(ordering: .acquiring) {
            guard try loop.turn() else { return }
            counts.withLock { $0 = loop.status }
        }
        try loop.finish()
        counts.withLock { $0 = loop.status }
    }
}
