/// Every bound of the feed, with its unit and reason.
public enum FeedBounds {
    /// Messages queued for one slow subscriber before libzmq drops: about 12 MB of notices; the rest comes from history.
    static let queuedMessages: Int32 = 10_000
    /// Notices published between two looks at subscriptions, history and the clock.
    static let noticesPerTurn = 1000
    /// History answers queued for one slow client: each may hold a page of notices, about 1.5 MB.
    static let queuedAnswers: Int32 = 4
    /// Bytes of a request frame; larger ones than `HistoryRequest.maximumBytes` are still answered, with their code.
    static let requestFrame: Int64 = 1 << 20
    /// Bytes of one client's requests that wait: some hundred of the usual ones. What it asks beyond is refused as `busy`.
    static let peerRequestBytes = 2 << 20
    /// Requests taken from the socket in one turn: many more than are answered, so that libzmq's own queues stay short.
    static let requestsPerTurn = 1000
    /// Bytes of a subscription frame: topics have at most 200 bytes; one before them says what it is, and from libzmq 4.3.5 on ten.
    static let subscriptionFrame: Int64 = 210
    /// Bytes of all distinct prefixes that are subscribed to. libzmq keeps up to about 35 bytes of memory for one, so 150 MB, and
    /// about 50 more for each further connection that asks for the same prefix, of which XPUB tells nothing: those are bounded by
    /// the descriptors alone. A thousand consumers with ten prefixes of their own need 0.3 MiB.
    static let subscriptionBytes = 4 << 20
    /// Subscriptions read in one turn, so that a storm of them delays no notice for long (about 10 ms).
    static let subscriptionsPerTurn = 10_000
    /// Milliseconds between heartbeats.
    static let heartbeatMilliseconds: Int64 = 1000
    /// Heartbeats for which a changed leaf stays listed: a consumer that missed fewer needs no history.
    static let heartbeatsListed = 10
    /// Leaves of one heartbeat: about 60 kB. A consumer behind the cut asks history instead.
    static let listedLeaves = 1000
    /// Messages that a consumer takes between two looks at whether to stop.
    static let messagesPerTurn = 512
    /// Milliseconds that a consumer waits for messages before it looks whether to stop.
    static let consumerPoll = 50
    /// Milliseconds until an unanswered question is asked again: longer than the longest scan for an answer.
    static let answerMilliseconds: Int64 = 3000
    /// Milliseconds until a consumer asks again where nobody is connected or the store is not readable.
    static let retryMilliseconds: Int64 = 200
    /// Milliseconds between attempts to connect, at most: a restart is noticed soon, a thousand consumers do no harm.
    static let reconnectMilliseconds: Int32 = 2000
    /// Milliseconds that unsent messages outlive the sockets at a stop.
    static let lingerMilliseconds: Int32 = 1000
}
