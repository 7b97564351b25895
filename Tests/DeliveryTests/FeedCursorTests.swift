import Delivery
import Testing

@Suite struct FeedCursorTests {
    var cursor = FeedCursor(epoch: "7f3a", seq: 4, nowMilliseconds: 0)

    @Test mutating func `a lost notice shows though another leaf is further on`() {
        #expect(cursor.notice(epoch: "7f3a", seq: 6, prev: 2, leaf: "b") == .take)
        #expect(cursor.notice(epoch: "7f3a", seq: 6, prev: 2, leaf: "b") == .discard)
        #expect(cursor.notice(epoch: "7f3a", seq: 7, prev: 5, leaf: "a") == .ask(because: .gap))
        #expect([5, 6, 7].map { cursor.history(seq: $0, leaf: $0 == 6 ? "b" : "a") } == [.take, .discard, .take])
        cursor.caughtUp(next: 7, nowMilliseconds: 0)
        #expect(cursor.notice(epoch: "7f3a", seq: 8, prev: 7, leaf: "a") == .take)
    }

    @Test mutating func `a lost last notice shows at the next heartbeat`() {
        let lost = cursor.heartbeat(epoch: "7f3a", head: 5, since: 0, changed: [("a", 5)], nowMilliseconds: 1000)
        #expect(lost == .ask(because: .gap))
        #expect(cursor.seq == 4)
        #expect(cursor.history(seq: 5, leaf: "a") == .take)
        let fine = cursor.heartbeat(epoch: "7f3a", head: 9, since: 4, changed: [("a", 5)], nowMilliseconds: 2000)
        #expect(fine == .discard)
        #expect((cursor.seq, cursor.leaves) == (9, [:]))
    }

    @Test(arguments: [(4, FeedCursor.Step.discard), (5, .ask(because: .gap))] as [(Int64, FeedCursor.Step)])
    mutating func `a heartbeat whose list begins later than the consumer stands asks`(
        since: Int64, expected: FeedCursor.Step
    ) {
        let step = cursor.heartbeat(epoch: "7f3a", head: 9, since: since, changed: [], nowMilliseconds: 1000)
        #expect(step == expected)
    }

    @Test mutating func `three missed heartbeats and another epoch ask again`() {
        #expect(cursor.silence(nowMilliseconds: 2999) == nil)
        #expect(cursor.silence(nowMilliseconds: 3000) == .ask(because: .heartbeatsMissed))
        #expect(cursor.notice(epoch: "0001", seq: 1, prev: 0, leaf: "a") == .ask(because: .epochChanged))
        cursor.restart(epoch: "0001", nowMilliseconds: 3000)
        #expect(cursor.notice(epoch: "0001", seq: 1, prev: 0, leaf: "a") == .take)
    }
}
