import Engine
import Events
import Foundation
import GRDB
import Testing

@testable import AlertStore

@Suite struct ReaderTests {
    let directory = try! TemporaryDirectory()

    @Test func `episodes are listed newest first, filtered and paged`() throws {
        let store = try directory.open()
        for position in Int64(1)...5 {
            let area = position == 3 ? "320214000000" : "320213021000"
            try store.commit(Sample.turn([try Sample.decision(position, key: "k\(position)", area: area)]))
        }
        try store.commit(Sample.turn([try Sample.decision(6, .resolved, episode: 5, key: "k5")]))
        let reader = try AlertReader(path: directory.store)
        var filter = EpisodeFilter()
        #expect(try reader.episodes(filter).episodes.map(\.key) == ["k5", "k4", "k3", "k2", "k1"])
        filter.open = true
        filter.areaPrefix = "320213"
        let first = try reader.episodes(filter, limit: 2)
        #expect(first.episodes.map(\.key) == ["k4", "k2"])
        let second = try reader.episodes(filter, before: first.next, limit: 2)
        #expect(second.episodes.map(\.key) == ["k1"])
        #expect(second.next == nil)
        filter.minimumLevel = .red
        #expect(try reader.episodes(filter).episodes.isEmpty)
    }

    @Test func `an episode is shown with every transition and the rule text that decided`() throws {
        let store = try directory.open()
        let steps = [try Sample.decision(1), try Sample.decision(2, .resolved, episode: 1)]
        try store.commit(Sample.turn(steps))
        let detail = try #require(try AlertReader(path: directory.store).episode(steps[0].id))
        #expect(detail.steps.map(\.decision) == steps)
        #expect(detail.steps.allSatisfy { $0.rule == Sample.ruleSet.files[0] })
        #expect(detail.episode.resolved == steps[1].at)
        #expect(detail.episode.peak == .orange)
        #expect(try AlertReader(path: directory.store).episode(steps[1].id) == nil)
    }

    @Test func `history pages have neither gap nor duplicate and match whole topic tokens`() throws {
        let store = try directory.open()
        let areas = ["320213021000", "320213021001", "320214000000"]
        for position in Int64(1)...30 {
            let decision = try Sample.decision(
                position, key: "k\(position)", area: areas[Int(position) % areas.count])
            try store.commit(Sample.turn([decision]))
        }
        let reader = try AlertReader(path: directory.store)
        var seen: [Int64] = []
        var since: Int64 = 0
        while true {
            let page = try reader.notices(since: since, topics: ["alarm/area/320213021000/"], limit: 3)
            seen += page.notices.map(\.seq)
            since = page.next
            if !page.more { break }
        }
        #expect(seen == Array(stride(from: 3, through: 30, by: 3)))
        #expect(try reader.notices(since: 28, topics: ["alarm/level/orange/gas/320214"]).notices.map(\.seq) == [29])
        #expect(try reader.notices(since: 0, topics: ["alarm/area/32021"]).notices.count == 30)
        #expect(try reader.leaves(changedSince: 28).map(\.seq) == [29, 30])
    }

    @Test(arguments: [("…A1/", false), ("…A1", true), ("…A10/", true), ("…A100", false)])
    func `a prefix that ends with a slash matches one token only`(prefix: String, matches: Bool) {
        let leaf = Leaf(kind: "alarm", exercise: false, domain: "…A10", level: .red, area: "320200000000")
        #expect(leaf.matches(["alarm/domain/" + prefix]) == matches)
    }

    @Test func `a notice that was changed on disk is an error, before and after a new epoch`() throws {
        let store = try directory.open()
        for position in Int64(1)...3 {
            try store.commit(Sample.turn([try Sample.decision(position, key: "k\(position)")]))
        }
        let reader = try AlertReader(path: directory.store)
        let bytes = try reader.read { try String.fetchOne($0, sql: "SELECT body FROM notices WHERE seq = 2") ?? "" }
        func change(_ sql: String) throws {
            let other = try DatabaseQueue(path: directory.store)
            try other.write { try $0.execute(sql: sql) }
        }
        for renewed in [false, true] {
            if renewed { try store.renew(epoch: "abcd") }
            #expect(try reader.notices(since: 0).notices.count == 3)
            for column in ["body = replace(body, 'k2', 'k3')", "area = '320200000000'", "prev = 0"] {
                try change("CREATE TABLE kept AS SELECT * FROM notices WHERE seq = 2")
                try change("UPDATE notices SET \(column) WHERE seq = 2")
                #expect(throws: StoreError.changed(path: directory.store, seq: 2)) {
                    try reader.notices(since: 1)
                }
                #expect(try reader.notices(since: 2).notices.map(\.seq) == [3])
                try change("DELETE FROM notices WHERE seq = 2")
                try change("INSERT INTO notices SELECT * FROM kept")
                try change("DROP TABLE kept")
            }
        }
        #expect(bytes.contains("k2"))
        // What was changed does not get a checksum that fits it.
        try change("UPDATE notices SET body = replace(body, 'k2', 'k3') WHERE seq = 2")
        #expect(throws: StoreError.changed(path: directory.store, seq: 2)) { try store.renew(epoch: "dcba") }
        #expect(throws: StoreError.changed(path: directory.store, seq: 2)) { try reader.notices(since: 1) }
    }

    @Test func `a page of history ends at its bytes, too`() throws {
        let store = try directory.open()
        for position in Int64(1)...3 {
            try store.commit(Sample.turn([try Sample.decision(position, key: "k\(position)")]))
        }
        let queue = try DatabaseQueue(path: directory.store)
        let blank = String(repeating: " ", count: StoreBounds.pageBytes / 2)
        try queue.write {
            try $0.execute(sql: "UPDATE notices SET body = body || ?, hash = NULL", arguments: [blank])
        }
        let page = try AlertReader(path: directory.store).notices(since: 0)
        #expect(page.notices.map(\.seq) == [1, 2] && page.next == 2 && page.more)
    }

    @Test func `a second writer, a foreign file and a newer schema are refused by name`() throws {
        var store: AlertStore? = try directory.open()
        #expect(store != nil)
        #expect(throws: StoreError.locked(path: directory.store)) { try directory.open() }
        store = nil
        let other = directory.path + "/other.sqlite"
        do {
            let queue = try DatabaseQueue(path: other)
            try queue.write { try $0.execute(sql: "CREATE TABLE t(a)") }
        }
        #expect(throws: StoreError.foreign(path: other, reason: "application_id 0, not 1179140435")) {
            try AlertStore(path: other, newEpoch: "0000")
        }
        do {
            let queue = try DatabaseQueue(path: directory.store)
            try queue.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        }
        #expect(throws: StoreError.newerSchema(path: directory.store, version: 99)) { try directory.open() }
        let text = directory.path + "/text.sqlite"
        try String(repeating: "not a database ", count: 100).write(toFile: text, atomically: true, encoding: .utf8)
        #expect {
            try AlertStore(path: text, newEpoch: "0000")
        } throws: {
            if case .foreign = $0 as? StoreError { true } else { false }
        }
    }
}
