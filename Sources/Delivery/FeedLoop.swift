import AlertStore
import Messaging

/// The sockets of a running feed and one turn of its work.
struct FeedLoop: ~Copyable {
    let endpoints: (feed: String, history: String)
    private(set) var status = Feed.Status()
    private let publisher: Socket
    private let desk: Socket
    private let wake: Wake
    private let reader: AlertReader
    private let store: AlertStore
    private let answers: HistoryAnswer
    private var window: HeartbeatWindow
    private var nextBeat = MonotonicClock.milliseconds()
    private var isBehind = true
    private var frames = Frames(maximumBytes: Int(FeedBounds.requestFrame))
    private var poller = Poller()
    private let (wakeItem, subscriptionItem, requestItem): (Int, Int, Int)

    init(_ feed: Feed, wake: Wake, head: Int64) throws {
        let reader = try AlertReader(path: feed.path)
        let publisher = try Socket(feed.context, .xpub, Self.publisherOptions(feed.queuedMessages))
        try publisher.bind(feed.feed)
        let desk = try Socket(feed.context, .router, Self.deskOptions)
        try desk.bind(feed.history)
        endpoints = (publisher.lastEndpoint(), desk.lastEndpoint())
        wakeItem = poller.add(fd: wake.fd)
        subscriptionItem = poller.add(publisher)
        requestItem = poller.add(desk)
        self.wake = wake
        self.reader = reader
        self.publisher = publisher
        self.desk = desk
        store = feed.store
        answers = HistoryAnswer(reader: reader, epoch: feed.store.epoch)
        window = HeartbeatWindow(head: head)
        status.head = head
    }

    /// Waits for work and does a bounded piece of each kind; false when the context is shutting down.
    mutating func turn() throws -> Bool {
        let wait = isBehind ? 0 : max(0, nextBeat - MonotonicClock.milliseconds())
        guard poller.wait(milliseconds: Int(wait)) else { return false }
        if poller.isReadable(wakeItem) {
            wake.drain()
            isBehind = true
        }
        if isBehind { isBehind = try publish() }
        if poller.isReadable(subscriptionItem) { takeSubscriptions() }
        beatIfDue()
        if poller.isReadable(requestItem) { answerOne() }
        return true
    }

    /// Publishes what is committed, and a last heartbeat that names it.
    mutating func finish() throws {
        while try publish() {}
        beat()
    }

    /// True where there may be more.
    private mutating func publish() throws -> Bool {
        let page = try reader.notices(since: window.head, limit: FeedBounds.noticesPerTurn)
        for notice in page.notices {
            let body = Array(notice.body.utf8)
            for topic in notice.leaf.topics { _ = publisher.send(frames: [Array(topic.utf8), body]) }
            window.published(notice.leaf, seq: notice.seq)
        }
        status.published += Int64(page.notices.count)
        status.head = window.head
        return page.more
    }

    private mutating func beatIfDue() {
        let now = MonotonicClock.milliseconds()
        guard now >= nextBeat else { return }
        nextBeat = max(nextBeat + FeedBounds.heartbeatMilliseconds, now)
        beat()
    }

    private mutating func beat() {
        let body = Array(window.beat(epoch: store.epoch).utf8)
        _ = publisher.send(frames: [Array("heartbeat/".utf8), body])
        status.heartbeats += 1
    }

    private mutating func takeSubscriptions() {
        for _ in 0..<FeedBounds.subscriptionsPerTurn {
            let received = frames.receive(from: publisher)
            guard received != .nothing, received != .closed else { return }
            switch received == .message && frames.count == 1 ? frames.withBytes(0, { $0.first }) : nil {
            case 1: status.subscriptions += 1
            case 0: status.subscriptions -= 1
            default: status.foreign += 1
            }
        }
    }

    /// One per turn: a large page must not hold up notices behind others.
    private mutating func answerOne() {
        switch frames.receive(from: desk) {
        case .nothing, .closed: return
        case .tooMany, .tooLarge:
            // Of such a message only the routing id and, from a REQ, the empty frame are left.
            let envelope = (0..<frames.count).map { frames.bytes($0) }
            reply(
                envelope.prefix(1) + envelope.dropFirst().prefix { $0.isEmpty },
                answers.refused(.malformed, head: store.head))
        case .message:
            let last = frames.count - 1
            reply((0..<last).map { frames.bytes($0) }, answers.answer(frames.bytes(last), head: store.head))
        }
        status.historyRequests += 1
    }

    private mutating func reply(_ envelope: [[UInt8]], _ answer: (json: String, refusal: HistoryAnswer.Refusal?)) {
        if let refusal = answer.refusal { status.refusals[refusal, default: 0] += 1 }
        if desk.send(frames: envelope + [Array(answer.json.utf8)]) != .sent { status.unanswered += 1 }
    }

    private static func publisherOptions(_ queuedMessages: Int32) -> SocketOptions {
        var options = SocketOptions()
        options.linger = FeedBounds.lingerMilliseconds
        options.sendHighWater = queuedMessages
        options.maximumMessage = FeedBounds.subscriptionFrame
        return options
    }

    private static var deskOptions: SocketOptions {
        var options = SocketOptions()
        options.linger = FeedBounds.lingerMilliseconds
        options.sendHighWater = FeedBounds.queuedAnswers
        options.maximumMessage = FeedBounds.requestFrame
        return options
    }
}
