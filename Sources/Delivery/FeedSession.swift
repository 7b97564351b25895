import AlertStore
import Foundation
import Messaging

/// The sockets of a running consumer and one turn of its work.
struct FeedSession: ~Copyable {
    private(set) var status: FeedConsumer.Status
    private let topics: [String]
    private let beginsNow: Bool
    private let subscriber: Socket
    private let asker: Socket
    private var cursor: FeedCursor?
    /// When to ask (again); nil while notices are taken live.
    private var askAt: Int64? = 0 {
        didSet { askedSince = askAt == nil ? nil : askedSince ?? MonotonicClock.milliseconds() }
    }
    /// Since when questions have had no answer; nil while none waits for one.
    private var askedSince: Int64? = MonotonicClock.milliseconds()
    private var frames = Frames()
    private var live = Poller()
    private var answers = Poller()

    init(_ consumer: FeedConsumer, place: FeedPlace?, status: FeedConsumer.Status) throws {
        var options = SocketOptions()
        options.reconnectIntervalMaximum = FeedBounds.reconnectMilliseconds
        options.receiveHighWater = consumer.queuedMessages
        options.isRelaxedRequest = true
        var subscribing = options
        // Where it reads too slowly its queue is full; the platform's own heartbeat topic tells that it is there.
        subscribing.heartbeatInterval = 0
        let subscriber = try Socket(consumer.context, .sub, subscribing)
        for topic in consumer.topics.isEmpty ? [""] : consumer.topics { try subscriber.subscribe(topic) }
        try subscriber.subscribe("heartbeat/")
        try subscriber.connect(consumer.feed)
        let asker = try Socket(consumer.context, .req, options)
        try asker.connect(consumer.history)
        _ = live.add(subscriber)
        _ = answers.add(asker)
        self.subscriber = subscriber
        self.asker = asker
        self.status = status
        topics = consumer.topics
        beginsNow = consumer.start == .now
        cursor = place.map { FeedCursor($0, nowMilliseconds: MonotonicClock.milliseconds()) }
    }

    var place: FeedPlace? { cursor?.place }

    /// Whether the platform has not answered for as long as one answer may take.
    var isUnanswered: Bool {
        askedSince.map { MonotonicClock.milliseconds() - $0 >= FeedBounds.answerMilliseconds } ?? false
    }

    /// Asks history while something is missing, else takes notices live; false when the context is shutting down.
    mutating func turn(_ shouldStop: () -> Bool, _ onNotice: (FeedConsumer.Received) throws -> Void) throws -> Bool {
        if let askAt {
            if MonotonicClock.milliseconds() >= askAt { ask() }
            guard answers.wait(milliseconds: FeedBounds.consumerPoll) else { return false }
            if answers.isReadable(0) { try takeAnswer(shouldStop, onNotice) }
        } else {
            guard live.wait(milliseconds: FeedBounds.consumerPoll) else { return false }
            guard live.isReadable(0) else {
                heed(cursor?.silence(nowMilliseconds: MonotonicClock.milliseconds()) ?? .discard)
                return true
            }
            try takeLive(shouldStop, onNotice)
        }
        return true
    }

    private mutating func ask() {
        let question = HistoryQuestion(
            since: cursor?.seq ?? 0, topics: topics, limit: cursor == nil && beginsNow ? 1 : nil,
            epoch: cursor?.epoch)
        let isSent = asker.send(question.json) == .sent
        askAt =
            MonotonicClock.milliseconds() + (isSent ? FeedBounds.answerMilliseconds : FeedBounds.retryMilliseconds)
    }

