import AlertStore
import Messaging

/// The sockets of a running feed and one turn of its work.
struct FeedLoop: ~Copyable {
    let endpoints: (feed: String, history: String)
    private(set) var status = Feed.Status()
    private var publisher: Socket
    private let desk: Socket
    private let feed: Feed
    private let wake: Wake
    private var subscriptionBytes = 0
    private let reader: AlertReader
    private let store: AlertStore
    private let answers: HistoryAnswer
    private var window: HeartbeatWindow
    private var nextBeat = MonotonicClock.milliseconds()
    private var isBehind = true
    private var frames = Frames(maximumBytes: Int(FeedBounds.requestFrame))
    private var requests = PeerQueues(peerBytes: FeedBounds.peerRequestBytes)
    private var poller = Poller()
    private let (wakeItem, requestItem, subscriptionItem): (Int, Int, Int)

    init(_ feed: Feed, wake: Wake, head: Int64) throws {
        let reader = try AlertReader(path: feed.path)
        let publisher = try Self.publisher(feed)
        try publisher.bind(feed.feed)
        let desk = try Socket(feed.context, .router, Self.deskOptions)
        try desk.bind(feed.history)
        endpoints = (publisher.lastEndpoint(), desk.lastEndpoint())
        wakeItem = poller.add(fd: wake.fd)
        requestItem = poller.add(desk)
        subscriptionItem = poller.add(publisher)
        self.feed = feed
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
        let wait = isBehind || !requests.isEmpty ? 0 : max(0, nextBeat - MonotonicClock.milliseconds())
        guard poller.wait(milliseconds: Int(wait)) else { return false }
        if poller.isReadable(wakeItem) {
            wake.drain()
            isBehind = true
        }
        if isBehind { isBehind = try publish() }
        if poller.isReadable(subscriptionItem) { takeSubscriptions() }
        if subscriptionBytes > feed.subscriptionBytes { try reset() }
        beatIfDue()
        if poller.isReadable(requestItem) { takeRequests() }
        answerOne()
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
            let kind = received == .message && frames.count == 1 ? frames.withBytes(0) { $0.first } : nil
            switch kind {
            case 1:
                status.subscriptions += 1
                subscriptionBytes += frames.size(0)
            case 0:
                status.subscriptions -= 1
                subscriptionBytes -= frames.size(0)
            default: status.foreign += 1
            }
        }
    }

    /// libzmq keeps every prefix that anybody asks for, and can disconnect nobody: beyond the bound all are let go. Those that
    /// are well connect again by themselves and fill the gap from history.
    private mutating func reset() throws {
        try publisher.unbind(endpoints.feed)
        let anew = try Self.publisher(feed)
        try anew.rebind(endpoints.feed)
        publisher = anew
        poller.replace(subscriptionItem, publisher)
        subscriptionBytes = 0
        status.subscriptions = 0
        status.resets += 1
    }

    /// What a client asks beyond its bound is refused at once.
    private mutating func takeRequests() {
        for _ in 0..<FeedBounds.requestsPerTurn {
            switch frames.receive(from: desk) {
            case .nothing, .closed: return
            case .tooMany, .tooLarge:
                // Of such a message only the routing id and, from a REQ, what its answer begins with, up to an empty frame, are left.
                let left = (0..<frames.count).map { frames.bytes($0) }
                let empty = left.dropFirst().firstIndex(where: \.isEmpty) ?? 0
                reply(Array(left.prefix(empty + 1)), answers.refused(.malformed, head: store.head))
            case .message:
                if requests.add(&frames) { continue }
                reply((0..<frames.count - 1).map { frames.bytes($0) }, answers.refused(.busy, head: store.head))
            }
        }
    }

    /// One per turn: a large page must not hold up notices behind others.
    private mutating func answerOne() {
        guard let frames = requests.next()?.withFrames({ $0.map { Array($0) } }) else { return }
        reply(frames.dropLast(), answers.answer(frames[frames.count - 1], head: store.head))
    }

    private mutating func reply(_ envelope: [[UInt8]], _ answer: (json: String, refusal: HistoryAnswer.Refusal?)) {
        status.historyRequests += 1
        if let refusal = answer.refusal { status.refusals[refusal, default: 0] += 1 }
        if desk.send(frames: envelope + [Array(answer.json.utf8)]) != .sent { status.unanswered += 1 }
    }

    private static func publisher(_ feed: Feed) throws -> Socket {
        var options = SocketOptions()
        options.linger = FeedBounds.lingerMilliseconds
        options.sendHighWater = feed.queuedMessages
        // Subscriptions are taken as they come, up to a bound of their own. A subscriber that reads no more must not be sent heartbeats.
        options.receiveHighWater = 0
        options.heartbeatInterval = 0
        options.maximumMessage = FeedBounds.subscriptionFrame
        return try Socket(feed.context, .xpub, options)
    }

    private static var deskOptions: SocketOptions {
        var options = SocketOptions()
        options.linger = FeedBounds.lingerMilliseconds
        options.sendHighWater = FeedBounds.queuedAnswers
        options.receiveHighWater = 0
        options.maximumMessage = FeedBounds.requestFrame
        return options
    }
}
