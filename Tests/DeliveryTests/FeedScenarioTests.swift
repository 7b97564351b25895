import Foundation
import Messaging
import Synchronization
import TestSupport
import Testing

@testable import Delivery

/// Scenarios of RULES by number, as far as they are a matter of the feed.
@Suite(.serialized) struct FeedScenarioTests {
    let place = try! Place()

    struct Refused: Error {}

    private func consumer(_ start: FeedConsumer.Start = .beginning) throws -> FeedConsumer {
        try FeedConsumer(
            place.context.handle, feed: place.endpoints.feed, history: place.endpoints.history, topics: ["alarm/"],
            start: start)
    }

    /// Runs until so many notices came, on the caller's thread.
    private func take(_ count: Int, _ consumer: inout FeedConsumer) throws -> [String] {
        var bodies: [String] = []
        let deadline = Date(timeIntervalSinceNow: 20)
        try consumer.run(
            until: { bodies.count == count || Date() > deadline }, onNotice: { bodies.append($0.body) })
        return bodies
    }

    private func key(_ body: String) throws -> String {
        let notice = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        return try #require(notice?["id"] as? String)
    }

    @Test func `S51 notices that were queued at a stop are heard after the start under the same keys`() throws {
        try place.start()
        try place.raise()
        var consumer = try consumer()
        #expect(try take(1, &consumer).count == 1)
        let saved = try #require(consumer.place)
        // Committed while the feed sleeps, published to nobody as it stops.
        try place.raise(3, wake: false)
        try place.stop()
        let queued = Array(try place.bodies().dropFirst())
        try place.start()
        var later = try self.consumer(.after(saved))
        #expect(try take(3, &later) == queued)
        var again = try self.consumer(.after(saved))
        #expect(try take(3, &again).map(key) == queued.map(key))
        #expect(Set(try queued.map(key)).count == 3)
    }

    @Test
    func `S28 a consumer that fails three times is told again under the same key, and once it has taken it no more`()
        throws
    {
        try place.start()
        try place.raise()
        var heard: [String] = []
        let deadline = Date(timeIntervalSinceNow: 20)
        for _ in 0..<3 {
            // It fails before it could save its place, so it begins where it was.
            var consumer = try consumer()
            #expect(throws: Refused.self) {
                try consumer.run(
                    until: { Date() > deadline },
                    onNotice: { notice in
                        heard.append(notice.body)
                        throw Refused()
                    })
            }
        }
        var consumer = try consumer()
        heard += try take(1, &consumer)
        #expect(heard.count == 4 && Set(heard).count == 1)
        try place.raise()
        var later = try self.consumer(.after(try #require(consumer.place)))
        #expect(try take(1, &later).map(key) != heard.prefix(1).map(key))
    }

    @Test func `S23 a feed that falls silent ends no alarm, and what it says next is what happened`() throws {
        try place.start()
        try place.raise()
        let silences = Mutex<[Bool]>([])
        let stopping = Atomic(false)
        let seqs = Mutex<[Int64]>([])
        let context = place.context.handle
        let endpoints = place.endpoints
        let thread = try DedicatedThread("consumer") {
            var consumer = try FeedConsumer(
                context, feed: endpoints.feed, history: endpoints.history, topics: ["alarm/"])
            try consumer.run(
                until: { stopping.load(ordering: .acquiring) },
                onSilence: { isSilent in silences.withLock { $0.append(isSilent) } },
                onNotice: { notice in seqs.withLock { $0.append(notice.seq) } })
        }
        try #require(eventually { seqs.withLock { $0 } == [1] })
        try place.stop()
        try #require(eventually { silences.withLock { $0 } == [true] })
        #expect(seqs.withLock { $0 } == [1], "silence is told as silence")
        try place.start()
        try #require(eventually { silences.withLock { $0 } == [true, false] })
        try place.raise()
        try #require(eventually { seqs.withLock { $0 } == [1, 2] })
        stopping.store(true, ordering: .releasing)
        try thread.join()
    }
}
