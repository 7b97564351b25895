import Events
import GRDB
import Glibc
import TestSupport
import Testing

@testable import Journal

struct RotationTests {
    let directory = TemporaryDirectory()

    private var names: [String] {
        get throws { try SegmentFile.all(in: Journal.directory(directory.path)).map(\.name) }
    }

    @Test func `a segment is named by its first position in twenty digits`() throws {
        _ = try Samples.open(directory)
        #expect(try names == ["00000000000000000001.sqlite"])
    }

    @Test func `a new segment begins at the age and not a microsecond before`() throws {
        let journal = try Samples.open(directory, Samples.settings(segmentAge: .seconds(10)))
        let edge = Samples.at(10).microseconds
        for stamp in [Samples.at(0).microseconds, edge - 1] {
            _ = try journal.append([PendingEntry(received: Timestamp(microseconds: stamp), entry: .tick)])
        }
        #expect(try names.count == 1)
        _ = try journal.append([PendingEntry(received: Timestamp(microseconds: edge), entry: .tick)])
        #expect(try names == ["00000000000000000001.sqlite", "00000000000000000003.sqlite"])
        #expect(try Journal.verify(data: directory.path).problem == nil)
    }

    @Test func `a segment over its bytes is followed by a new one at the next commit`() throws {
        let journal = try Samples.open(directory, Samples.settings(segmentBytes: 100_000))
        var random = SeededGenerator(seed: 3)
        for _ in 0..<30 { _ = try journal.append([Samples.pending(.events(Samples.wild(100, &random)))]) }
        #expect(try names.count > 3)
        let report = try Journal.verify(data: directory.path)
        #expect(report.problem == nil)
        #expect(report.events == 3000)
        #expect(report.next == journal.nextPosition)
    }

