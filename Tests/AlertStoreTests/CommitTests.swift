import Engine
import Events
import Foundation
import GRDB
import TestSupport
import Testing

@testable import AlertStore

@Suite struct CommitTests {
    let directory = try! TemporaryDirectory()

    @Test func `a committed turn is there after the store is opened again, once`() throws {
        do {
            let store = try directory.open()
            let done = try store.commit(Sample.turn([try Sample.decision(10)], positions: 8...12))
            #expect(done == Committed(stored: 1, notices: 1...1))
        }
        let store = try directory.open()
        #expect(store.applied == 12)
        #expect(store.head == 1)
        #expect(store.epoch == "7f3a")
        let again = try store.commit(Sample.turn([try Sample.decision(10)], positions: 8...12))
        #expect(again == Committed(repeated: 1))
        let status = try AlertReader(path: directory.store).status()
        #expect(
            status
                == StoreStatus(
                    epoch: "7f3a", head: 1, applied: 12, episodes: 1, openEpisodes: 1, transitions: 1,
                    replayDivergences: 0))
    }

    @Test func `a turn that fails half way leaves nothing`() throws {
        let store = try directory.open()
        let twice = [try Sample.decision(10), try Sample.decision(11)]
        #expect {
            try store.commit(Sample.turn(twice))
        } throws: { error in
            guard case .doubled(_, let id, _) = error as? StoreError else { return false }
            return id == twice[1].id
        }
        #expect(store.applied == 0)
        #expect(store.head == 0)
        #expect(try AlertReader(path: directory.store).status().transitions == 0)
        #expect(try store.commit(Sample.turn([twice[0]])).notices == 1...1)
    }

    @Test func `a replay by the same engine that computes something else stops`() throws {
        let store = try directory.open()
        let stored = try Sample.decision(10)
        try store.commit(Sample.turn([stored]))
        var computed = stored
        computed.value = 31.6
        #expect(throws: StoreError.divergence(position: 10, stored: stored, computed: computed)) {
            try store.commit(Sample.turn([computed]))
        }
        #expect(throws: StoreError.divergence(position: 10, stored: stored, computed: nil)) {
            try store.commit(Sample.turn([], positions: 9...10))
        }
        let extra = try Sample.decision(9, key: "other")
        #expect(throws: StoreError.divergence(position: 9, stored: nil, computed: extra)) {
            try store.commit(Sample.turn([extra], positions: 9...9))
        }
    }

    @Test func `what another engine version stored wins, and the difference is counted`() throws {
        let stored = try Sample.decision(10)
        do { try directory.open(engineVersion: 1).commit(Sample.turn([stored])) }
        var computed = stored
        computed.value = 31.6
        do {
            let store = try directory.open(engineVersion: 2)
            #expect(try store.commit(Sample.turn([computed])) == Committed(diverged: 1))
        }
        #expect(try directory.open(engineVersion: 2).replayDivergences == 1)
        #expect(try AlertReader(path: directory.store).episode(stored.id)?.steps.map(\.decision) == [stored])
    }

    @Test func `a replay by another engine stays one for all positions that the first applied`() throws {
        do { try directory.open(engineVersion: 1).commit(Sample.turn([try Sample.decision(10)], positions: 1...10)) }
        let store = try directory.open(engineVersion: 2)
        for position in 5...6 as ClosedRange<Int64> {
            let extra = try Sample.decision(position, key: "k\(position)")
            #expect(try store.commit(Sample.turn([extra])) == Committed(diverged: 1))
        }
        #expect(store.replayDivergences == 2)
        #expect(try store.commit(Sample.turn([try Sample.decision(11, key: "new")])).stored == 1)
    }

    @Test func `what follows may differ, too, wherever a replay begins before the other engine's last position`() throws
    {
        do { try directory.open(engineVersion: 1).commit(Sample.turn([try Sample.decision(10)], positions: 1...10)) }
        let stored = try Sample.decision(11, key: "new")
        do { try directory.open(engineVersion: 2).commit(Sample.turn([stored])) }
        var computed = stored
        computed.value = 31.6
        do {
            let store = try directory.open(engineVersion: 2)
            let extra = try Sample.decision(5, key: "extra")
            #expect(try store.commit(Sample.turn([extra], positions: 1...5)) == Committed(diverged: 1))
            #expect(try store.commit(Sample.turn([computed])) == Committed(diverged: 1))
            #expect(try store.commit(Sample.turn([], positions: 11...11)) == Committed(diverged: 1))
        }
        let store = try directory.open(engineVersion: 2)
        #expect(throws: StoreError.divergence(position: 11, stored: stored, computed: computed)) {
            try store.commit(Sample.turn([computed]))
        }
    }

    @Test func `an alarm that a newer engine does not know ends with the next one of its key`() throws {
        let old = try Sample.decision(10)
        do { try directory.open(engineVersion: 1).commit(Sample.turn([old])) }
        let next = try Sample.decision(20)
        for isFirst in [true, false] {
            let store = try directory.open(engineVersion: 2)
            #expect(try store.commit(Sample.turn([], positions: 10...10)) == Committed(diverged: 1))
            let done = try store.commit(Sample.turn([next]))
            #expect(done == (isFirst ? Committed(stored: 1, notices: 2...3) : Committed(repeated: 1)))
        }
        let reader = try AlertReader(path: directory.store)
        let steps = try #require(try reader.episode(old.id)).steps.map(\.decision)
        #expect(steps.map(\.transition) == [.raised, .resolved] && steps.last?.reason == .ruleChanged)
        #expect(try reader.episode(old.id)?.episode.resolved != nil)
        #expect(try reader.episode(next.id)?.episode.resolved == nil)
        #expect(try reader.notices(since: 0).notices.map(\.seq) == [1, 2, 3])
        // As it is forwarded.
        #expect(try reader.notices(after: .init(position: 0, ordinal: 0), limit: 9).map(\.notice.seq) == [1, 2, 3])
        #expect(try reader.newestNotice()?.seq == 3)
    }

    @Test func `a name that a newer engine gives to another alarm ends none, nor goes on with one that has ended`()
        throws
    {
        do {
            let store = try directory.open(engineVersion: 1)
            for position in [10, 11] as [Int64] {
                try store.commit(Sample.turn([try Sample.decision(position, key: "k\(position)")]))
            }
            try store.commit(Sample.turn([try Sample.decision(12, .resolved, episode: 11, key: "k11")]))
        }
        // To the newer engine 10 is an alarm of another key, and 11 still runs.
        let news = try [
            Sample.decision(20, .resolved, episode: 10, key: "other"),
            Sample.decision(21, .escalated, episode: 11, key: "k11"),
            Sample.decision(22, .resolved, episode: 11, key: "k11"),
        ]
        for isFirst in [true, false] {
            let store = try directory.open(engineVersion: 2)
            #expect(try store.commit(Sample.turn([], positions: 10...10)) == Committed(diverged: 1))
            for decision in news {
                let done = try store.commit(Sample.turn([decision]))
                #expect(isFirst ? done.stored == 1 : done == Committed(repeated: 1))
            }
        }
        let reader = try AlertReader(path: directory.store)
        #expect(try reader.episode(.init(position: 10, ordinal: 0))?.episode.resolved == nil)
        #expect(
            try reader.episode(.init(position: 11, ordinal: 0))?.steps.map(\.decision.transition) == [
                .raised, .resolved,
            ])
        let named = try #require(try reader.episode(.init(position: 11, ordinal: 1 << 30)))
        #expect(named.steps.map(\.decision.transition) == [.escalated, .resolved])
        #expect(try reader.notices(since: 0).notices.map(\.seq) == Array(1...6))
    }

    @Test func `a replay that repeats what is stored needs no write, and the next new turn is written`() throws {
        let decisions = try [10, 50].map { try Sample.decision($0, key: "k\($0)") }
        do {
            let store = try directory.open()
            for decision in decisions { try store.commit(Sample.turn([decision])) }
        }
        let store = try directory.open(engineVersion: 2)
        // Who holds the write lock makes every other write fail.
        try DatabaseQueue(path: directory.store).inTransaction(.immediate) { _ in
            for (positions, found) in [
                (1...9, []), (10...10, [decisions[0]]), (11...49, []), (50...50, [decisions[1]]),
            ]
                as [(ClosedRange<Int64>, [Decision])]
            {
                let received = Sample.at + .seconds(positions.lowerBound)
                let turn = Sample.turn(found, positions: positions, received: received)
                let done = try store.commit(turn)
                #expect(done == Committed(repeated: found.count))
            }
            return .rollback
        }
        try store.commit(Sample.turn([], positions: 51...51))
        #expect(try AlertReader(path: directory.store).status().applied == 51)
    }

    @Test func `the end of an episode goes out where its raise did, though its subject has moved`() throws {
        let store = try directory.open()
        try store.commit(Sample.turn([try Sample.decision(10)]))
        let end = try Sample.decision(11, .resolved, episode: 10, area: "320205003000")
        try store.commit(Sample.turn([end]))
        let reader = try AlertReader(path: directory.store)
        let notices = try reader.notices(since: 0).notices
        #expect(notices.map(\.leaf.area) == ["320213021000", "320213021000"])
        #expect(notices.last?.body.contains("\"code\":\"320205003000\"") == true)
        #expect(try reader.notices(since: 0, topics: ["alarm/area/320213"]).notices.count == 2)
    }

    @Test func `quiet turns write their position at most each second`() throws {
        let store = try directory.open()
        let reader = try AlertReader(path: directory.store)
        for (index, expected) in [(0, 1), (500, 1), (999, 1), (1000, 4), (1500, 4)] as [(Int64, Int64)] {
            let position = store.applied + 1
            let turn = Sample.turn(
                [], positions: position...position, received: Sample.at + .milliseconds(index))
            try store.commit(turn)
            #expect(try reader.status().applied == expected)
        }
        #expect(store.applied == 5)
        try store.flushApplied()
        #expect(try reader.status().applied == 5)
    }

    /// SQLite syncs nothing for an update that changes nothing.
    @Test func `the position is made durable though it was written before without waiting`() throws {
        let store = try directory.open()
        try store.commit(Sample.turn([], positions: 1...1))
        func written() throws -> UInt64 {
            try FileManager.default.attributesOfItem(atPath: directory.store + "-wal")[.size] as? UInt64 ?? 0
        }
        let before = try written()
        try store.flushApplied()
        #expect(try written() > before)
    }

    @Test func `a withheld decision is stored with its reason, and its episode counts as told once something is sent`()
        throws
    {
        let store = try directory.open()
        let reader = try AlertReader(path: directory.store)
        var first = try Sample.decision(10)
        first.withheld = .inhibited
        #expect(try store.commit(Sample.turn([first])) == Committed(stored: 1))
        var episode = try reader.episodes().episodes[0]
        #expect(!episode.announced && episode.withheld == "inhibited")
        let second = try Sample.decision(11, .raised, episode: 10)
        #expect(try store.commit(Sample.turn([second])).notices == 1...1)
        var third = try Sample.decision(12, .escalated, episode: 10)
        third.withheld = .muted
        try store.commit(Sample.turn([third]))
        episode = try reader.episodes().episodes[0]
        #expect(episode.announced && episode.withheld == "muted" && !episode.sandbox)
        #expect(try reader.episode(first.id)?.steps.map(\.decision.withheld) == [.inhibited, .none, .muted])
    }

    @Test func `who acknowledged an episode first is kept with it`() throws {
        let store = try directory.open()
        var taken = try Sample.decision(11, .acknowledged, episode: 10)
        taken.actor = "王敏"
        try store.commit(Sample.turn([try Sample.decision(10), taken]))
        let episode = try AlertReader(path: directory.store).episodes().episodes[0]
        #expect(episode.acknowledgedBy == "王敏" && episode.acknowledged == taken.at)
        #expect(episode.level == .orange && episode.resolved == nil)
    }

    @Test func `requests are on record, refused or not, and a replay stores them once`() throws {
        let store = try directory.open()
        let request = OperatorRequest(
            key: "k", actor: "王敏", note: "好", act: .acknowledge(episode: .init(position: 7, ordinal: 0)))
        let outcomes = [
            RequestOutcome(position: 10, received: Sample.at, request: request, verdict: .notOpen),
            RequestOutcome(position: 11, received: Sample.at, request: nil, verdict: .malformed),
        ]
        for _ in 0..<2 {
            try store.commit(
                Turn(
                    positions: 10...11, decisions: [], requests: outcomes, ruleSet: .empty, registry: .empty,
                    received: Sample.at))
        }
        let kept = try AlertReader(path: directory.store).requests()
        #expect(kept.map(\.verdict) == ["malformed", "not_open"])
        #expect((kept[1].actor, kept[1].episode, kept[1].note) == ("王敏", "7.0", "好"))
        #expect(store.applied == 11)
    }

    @Test func `a sandbox decision is stored and makes no notice`() throws {
        let store = try directory.open()
        var decision = try Sample.decision(10)
        decision.withheld = .sandbox
        #expect(try store.commit(Sample.turn([decision])) == Committed(stored: 1))
        let reader = try AlertReader(path: directory.store)
        #expect(try reader.episodes().episodes.isEmpty)
        #expect(try reader.episode(decision.id)?.steps.map(\.decision) == [decision])
    }

    @Test func `a process killed inside a transaction leaves the store as it was`() throws {
        do { try directory.open().commit(Sample.turn([try Sample.decision(10)])) }
        let child = try run("/usr/bin/env", ["python3", "-c", Self.abandon, directory.store], in: directory.path)
        #expect(child.code == 128 + SIGKILL)
        let store = try directory.open()
        #expect(store.applied == 10)
        #expect(try store.commit(Sample.turn([try Sample.decision(11, key: "b")])).notices == 2...2)
    }

    /// Writes enough to spill into the WAL, then dies without commit.
    private static let abandon = """
        import os, signal, sqlite3, sys
        db = sqlite3.connect(sys.argv[1], isolation_level=None)
        db.execute("PRAGMA cache_size = 1")
        db.execute("BEGIN IMMEDIATE")
        db.execute("UPDATE meta SET applied = 99")
        for i in range(5000): db.execute("INSERT INTO rule_sets VALUES('x', ?, ?)", (str(i), "y" * 500))
        os.kill(os.getpid(), signal.SIGKILL)
        """
}
