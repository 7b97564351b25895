import Foundation
import Messaging
import TestSupport
import Testing

@testable import Delivery

/// Real sockets, stores and threads; one at a time, since each waits for heartbeats.
@Suite(.serialized) struct FeedConsumerTests {
    let place = try! Place()

    private func consumer(
        _ topics: [String] = ["alarm/"], start: FeedConsumer.Start = .beginning, queuedMessages: Int32 = 10_000
    ) throws -> FeedConsumer {
        try FeedConsumer(
            place.context.handle, feed: place.endpoints.feed, history: place.endpoints.history, topics: topics,
            start: start, queuedMessages: queuedMessages)
    }

    /// Proves that live notices reach the listener: history alone would stop at what the first question found.
    private func raiseUntilHeard(_ listener: Listener) throws -> Int64 {
        try place.raise()
        let newest = place.store.head
        try #require(eventually { listener.seqs.last == newest })
        return newest
    }

    @Test func `a late joiner has neither gap nor repeat while publishing goes on`() throws {
        try place.raise(1)
        try place.start()
        for _ in 0..<50 { try place.raise(3) }
        let listener = try Listener(try consumer())
        for _ in 0..<100 { try place.raise(3) }
        try #require(eventually { listener.seqs.count >= 451 })
        let newest = try raiseUntilHeard(listener)
        let end = try listener.stop()
        #expect(listener.seqs.sorted() == Array(1...newest))
        #expect(end.place?.epoch == "7f3a")
        #expect(end.status.unreadable == 0)
    }

    @Test func `what the high-water mark dropped comes from history`() throws {
        let feed = try place.start(queuedMessages: 10)
        let listener = try Listener(try consumer(start: .now, queuedMessages: 10), held: true)
        try #require(eventually { feed.status.subscriptions == 2 })
        while listener.seqs.isEmpty { try place.raise() }
        for _ in 0..<6 { try place.raise(100) }
        try #require(eventually { feed.status.head == place.store.head })
        listener.release()
        let head = place.store.head
        try #require(
            eventually { listener.seqs.max() == head && listener.seqs.count == Int(head - listener.seqs[0] + 1) })
        let end = try listener.stop()
        let first = try #require(listener.seqs.first)
        #expect(listener.seqs.sorted() == Array(first...head))
        #expect(end.status.asked.values.reduce(0, +) > 0)
        #expect(end.status.fromHistory > 0)
    }

    @Test func `a saved place continues over several pages without repeat`() throws {
        try place.raise(5)
        try place.start()
        let before = try Listener(try consumer())
        try #require(eventually { before.seqs.count == 5 })
        let saved = try #require(try before.stop().place)
        try place.raise(1100)
        let after = try Listener(try consumer(start: .after(saved)))
        try #require(eventually { after.seqs.count >= 1100 })
        let newest = try raiseUntilHeard(after)
        try after.stop()
        #expect(after.seqs == Array(6...newest))
        let kept = try JSONDecoder().decode(FeedPlace.self, from: JSONEncoder().encode(saved))
        #expect(kept == saved)
    }

    @Test func `a consumer takes its topics alone, also from history`() throws {
        try place.raise(domain: "a10")
        try place.raise(domain: "a1")
        let feed = try place.start()
        let listener = try Listener(try consumer(["alarm/domain/a1/"]))
        try #require(eventually { listener.seqs == [2] && feed.status.subscriptions == 2 })
        try place.raise(domain: "a10")
        try place.raise(domain: "a1")
        try #require(eventually { listener.seqs.count == 2 })
        let heartbeats = feed.status.heartbeats
        try #require(eventually { feed.status.heartbeats > heartbeats + 1 })
        let end = try listener.stop()
        #expect(listener.seqs == [2, 4])
        #expect(end.place?.seq == 4)
    }

    @Test func `a restart over the same store loses and repeats nothing`() throws {
        try place.start()
        let listener = try Listener(try consumer())
        _ = try raiseUntilHeard(listener)
        try place.stop()
        // As of a process that died between commit and publishing: no feed ever sends these.
        try place.raise(3)
        try place.start()
        try #require(eventually { listener.seqs.count == 4 })
        _ = try raiseUntilHeard(listener)
        try listener.stop()
        #expect(listener.seqs == [1, 2, 3, 4, 5])
    }

    @Test func `a new store is read from its beginning`() throws {
        try place.start()
        let listener = try Listener(try consumer())
        try place.raise(3)
        try #require(eventually { listener.seqs.count == 3 })
        try place.replaceStore(epoch: "0001")
        try place.raise(2)
        try place.start()
        try #require(eventually { listener.seqs.count == 5 })
        let end = try listener.stop()
        #expect(listener.seqs == [1, 2, 3, 1, 2])
        #expect(end.place?.epoch == "0001")
    }

    @Test func `from now on takes nothing of before`() throws {
        try place.raise(3)
        let feed = try place.start()
        let listener = try Listener(try consumer(start: .now))
        try #require(eventually { feed.status.subscriptions == 2 && feed.status.historyRequests == 1 })
        _ = try raiseUntilHeard(listener)
        try listener.stop()
        #expect(listener.seqs == [4])
    }

    @Test func `history hands notices on byte for byte`() throws {
        try place.raise()
        try place.start()
        var consumer = try consumer(["alarm/area/3202"])
        var seen: [FeedConsumer.Received] = []
        try consumer.run(until: { !seen.isEmpty }, onNotice: { seen.append($0) })
        let stored = try place.bodies()
        #expect(seen.map(\.body) == stored)
        #expect(seen.map(\.topic) == ["alarm/area/320213021000/orange/gas/"])
    }

    @Test func `a place beyond the store is refused with advice`() throws {
        try place.start()
        var consumer = try consumer(start: .after(FeedPlace(epoch: "7f3a", seq: 9)))
        let deadline = Date(timeIntervalSinceNow: 20)
        let error = #expect(throws: FeedConsumer.Failure.self) {
            try consumer.run(until: { Date() > deadline }, onNotice: { _ in })
        }
        #expect(try #require(error).description.contains("invalid_since"))
    }
}