    private mutating func takeAnswer(
        _ shouldStop: () -> Bool, _ onNotice: (FeedConsumer.Received) throws -> Void
    ) throws {
        guard frames.receive(from: asker) == .message else { return }
        let now = MonotonicClock.milliseconds()
        guard frames.count == 1, let page = HistoryPage(frames.bytes(0)) else {
            // No answer that helps: whoever waits is told so after a while.
            status.unreadable += 1
            askAt = now + FeedBounds.retryMilliseconds
            return
        }
        askedSince = now
        if let refusal = page.refusal { return try heed(refusal, epoch: page.epoch, now) }
        if cursor == nil {
            cursor = FeedCursor(epoch: page.epoch, seq: beginsNow ? page.head : 0, nowMilliseconds: now)
            guard !beginsNow else {
                askAt = nil
                return
            }
        }
        for (topic, body) in page.notices {
            guard let head = try? JSONDecoder().decode(NoticeHead.self, from: Data(body)),
                let leaf = Leaf(topic: topic)
            else {
                status.unreadable += 1
                continue
            }
            guard cursor?.history(seq: head.seq, leaf: leaf.name) == .take else {
                status.repeats += 1
                continue
            }
            status.fromHistory += 1
            try hand(head.seq, leaf, body, onNotice)
            // What is left of the page is asked for again.
            if shouldStop() { return }
        }
        cursor?.caughtUp(next: page.next, nowMilliseconds: MonotonicClock.milliseconds())
        // However long it took to hand the page over: the platform did answer.
        askedSince = MonotonicClock.milliseconds()
        askAt = page.more ? 0 : nil
    }

    private mutating func heed(_ refusal: (code: String, text: String), epoch: String, _ now: Int64) throws {
        switch HistoryAnswer.Refusal(rawValue: refusal.code) {
        case .epochChanged:
            cursor?.restart(epoch: epoch, nowMilliseconds: now)
            askAt = 0
        case .unavailable, .busy: askAt = now + FeedBounds.retryMilliseconds
        case .tooLarge, .malformed, .invalidSince, .invalidLimit, .tooManyTopics, .damaged, nil:
            throw FeedConsumer.Failure.refused(code: refusal.code, text: refusal.text)
        }
    }

    private mutating func takeLive(
        _ shouldStop: () -> Bool, _ onNotice: (FeedConsumer.Received) throws -> Void
    ) throws {
        for _ in 0..<FeedBounds.messagesPerTurn {
            guard frames.receive(from: subscriber) == .message else { return }
            guard frames.count == 2 else {
                status.unreadable += 1
                continue
            }
            let topic = frames.string(0)
            let body = frames.bytes(1)
            if topic == "heartbeat/" {
                heartbeat(body)
            } else if try notice(topic, body, onNotice), shouldStop() {
                return
            }
            guard askAt == nil else { return }
        }
    }

    /// Whether it was handed over.
    private mutating func notice(
        _ topic: String, _ body: [UInt8], _ onNotice: (FeedConsumer.Received) throws -> Void
    ) throws -> Bool {
        guard let head = try? JSONDecoder().decode(NoticeHead.self, from: Data(body)), let leaf = Leaf(topic: topic),
            let step = cursor?.notice(epoch: head.epoch, seq: head.seq, prev: head.prev, leaf: leaf.name)
        else {
            status.unreadable += 1
            return false
        }
        switch step {
        case .take:
            status.live += 1
            try hand(head.seq, leaf, body, onNotice)
            return true
        case .discard: status.repeats += 1
        case .ask: heed(step)
        }
        return false
    }

    private mutating func heartbeat(_ body: [UInt8]) {
        guard let beat = try? JSONDecoder().decode(Heartbeat.self, from: Data(body)) else {
            status.unreadable += 1
            return
        }
        status.heartbeats += 1
        let changed = beat.changed.compactMap { changed -> (leaf: String, seq: Int64)? in
            guard let leaf = Leaf(topic: changed.leaf), leaf.matches(topics) else { return nil }
            return (leaf.name, changed.seq)
        }
        let step = cursor?.heartbeat(
            epoch: beat.epoch, head: beat.head, since: beat.since, changed: changed,
            nowMilliseconds: MonotonicClock.milliseconds())
        heed(step ?? .discard)
    }

    private mutating func heed(_ step: FeedCursor.Step) {
        switch step {
        case .take, .discard: break
        case .ask(let because):
            status.asked[because, default: 0] += 1
            askAt = 0
        }
    }

    private func hand(
        _ seq: Int64, _ leaf: Leaf, _ body: [UInt8], _ onNotice: (FeedConsumer.Received) throws -> Void
    ) throws {
        guard let cursor else { return }
        let topic = leaf.topics.first { topic in topics.contains { topic.utf8.starts(with: $0.utf8) } }
        try onNotice(
            .init(
                seq: seq, topic: topic ?? leaf.name, body: String(decoding: body, as: UTF8.self), place: cursor.place))
    }
}
