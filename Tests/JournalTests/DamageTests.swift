import Events
import Foundation
import GRDB
import Testing

@testable import Journal

struct DamageTests {
    let directory = TemporaryDirectory()

    /// Every column of a row but its key, and one way to change a byte or bit of it.
    static let changes: [(column: String, change: String)] = [
        ("position", "position + 1000"), ("partition", "partition | 1"), ("count", "count - 1"),
        ("received", "received + 1"), ("department", "'gaz'"), ("kind", "kind + 1"), ("key_id", "'2025-12'"),
        ("key_id", "NULL"), ("format", "format + 1"), ("engine", "engine + 1"), ("payload_size", "payload_size - 1"),
        ("payload", "substr(payload, 1, length(payload) - 1) || x'00'"), ("restricted", "restricted || x'00'"),
        ("restricted_hash", "zeroblob(32)"), ("restricted_hash", "NULL"), ("previous", "zeroblob(32)"),
        ("checksum", "zeroblob(32)"),
    ]

    /// Three commits, the second with restricted fields; the journal closed.
    private func fill() throws -> SegmentFile {
        let journal = try Samples.open(directory)
        _ = try journal.append([Samples.pending(from: "gas")])
        _ = try journal.append([Samples.pending(.events(Samples.readings(20, restricted: true)), from: "gas")])
        _ = try journal.append([Samples.pending(from: "gas")])
        return SegmentFile(directory: Journal.directory(directory.path), first: 1)
    }

    @Test(arguments: changes)
    func `a change in any column of a row is found by verify, reader and opening`(
        change: (column: String, change: String)
    ) throws {
        let file = try fill()
        #expect(try Journal.verify(data: directory.path).problem == nil)
        try file.openForWriting().writeWithoutTransaction { database in
            try database.execute(
                sql:
                    "UPDATE entry SET \(change.column) = CAST(\(change.change) AS \(type(change.column))) WHERE position = 2"
            )
            #expect(database.changesCount == 1)
        }
        #expect(try Journal.verify(data: directory.path).problem?.file == file.path)
        #expect(throws: JournalError.self) { try Samples.all(directory) }
        #expect(throws: JournalError.self) { try Samples.open(directory) }
    }

    @Test func `a segment that lost its WAL before the first checkpoint takes nothing more`() throws {
        let journal = try Samples.open(directory)
        _ = try journal.append([Samples.pending(from: "gas")])
        let wal = SegmentFile(directory: Journal.directory(directory.path), first: 1).path + "-wal"
        #expect(truncate(wal, 0) == 0)
        let checkpointer = Checkpointer(journal)
        // SQLite itself may find the WAL merely empty; what it finds damaged must not go on.
        do {
            _ = try checkpointer.run()
            #expect(journal.poison == nil)
        } catch {
            #expect(journal.poison != nil)
            #expect(throws: JournalError.self) { try journal.append([Samples.pending(from: "gas")]) }
        }
    }

    @Test func `a journal whose only segment is gone is not whole`() throws {
        let journal = try Samples.open(directory)
        _ = try journal.append([Samples.pending(from: "gas")])
        let file = SegmentFile(directory: Journal.directory(directory.path), first: 1)
        #expect(try Journal.verify(data: directory.path).problem == nil)
        #expect(unlink(file.path) == 0)
        #expect(try Journal.verify(data: directory.path).problem?.file == file.path)
        withExtendedLifetime(journal) {}
    }

