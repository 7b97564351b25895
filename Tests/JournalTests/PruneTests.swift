import Events
import Testing

@testable import Journal

struct PruneTests {
    let directory = TemporaryDirectory()

    /// Four segments of one batch each, at days 0, 1, 2 and 3, with a mark set on day 0.
    private func fill(from first: Timestamp = Journal.earliestStamp) throws -> Journal {
        let journal = try Samples.open(directory, Samples.settings(segmentBytes: 1))
        for day in 0..<4 {
            var batch = Samples.readings(1)
            if day == 0 { batch.marks = [StreamMark(stream: "gw", epoch: 1, seq: 5)] }
            _ = try journal.append([
                PendingEntry(received: first + .days(Int64(day)), department: "gas", entry: .events(batch))
            ])
        }
        return journal
    }

    private func day(_ day: Int64) -> Timestamp { Journal.earliestStamp + .days(day) }

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

    @Test func `what a clock that was never set has stamped is as young as the first of one that was`() throws {
        let journal = try fill(from: Timestamp(seconds: 0))
        let undated = try journal.prune(now: day(100_000), keepFrom: 100)
        #expect(undated.removed.isEmpty && undated.kept.first?.reason == .undated)
        #expect(undated.kept.first.map { "\($0.reason)" }?.contains("no clock that was right") == true)
        for at in [0, 10, 20] as [Int64] {
            let tick = PendingEntry(received: day(at) - TimeSpan(microseconds: at == 0 ? 1 : 0), entry: .tick)
            _ = try journal.append([tick])
        }
        let then = try journal.prune(now: day(210), keepFrom: 100)
        #expect(then.removed.isEmpty && then.kept.first?.reason == .young(last: day(10)))
        let removed = try journal.prune(now: day(210) + TimeSpan(microseconds: 1), keepFrom: 100).removed
        #expect(removed.map(\.positions.upperBound) == [2, 3, 4, 5, 6, 7])
    }

    @Test func `a segment of exactly the age stays`() throws {
        let journal = try fill()
        let report = try journal.prune(now: day(200), keepFrom: 100)
        #expect(report.removed.isEmpty)
        #expect(report.kept.map(\.reason) == [.young(last: day(0)), .behindKept, .behindKept, .newest])
    }

    @Test func `what was stamped by events is as young as the change to the wall clock`() throws {
        let journal = try fill()
        try Journal.keepStampedSince(3, data: directory.path)
        let kept = try journal.prune(now: day(100_000), keepFrom: 100)
        #expect(kept.removed.isEmpty && kept.kept.map(\.reason) == [.undated, .behindKept, .behindKept, .newest])
        // Once: a later wall leaves the date.
        for right in [500, 600] as [Int64] { try journal.dateStampedSince(day(right)) }
        #expect(try journal.prune(now: day(700), keepFrom: 100).kept.first?.reason == .young(last: day(500)))
        let after = Timestamp(microseconds: day(700).microseconds + 1)
        #expect(try journal.prune(now: after, keepFrom: 100).removed.map(\.positions) == [1..<2, 2..<3, 3..<4])
    }

    @Test func `a segment that goes on behind the change is as old as its stamps`() throws {
        let journal = try fill()
        // Where nothing was stamped otherwise there is nothing to date.
        try journal.dateStampedSince(day(400))
        #expect(Files.size(directory.path + "/journal/stamped-since") == nil)
        try Journal.keepStampedSince(2, data: directory.path)
        try journal.dateStampedSince(day(500))
        #expect(try journal.prune(now: day(700), keepFrom: 100).removed.isEmpty)
        try Journal.keepStampedSince(1, data: directory.path)
        try journal.dateStampedSince(day(500))
        #expect(try journal.prune(now: day(700), keepFrom: 100).removed.map(\.positions) == [1..<2, 2..<3, 3..<4])
    }

    @Test(arguments: ["", "\n", "3", "3 x\n", "3 4 5\n", "yesterday\n"])
    func `a file that does not say since when is told, and all stays`(line: String) throws {
        let journal = try fill()
        try Files.replace(directory.path + "/journal/stamped-since", with: [Array(line.utf8)])
        #expect { try journal.dateStampedSince(day(500)) } throws: { "\($0)".contains("stamped-since") }
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
        _ = try again.append([PendingEntry(received: day(4), entry: .tick)])
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
