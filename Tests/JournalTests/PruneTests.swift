import Events
import Testing

@testable import Journal

struct PruneTests {
    let directory = TemporaryDirectory()

    /// Four segments of one tick each, at days 0, 1, 2 and 3, with a mark set on day 0.
    private func fill() throws -> Journal {
        let journal = try Samples.open(directory, Samples.settings(segmentBytes: 1))
        for day in 0..<4 {
            var batch = Samples.readings(1)
            if day == 0 { batch.marks = [StreamMark(stream: "gw", epoch: 1, seq: 5)] }
            _ = try journal.append([Samples.pending(.events(batch), at: Int64(day) * 86_400, from: "gas")])
        }
        return journal
    }

    private func day(_ day: Int64) -> Timestamp { Samples.at(day * 86_400) }

    @Test func `a segment goes when all of it is older and below, from the oldest on`() throws {
        let journal = try fill()
        let now = Timestamp(microseconds: day(201).microseconds + 1)
        let report = try journal.prune(now: now, keepFrom: 100)
        #expect(report.removed.map(\.positions) == [1..<2, 2..<3])
        #expect(report.kept.map(\.reason) == [.young(last: day(2)), .newest])
        let verified = try Journal.verify(data: directory.path)
        #expect(verified.problem == nil)
        #expect(verified.first == 3)
        #expect(verified.anchor != .genesis)
        #expect(journal.marks("gas") == [StreamMark(stream: "gw", epoch: 1, seq: 5)])
        #expect(throws: JournalError.pruned(asked: 2, first: 3)) { try Samples.all(directory, from: 2) }
        #expect(try Samples.all(directory, from: 3).count == 2)
    }

    @Test func `reading and export without a first position begin at the oldest kept`() throws {
        let journal = try fill()
        _ = try journal.prune(now: day(1000), keepFrom: 3)
        var reader = try Journal.read(data: directory.path, from: nil)
        #expect(try reader.next()?.record.position == 3)
        var lines: [UInt8] = []
        #expect(try Journal.export(data: directory.path, from: nil, upTo: 4) { lines += $0 } == 1)
        #expect(String(decoding: lines, as: UTF8.self).contains("\"fhposition\":3,"))
        #expect(throws: JournalError.pruned(asked: 2, first: 3)) {
            try Journal.export(data: directory.path, from: 2, upTo: 4) { _ in }
        }
    }

    @Test func `a segment stamped before the first event is as young as the next`() throws {
        let journal = try Samples.open(directory, Samples.settings(segmentBytes: 1))
        _ = try journal.append([PendingEntry(received: Timestamp(seconds: 0), entry: .tick)])
        for day in [10, 20] { _ = try journal.append([Samples.pending(at: Int64(day) * 86_400)]) }
        #expect(try journal.prune(now: day(210), keepFrom: 100).removed.isEmpty)
        #expect(try journal.prune(now: day(211), keepFrom: 100).removed.map(\.positions) == [1..<2, 2..<3])
    }

    @Test func `a segment of exactly the age stays`() throws {
        let journal = try fill()
        let report = try journal.prune(now: day(200), keepFrom: 100)
        #expect(report.removed.isEmpty)
        #expect(report.kept.map(\.reason) == [.young(last: day(0)), .behindKept, .behindKept, .newest])
    }

    @Test func `what was stamped by events is as young as the change to the wall clock`() throws {
        let journal = try fill()
        try Journal.keepStampedSince(3, day(500), data: directory.path)
        #expect(try journal.prune(now: day(700), keepFrom: 100).removed.isEmpty)
        let after = Timestamp(microseconds: day(700).microseconds + 1)
        #expect(try journal.prune(now: after, keepFrom: 100).removed.map(\.positions) == [1..<2, 2..<3, 3..<4])
    }

    @Test func `a segment that goes on behind the change is as old as its stamps`() throws {
        let journal = try fill()
        try Journal.keepStampedSince(2, day(500), data: directory.path)
        #expect(try journal.prune(now: day(700), keepFrom: 100).removed.isEmpty)
        try Journal.keepStampedSince(1, day(500), data: directory.path)
        #expect(try journal.prune(now: day(700), keepFrom: 100).removed.map(\.positions) == [1..<2, 2..<3, 3..<4])
    }

    @Test func `a change under a clock that was wrong is settled once, by one that is right`() throws {
        let journal = try fill()
        try journal.settleStampedSince(day(400))
        #expect(Files.size(directory.path + "/journal/stamped-since") == nil)
        try Journal.keepStampedSince(3, .distantFuture, data: directory.path)
        let kept = try journal.prune(now: day(100_000), keepFrom: 100)
        #expect(kept.removed.isEmpty && kept.kept.map { "\($0.reason)" }.count == 4)
        for right in [500, 600] as [Int64] { try journal.settleStampedSince(day(right)) }
        #expect(try journal.prune(now: day(700), keepFrom: 100).removed.isEmpty)
        let after = Timestamp(microseconds: day(700).microseconds + 1)
        #expect(try journal.prune(now: after, keepFrom: 100).removed.map(\.positions) == [1..<2, 2..<3, 3..<4])
    }

    @Test func `a file that does not say since when is told, and all stays`() throws {
        let journal = try fill()
        try Files.replace(directory.path + "/journal/stamped-since", with: [Array("3\n".utf8)])
        #expect { _ = try journal.prune(now: day(700), keepFrom: 100) } throws: { "\($0)".contains("stamped-since") }
        #expect(try Samples.all(directory).count == 4)
    }

    @Test func `positions that are still needed stay`() throws {
        let journal = try fill()
        #expect(try journal.prune(now: day(1000), keepFrom: 1).removed.isEmpty)
        let report = try journal.prune(now: day(1000), keepFrom: 2)
        #expect(report.removed.map(\.positions) == [1..<2])
        #expect(report.kept.first?.reason == .needed(end: 3))
    }

    @Test func `the newest segment never goes, and marks survive reopening`() throws {
        var journal: Journal? = try fill()
        let report = try journal?.prune(now: day(10_000), keepFrom: .max)
        #expect(report?.removed.count == 3)
        #expect(report?.kept.map(\.reason) == [.newest])
        journal = nil
        let again = try Samples.open(directory)
        #expect(again.nextPosition == 5)
        #expect(again.marks("gas") == [StreamMark(stream: "gw", epoch: 1, seq: 5)])
        _ = try again.append([Samples.pending(at: 4 * 86_400)])
        #expect(try Journal.verify(data: directory.path).problem == nil)
    }

    @Test func `reaching the byte cap is reported and drops nothing`() throws {
        var settings = Samples.settings()
        settings.capBytes = 1
        let journal = try Samples.open(directory, settings)
        _ = try journal.append([Samples.pending()])
        #expect(try journal.usage().isCapReached)
        #expect(try Samples.all(directory).count == 1)
    }

    @Test func `a reader whose place was pruned under it says so`() throws {
        let journal = try fill()
        var reader = try Journal.read(data: directory.path, from: nil)
        #expect(try reader.next()?.record.position == 1)
        _ = try journal.prune(now: day(10_000), keepFrom: .max)
        #expect(throws: JournalError.pruned(asked: 2, first: 4)) { try reader.next() }
    }
}