    @Test(arguments: ["shrunk", "replaced", "removed", "without its WAL", "its WAL shrunk"])
    func `a file that changed under its writer is noticed`(change: String) throws {
        let journal = try Samples.open(directory)
        _ = try journal.append([Samples.pending(from: "gas")])
        let path = SegmentFile(directory: Journal.directory(directory.path), first: 1).path
        var watch = FileWatch(path)
        _ = try journal.append([Samples.pending(.events(Samples.readings(500)), from: "gas")])
        _ = try Checkpointer(journal).run()
        try watch.check()
        switch change {
        case "shrunk": #expect(truncate(path, 4096) == 0)
        case "replaced":
            #expect(rename(path, path + ".aside") == 0)
            try FileManager.default.copyItem(atPath: path + ".aside", toPath: path)
        case "removed": #expect(unlink(path) == 0)
        case "its WAL shrunk":
            _ = try journal.append([Samples.pending(.events(Samples.readings(500)), from: "gas")])
            try watch.check()
            let size = try #require(Files.size(path + "-wal"))
            #expect(truncate(path + "-wal", Int(size) - 6000) == 0)
            // A checkpoint would carry what is no longer there into the segment.
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(throws: JournalError.self) { try Checkpointer(journal).run() }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        default: #expect(unlink(path + "-wal") == 0)
        }
        #expect(throws: JournalError.self) { try watch.check() }
        #expect(throws: JournalError.self) { try journal.append([Samples.pending(from: "gas")]) }
    }

