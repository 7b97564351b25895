import Events
import Foundation
import Journal
import Testing

@testable import Platform

struct DuplicateTailTests {
    private let data = NSTemporaryDirectory() + "/fenghuo-\(UUID().uuidString)"

    /// Stamps and times count from here: earlier ones are no clock's.
    private static let start = Journal.earliestStamp

    private static func seconds(_ time: Timestamp) -> Int64 { (time - start).microseconds / 1_000_000 }

    private static func event(_ id: Int, sequenced: Bool) -> JournalEntry {
        var batch = EventBatch()
        Array("\(id)".utf8).withUnsafeBytes { batch.ids.append($0) }
        batch.times = [start + .seconds(Int64(id))]
        batch.periods = [0]
        batch.types = [batch.strings.intern("note")]
        batch.sources = [batch.strings.intern("s")]
        (batch.subjects, batch.areas) = ([EventBatch.absent], [EventBatch.absent])
        (batch.longitudes, batch.latitudes) = ([.nan], [.nan])
        batch.flags = [sequenced ? [.sequenced] : []]
        (batch.readingEnds, batch.fieldEnds) = ([0], [0])
        return .events(batch)
    }

    /// What the door sees of a journal whose entry n is stamped n: the batches' event times, and how far it has to assume.
    /// `pruned`: the oldest segments go before, each of one entry.
    private func shown(
        _ entries: [JournalEntry], window: Int, pruned: Int64 = 0, maxFuture: Int64 = 0
    ) throws -> (times: [Int64], forgotten: Int64?, ahead: [Int64]) {
        defer { try? FileManager.default.removeItem(atPath: data) }
        var settings = JournalSettings(engineVersion: 1)
        if pruned > 0 { settings.segmentBytes = 1 }
        let journal = try Journal(data: data, settings: settings)
        for (index, entry) in entries.enumerated() {
            let stamp = Self.start + .seconds(Int64(index + 1))
            _ = try journal.append([PendingEntry(received: stamp, department: "d", entry: entry)])
        }
        if pruned > 0 {
            _ = try journal.prune(olderThan: .zero, now: Self.start + .seconds(1000), keepFrom: pruned + 1)
        }
        var times: [Int64] = []
        var forgotten: Int64?
        var ahead: [Int64] = []
        let tail = DuplicateTail(journal: journal, window: window, maxFuture: .seconds(maxFuture))
        try tail.show { batch, _, isForgotten in
            let shown = batch.times.map(Self.seconds)
            if isForgotten { ahead += shown } else { times += shown }
        } forgotten: {
            forgotten = max(forgotten ?? 0, Self.seconds($0))
        }
        return (times, forgotten, ahead)
    }

    @Test func `a journal that fits the window is shown whole and nothing is assumed`() throws {
        let seen = try shown((1...3).map { Self.event($0, sequenced: false) }, window: 4)
        #expect(seen.times == [1, 2, 3] && seen.forgotten == nil)
    }

    @Test func `what stands before the shown part is assumed forgotten up to its first stamp`() throws {
        let seen = try shown((1...10).map { Self.event($0, sequenced: false) }, window: 4)
        #expect(seen.times == [7, 8, 9, 10] && seen.forgotten == 7)
    }

    @Test func `of a pruned journal that fits the window what is gone is assumed forgotten`() throws {
        let seen = try shown((1...10).map { Self.event($0, sequenced: false) }, window: 100, pruned: 3)
        #expect(seen.times == Array(4...10) && seen.forgotten == 4)
    }

    @Test func `what came within max_future before the shown part is shown as forgotten, as it may be ahead`() throws {
        let seen = try shown((1...10).map { Self.event($0, sequenced: false) }, window: 4, maxFuture: 3)
        #expect(seen.times == [7, 8, 9, 10] && seen.forgotten == 7 && seen.ahead == [3, 4, 5, 6])
    }

    @Test func `what of it is pruned is assumed to have been as far ahead`() throws {
        let seen = try shown((1...10).map { Self.event($0, sequenced: false) }, window: 4, pruned: 4, maxFuture: 3)
        #expect(seen.times == [7, 8, 9, 10] && seen.forgotten == 8 && seen.ahead == [5, 6])
        let all = try shown((1...10).map { Self.event($0, sequenced: false) }, window: 100, pruned: 4, maxFuture: 3)
        #expect(all.times == Array(5...10) && all.forgotten == 8 && all.ahead == [])
        let old = try shown((1...10).map { Self.event($0, sequenced: false) }, window: 4, pruned: 4, maxFuture: 1)
        #expect(old.forgotten == 7 && old.ahead == [5, 6])
    }

    @Test(arguments: [(3, 17), (4, 17), (5, 18), (6, 19), (100, 20)])
    func `where more came than the window holds the rest is assumed so far ahead, at most to the last stamp`(
        maxFuture: Int64, forgotten: Int64
    ) throws {
        let seen = try shown((1...20).map { Self.event($0, sequenced: false) }, window: 4, maxFuture: maxFuture)
        #expect(seen.times == [17, 18, 19, 20] && seen.ahead == [13, 14, 15, 16] && seen.forgotten == forgotten)
    }

    @Test func `ticks and sequenced events do not eat the window`() throws {
        let entries: [JournalEntry] =
            [Self.event(1, sequenced: false), Self.event(2, sequenced: false)] + Array(repeating: .tick, count: 3)
            + (6...10).map { Self.event($0, sequenced: true) }
        let seen = try shown(entries, window: 3)
        #expect(seen.times == [1, 2] + (6...10) && seen.forgotten == nil)
    }

    @Test func `the search ends, and then the rest is assumed`() throws {
        let entries = [Self.event(1, sequenced: false)] + Array(repeating: JournalEntry.tick, count: 30)
        let seen = try shown(entries, window: 2)
        #expect(seen.times == [] && seen.forgotten == 24)
    }
}