    @Test func `marks are carried from segment to segment and only rise`() throws {
        let settings = Samples.settings(segmentBytes: 1)
        var journal: Journal? = try Samples.open(directory, settings)
        let moves: [(epoch: UInt64, seq: UInt64)] = [(1, 5), (1, 9), (1, 7), (2, 1), (1, .max), (.max, .max)]
        for (second, move) in moves.enumerated() {
            var batch = Samples.readings(1)
            batch.marks = [StreamMark(stream: "gw", epoch: move.epoch, seq: move.seq)]
            _ = try journal?.append([Samples.pending(.events(batch), at: Int64(second), from: "gas")])
            if second == 2 { #expect(journal?.marks("gas") == [StreamMark(stream: "gw", epoch: 1, seq: 9)]) }
        }
        #expect(try names.count == moves.count)
        journal = nil
        let again = try Samples.open(directory, settings)
        #expect(again.marks("gas") == [StreamMark(stream: "gw", epoch: .max, seq: .max)])
        #expect(again.marks("water").isEmpty)
        #expect(try Journal.verify(data: directory.path).problem == nil)
    }

    @Test func `a crash while a segment is created leaves nothing or an empty segment, and both are gone on with`()
        throws
    {
        let settings = Samples.settings(segmentBytes: 1)
        var journal: Journal? = try Samples.open(directory, settings)
        _ = try journal?.append([Samples.pending(at: 0)])
        let tail = try #require(try journal?.withWriter { (writer) throws(JournalError) in writer.tail })
        journal = nil
        let file = SegmentFile(directory: Journal.directory(directory.path), first: 2)
        try Files.create(file.path + SegmentFile.unfinished, [1, 2, 3], mode: 0o600)
        #expect(try Samples.open(directory, settings).nextPosition == 2)
        #expect(try Files.names(file.directory) == ["00000000000000000001.sqlite", "owner.lock"])
        let start = SegmentStart(position: 2, received: Samples.at(1).microseconds, previous: tail.previous)
        try file.create(start, marks: MarkTable(), in: OpenFolder(file.directory))
        let again = try Samples.open(directory, settings)
        #expect(try again.append([Samples.pending(at: 1)]).map(\.position) == [2])
        #expect(try Journal.verify(data: directory.path).problem == nil)
        #expect(try Samples.all(directory).count == 2)
    }

    @Test func `checkpoints move the WAL of the newest and of full segments`() throws {
        let journal = try Samples.open(directory, Samples.settings(segmentBytes: 100_000))
        let checkpointer = Checkpointer(journal)
        var random = SeededGenerator(seed: 4)
        for _ in 0..<10 {
            _ = try journal.append([Samples.pending(.events(Samples.wild(100, &random)))])
            let report = try checkpointer.run()
            #expect(report.frames == report.moved)
        }
        let files = try SegmentFile.all(in: Journal.directory(directory.path))
        for file in files.dropLast() { #expect(Files.size(file.path + "-wal") == nil) }
        #expect(files.count > 1)
        #expect(try Journal.verify(data: directory.path).events == 1000)
    }

    /// A copy of a full segment is a copy of its file.
    @Test func `a full segment that kept its WAL, for a reader or a kill, is finished once nobody is in the way`()
        throws
    {
        let journal = try Samples.open(directory, Samples.settings(segmentBytes: 1))
        _ = try journal.append([Samples.pending(.events(Samples.readings(100)))])
        let full = try #require(try SegmentFile.all(in: Journal.directory(directory.path)).first)
        var reader: DatabaseQueue? = try full.openForReading()
        try reader?.inDatabase { database in
            try database.execute(sql: "BEGIN; SELECT count(*) FROM entry")
            _ = try journal.append([Samples.pending(at: 1)])
            let report = try Checkpointer(journal).run()
            #expect(report.held.map(\.path) == [full.path])
            #expect(Files.size(full.path + "-wal") ?? 0 > 0)
            try database.execute(sql: "COMMIT")
        }
        reader = nil
        let checkpointer = Checkpointer(journal)
        #expect(try checkpointer.run().held.isEmpty)
        #expect(Files.size(full.path + "-wal") == nil)
    }

    /// Two full segments, the first with rows that are in its WAL only, and a newest one.
    private func fillBesideReader() throws -> (journal: Journal, full: SegmentFile) {
        let journal = try Samples.open(directory, Samples.settings(segmentBytes: 100_000))
        let full = SegmentFile(directory: Journal.directory(directory.path), first: 1)
        try full.openForReading().inDatabase { database in
            try database.execute(sql: "BEGIN; SELECT count(*) FROM entry")
            var random = SeededGenerator(seed: 4)
            while try SegmentFile.all(in: full.directory).count < 3 {
                _ = try journal.append([Samples.pending(.events(Samples.wild(100, &random)))])
                _ = try Checkpointer(journal).run()
            }
            try database.execute(sql: "COMMIT")
        }
        return (journal, full)
    }

    private func wal(_ file: SegmentFile) throws -> [UInt8]? { try Files.read(file.path + "-wal", upTo: 1 << 20) }

    @Test func `a full segment with a WAL that is damaged is left as it is, and stops nothing`() throws {
        let (journal, full) = try fillBesideReader()
        let before = try #require(try wal(full))
        #expect(before.count > 1000)
        #expect(truncate(full.path, 0) == 0)
        _ = try Checkpointer(journal).run()
        #expect(try wal(full) == before && journal.poison == nil)
        #expect(try journal.append([Samples.pending(at: 2)]).count == 1)
    }

    @Test func `a full segment whose WAL was cut ends before the next begins: it is told, and left`() throws {
        let (journal, full) = try fillBesideReader()
        #expect(try Journal.verifySegment(data: directory.path, after: 0)?.problem == nil)
        // By another reader's memory the WAL would be as it was.
        try Files.remove(full.path + "-shm")
        #expect(truncate(full.path + "-wal", off_t(try #require(try wal(full)).count / 2)) == 0)
        let before = try wal(full)
        let found = try Journal.verifySegment(data: directory.path, after: 0)
        #expect(found?.problem?.reason.contains("a segment is missing") == true, "\(String(describing: found))")
        _ = try Checkpointer(journal).run()
        #expect(try wal(full) == before && journal.poison == nil)
    }

    @Test func `a full segment is finished once the one that follows can be read`() throws {
        let (journal, full) = try fillBesideReader()
        let next = try SegmentFile.all(in: full.directory)[1].path
        // A folder of the name: it cannot be opened, and says nothing of what the segment held.
        #expect(rename(next, next + ".aside") == 0)
        try Files.makeDirectory(next)
        let checkpointer = Checkpointer(journal)
        _ = try checkpointer.run()
        #expect(try wal(full) != nil)
        #expect(rmdir(next) == 0 && rename(next + ".aside", next) == 0)
        var runs = 0
        while try wal(full) != nil, runs < 100 {
            _ = try checkpointer.run()
            runs += 1
        }
        #expect(try wal(full) == nil)
    }

    @Test func `a WAL whose segment is gone is cleared before the oldest segment and an error elsewhere`() throws {
        var journal: Journal? = try Samples.open(directory, Samples.settings(segmentBytes: 1))
        for second in 0..<3 { _ = try journal?.append([Samples.pending(at: Int64(second))]) }
        journal = nil
        let folder = Journal.directory(directory.path)
        try SegmentFile(directory: folder, first: 1).remove(from: OpenFolder(folder))
        let before = SegmentFile(directory: folder, first: 1).path + "-wal"
        let after = SegmentFile(directory: folder, first: 4).path + "-wal"
        try Files.create(before, [1], mode: 0o600)
        #expect(try Samples.open(directory).nextPosition == 4)
        #expect(Files.size(before) == nil)
        let kept = try Samples.all(directory, from: 2).count
        try Files.create(after, [1], mode: 0o600)
        #expect(throws: JournalError.self) { try Samples.open(directory) }
        var reader = try Journal.read(data: directory.path, from: nil)
        for _ in 0..<kept { #expect(try reader.next() != nil) }
        #expect(throws: JournalError.self) { try reader.next() }
        #expect(Files.size(after) == 1)
    }
}