    @Test(arguments: ["department", "kind", "payload_size"])
    func `a value that is missing where there must be one is damage`(column: String) throws {
        let file = try fill()
        try file.openForWriting().writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA writable_schema = ON;
                    UPDATE sqlite_schema SET sql = replace(sql, '\(column) \(type(column)) NOT NULL', '\(column) \(type(column))');
                    PRAGMA writable_schema = RESET
                    """)
            try database.execute(sql: "UPDATE entry SET \(column) = NULL WHERE position = 2")
        }
        for attempt in [{ _ = try Samples.all(directory) }, { _ = try Samples.open(directory) }] {
            do {
                try attempt()
                Issue.record("nothing was found")
            } catch JournalError.corrupt(let damaged, _, _) {
                #expect(damaged == file.path)
            }
        }
        #expect(try Journal.verify(data: directory.path).problem?.file == file.path)
    }

    private func type(_ column: String) -> String {
        switch column {
        case "department", "key_id": "TEXT"
        case "payload", "restricted", "restricted_hash", "previous", "checksum": "BLOB"
        default: "INTEGER"
        }
    }

    @Test func `a removed row breaks the chain`() throws {
        let file = try fill()
        try file.openForWriting().writeWithoutTransaction {
            try $0.execute(sql: "DELETE FROM entry WHERE position = 2")
        }
        #expect(try Journal.verify(data: directory.path).problem?.position == 22)
        #expect(throws: JournalError.self) { try Samples.open(directory) }
    }

    /// Further from the end than what the next row continues.
    @Test func `a row in the middle of the newest segment stops opening`() throws {
        do {
            let journal = try Samples.open(directory)
            for _ in 0..<200 { _ = try journal.append([Samples.pending(from: "gas")]) }
        }
        let file = SegmentFile(directory: Journal.directory(directory.path), first: 1)
        try file.openForWriting().writeWithoutTransaction {
            try $0.execute(sql: "UPDATE entry SET received = received + 1 WHERE position = 2")
        }
        #expect {
            try Samples.open(directory)
        } throws: {
            "\($0)".contains("\(file.path) is damaged at position 2")
        }
    }

    @Test func `a damaged page is told with its position, and what lies before it is read`() throws {
        do {
            let journal = try Samples.open(directory)
            for number in 0..<300 {
                _ = try journal.append([Samples.pending(.events(Samples.readings(40)), at: Int64(number), from: "gas")])
            }
        }
        let file = SegmentFile(directory: Journal.directory(directory.path), first: 1)
        try file.openForWriting().writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
        let whole = try Samples.all(directory).map(\.record.position)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file.path))
        // The leaves of SQLite's tables begin with 13: one of the second half.
        let leaf = try #require(
            stride(from: bytes.count / 8192 * 4096, to: bytes.count, by: 4096).first { bytes[$0] == 13 })
        bytes[leaf] = 99
        try bytes.write(to: URL(fileURLWithPath: file.path))
        let position = try #require(try Journal.verify(data: directory.path).problem?.position)
        var reader = try Journal.read(data: directory.path, from: 1)
        var read: [Int64] = []
        #expect {
            while let stored = try reader.next() { read.append(stored.record.position) }
        } throws: {
            "\($0)".contains("\(file.path) is damaged at position \(position)")
        }
        // All that SQLite can read row by row.
        let queue = try file.openForReading()
        let sound = whole.prefix { position in
            (try? queue.read {
                try Row.fetchOne($0, sql: "SELECT * FROM entry WHERE position = ?", arguments: [position])
            }) != nil
        }
        #expect(read == Array(sound) && read.count > 100 && whole[read.count] == position)
        #expect {
            try Samples.open(directory)
        } throws: {
            "\($0)".contains("\(file.path) is damaged")
        }
    }

    @Test func `the hash of a position's row is known where it is there and as it was written`() throws {
        let file = try fill()
        let next = try Journal.verify(data: directory.path).next
        let hashes = try (1..<next).map { try Journal.hash(data: directory.path, position: $0) }
        // Three rows, the second of twenty events.
        #expect(Set(hashes).count == 3 && !hashes.contains(nil) && hashes[1] == hashes[20])
        #expect(throws: JournalError.beyondEnd(asked: 99, end: next)) {
            try Journal.hash(data: directory.path, position: 99)
        }
        try file.openForWriting().writeWithoutTransaction {
            try $0.execute(sql: "UPDATE entry SET payload = x'00' WHERE position = 2")
        }
        #expect(try Journal.hash(data: directory.path, position: 3) == nil)
        #expect(try Journal.hash(data: directory.path, position: 1) == hashes[0])
    }

    @Test func `a row before a segment's first is found by verify, too`() throws {
        _ = try Samples.open(directory).append([Samples.pending(.events(Samples.readings(3)))])
        let file = try #require(try SegmentFile.all(in: Journal.directory(directory.path)).first)
        try file.openForWriting().writeWithoutTransaction {
            let others = StoredRow.columns.replacing("position, ", with: "")
            try $0.execute(sql: "INSERT INTO entry(position, \(others)) SELECT -5, \(others) FROM entry")
        }
        #expect(try Journal.verify(data: directory.path).problem?.position == -5)
        #expect(throws: JournalError.self) { try Samples.open(directory) }
    }

    /// Streams a and b of one department: b is moved once more, in the same segment or the next one. Gives the newest segment.
    private func fillMarks(segments: Int = 1) throws -> SegmentFile {
        let journal = try Samples.open(directory, Samples.settings(segmentAge: segments == 1 ? .days(1) : .seconds(1)))
        for (seq, streams) in [(7, ["a", "b"]), (8, ["b"])] as [(Int64, [String])] {
            var batch = Samples.readings(1)
            batch.marks = streams.map { StreamMark(stream: $0, epoch: 3, seq: UInt64(seq)) }
            _ = try journal.append([Samples.pending(.events(batch), at: seq * 10, from: "gas")])
        }
        return try #require(try SegmentFile.all(in: Journal.directory(directory.path)).last)
    }

    @Test(
        arguments: [
            "INSERT INTO mark(department, stream, epoch, seq) VALUES('gas', 'c', 1, 1)",
            "DELETE FROM mark WHERE stream = 'a'", "DELETE FROM mark",
            "UPDATE mark SET seq = 65544 WHERE stream = 'b'", "UPDATE mark SET epoch = 2 WHERE stream = 'a'",
            "UPDATE mark SET stream = 'c' WHERE stream = 'a'", "UPDATE mark SET department = 'gaz' WHERE stream = 'a'",
            "UPDATE mark_sum SET digest = zeroblob(32)", "DELETE FROM mark_sum",
        ], [1, 2])
    func `marks that no batch gave are found by verify, and opening makes them again from the batches`(
        change: String, segments: Int
    ) throws {
        let file = try fillMarks(segments: segments)
        #expect(try Journal.verify(data: directory.path).problem == nil)
        #expect(try SegmentFile.all(in: Journal.directory(directory.path)).count == segments)
        #expect(try Samples.open(directory).mended == nil)
        try file.openForWriting().writeWithoutTransaction { try $0.execute(sql: change) }
        #expect(try Journal.verify(data: directory.path).problem?.file == file.path)
        let journal = try Samples.open(directory)
        #expect(journal.marks("gas").map(\.stream) == ["a", "b"] && journal.marks("gas").map(\.seq) == [7, 8])
        #expect(journal.mended?.hasPrefix("\(file.path): ") == true)
        #expect(try Journal.verify(data: directory.path).problem == nil)
    }

    @Test(arguments: [true, false])
    func `marks that cannot be made again stop opening, and nothing is changed`(isSumChanged: Bool) throws {
        let file = try fillMarks(segments: isSumChanged ? 1 : 2)
        try file.openForWriting().writeWithoutTransaction {
            try $0.execute(sql: "UPDATE mark SET seq = 9 WHERE stream = 'b'")
            if isSumChanged { try $0.execute(sql: "UPDATE mark_sum SET digest = zeroblob(32)") }
        }
        // The marks that the newest segment began with are known from the one before.
        if !isSumChanged {
            try FileManager.default.removeItem(atPath: SegmentFile(directory: file.directory, first: 1).path)
        }
        #expect {
            try Samples.open(directory)
        } throws: {
            "\($0)".contains(file.path) && "\($0)".contains("the marks of the streams are not those that were written")
        }
        let kept = try file.openForReading().read {
            try Int64.fetchOne($0, sql: "SELECT seq FROM mark WHERE stream = 'b'")
        }
        #expect(kept == 9)
    }

    /// A page is named twice: to remove its rows would free it twice.
    @Test func `marks whose tree is damaged are left as they are`() throws {
        let path = SegmentFile(directory: Journal.directory(directory.path), first: 1).path
        do {
            let journal = try Samples.open(directory)
            var batch = Samples.readings(1)
            batch.marks = (0..<400).map { StreamMark(stream: "a-stream-with-a-long-name/\($0)", epoch: 3, seq: 1) }
            _ = try journal.append([Samples.pending(.events(batch), from: "gas")])
        }
        let root = try DatabaseQueue(path: path).writeWithoutTransaction { database in
            _ = try database.checkpoint(.truncate)
            return try #require(
                try Int.fetchOne(database, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'mark'"))
        }
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let page = (root - 1) * 4096
        // The cells of an interior page begin with the number of another page.
        #expect([2, 5].contains(bytes[page]))
        let cells = [12, 14].map { page + Int(bytes[page + $0]) << 8 + Int(bytes[page + $0 + 1]) }
        bytes.replaceSubrange(cells[0]..<cells[0] + 4, with: Data(bytes[cells[1]..<cells[1] + 4]))
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(throws: JournalError.self) { try Samples.open(directory) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        #expect(try Samples.all(directory).count == 1)
    }

    @Test func `a mark that its sum knows but no batch gave is found by verify`() throws {
        let file = try fillMarks()
        var other = MarkTable()
        for stream in ["a", "b"] { other.raise(StreamMark(stream: stream, epoch: 3, seq: 9), department: "gas") }
        try file.openForWriting().writeWithoutTransaction { try other.store($0, sum: other.sum) }
        let reason = try Journal.verify(data: directory.path).problem?.reason
        #expect(reason == "stream marks differ from what the batches say")
    }

    @Test(arguments: [TimeSpan.days(1), .seconds(1)])
    func `streams whose names Swift holds to be equal keep marks of their own`(segmentAge: TimeSpan) throws {
        let names = ["caf\u{E9}", "cafe\u{301}"]
        do {
            let journal = try Samples.open(directory, Samples.settings(segmentAge: segmentAge))
            for (seq, name) in [(1, 0), (1, 1), (2, 1)] {
                var batch = Samples.readings(1)
                batch.marks = [StreamMark(stream: names[name], epoch: 1, seq: UInt64(seq))]
                _ = try journal.append([Samples.pending(.events(batch), at: Int64(seq + name) * 10, from: "gas")])
            }
        }
        #expect(try Journal.verify(data: directory.path).problem == nil)
        let marks = try Samples.open(directory).marks("gas")
        #expect(marks.map { Array($0.stream.utf8) } == [names[1], names[0]].map { Array($0.utf8) })
        #expect(marks.map(\.seq) == [2, 1])
    }

    @Test func `a torn file names itself and says what to do`() throws {
        let file = try fill()
        let size = try #require(Files.size(file.path))
        let handle = try #require(FileHandle(forWritingAtPath: file.path))
        try handle.truncate(atOffset: UInt64(size - 4096))
        try handle.close()
        let error = #expect(throws: JournalError.self) { try Samples.open(directory) }
        #expect(error?.description.contains(file.path) == true)
        #expect(error?.description.contains("backup") == true)
    }

    @Test func `files that are no segments are told from damaged ones`() throws {
        let folder = Journal.directory(directory.path)
        try Files.makeDirectory(folder)
        let file = SegmentFile(directory: folder, first: 1)
        try Files.create(file.path, Array("not a database, and long enough to be looked at as one".utf8), mode: 0o600)
        guard case .foreign = #expect(throws: JournalError.self, performing: { try Samples.open(directory) }) else {
            Issue.record("text taken for a journal")
            return
        }
        try Files.remove(file.path)
        try DatabaseQueue(path: file.path).writeWithoutTransaction { try $0.execute(sql: "CREATE TABLE t(x)") }
        guard case .foreign = #expect(throws: JournalError.self, performing: { try Samples.open(directory) }) else {
            Issue.record("another database taken for a journal")
            return
        }
        try Files.remove(file.path)
        let journal = try Samples.open(directory)
        try journal.withWriter { (writer) throws(JournalError) in
            try onFile(file.path, "changing") {
                try writer.queue.inDatabase { try $0.execute(sql: "PRAGMA user_version = 99") }
            }
        }
        #expect(throws: JournalError.newerFormat(path: file.path, version: 99)) { try Samples.all(directory) }
    }

    @Test(arguments: [Int64.min, Int64.max])
    func `a first row received at no possible time is told before it is counted with`(received: Int64) throws {
        _ = try Samples.open(directory).append([Samples.pending(at: 1), Samples.pending(at: 2)])
        let file = try #require(try SegmentFile.all(in: Journal.directory(directory.path)).first)
        try file.openForWriting().writeWithoutTransaction {
            try $0.execute(sql: "UPDATE entry SET received = ? WHERE position = 1", arguments: [received])
        }
        #expect {
            try JournalWriter(
                file, in: try OpenFolder(file.directory), settings: JournalSettings(engineVersion: 1),
                keys: KeyStore(data: directory.path))
        } throws: {
            "\($0)".contains("received at no possible time")
        }
    }

    @Test func `a missing segment in the middle is found`() throws {
        let journal = try Samples.open(directory, Samples.settings(segmentBytes: 1))
        for seconds in 0..<4 { _ = try journal.append([Samples.pending(at: Int64(seconds))]) }
        #expect(try Journal.verify(data: directory.path).segments == 4)
        try SegmentFile(directory: Journal.directory(directory.path), first: 3).remove(
            from: OpenFolder(Journal.directory(directory.path)))
        #expect(try Journal.verify(data: directory.path).problem?.position == 4)
        #expect(throws: JournalError.self) { try Samples.all(directory) }
    }
}
