import Events
import Foundation
import GRDB

/// The high-water marks of every sequenced stream, by department; they only rise.
struct MarkTable: Equatable, Sendable {
    struct Mark: Equatable, Sendable {
        var epoch: UInt64
        var seq: UInt64

        static func < (a: Self, b: Self) -> Bool { (a.epoch, a.seq) < (b.epoch, b.seq) }
    }

    private var departments: [ExactName: [ExactName: Mark]] = [:]
    /// Of all marks.
    private(set) var sum = MarkSum()

    var isEmpty: Bool { departments.isEmpty }

    private subscript(department: String, stream: String) -> Mark? {
        departments[ExactName(department)]?[ExactName(stream)]
    }

    mutating func raise(_ mark: StreamMark, department: String) {
        let new = Mark(epoch: mark.epoch, seq: mark.seq)
        let old = self[department, mark.stream]
        if let old, !(old < new) { return }
        departments[ExactName(department), default: [:]][ExactName(mark.stream)] = new
        sum.replace(old, by: new, stream: mark.stream, department: department)
    }

    mutating func raise(_ other: MarkTable) {
        for (department, mark) in other.all { raise(mark, department: department) }
    }

    /// What the sum will be with these marks, which are above those here.
    func sum(raising other: MarkTable) -> MarkSum {
        var sum = sum
        for (department, mark) in other.all {
            sum.replace(
                self[department, mark.stream], by: Mark(epoch: mark.epoch, seq: mark.seq), stream: mark.stream,
                department: department)
        }
        return sum
    }

    /// Whether a stream has no mark yet, or a lower one.
    func isBelow(_ mark: StreamMark, department: String) -> Bool {
        self[department, mark.stream].map { $0 < Mark(epoch: mark.epoch, seq: mark.seq) } ?? true
    }

    /// Takes over the marks of streams that have none here.
    mutating func addMissing(from other: MarkTable) {
        for (department, mark) in other.all where self[department, mark.stream] == nil {
            raise(mark, department: department)
        }
    }

    func streams(_ department: String) -> Int { departments[ExactName(department)]?.count ?? 0 }

    /// How many streams of a department the other table does not know.
    func streams(_ department: String, missingFrom other: MarkTable) -> Int {
        let known = other.departments[ExactName(department)] ?? [:]
        return (departments[ExactName(department)] ?? [:]).keys.count { known[$0] == nil }
    }

    func marks(_ department: String) -> [StreamMark] {
        (departments[ExactName(department)] ?? [:]).sorted { $0.key < $1.key }
            .map { StreamMark(stream: $0.key.text, epoch: $0.value.epoch, seq: $0.value.seq) }
    }

    private var all: [(department: String, mark: StreamMark)] {
        departments.keys.sorted().flatMap { name in marks(name.text).map { (name.text, $0) } }
    }

    init() {}

    /// What a segment holds; throws `corrupt` where the marks are not those that were written.
    init(_ database: Database, _ file: SegmentFile) throws {
        try self.init(rows: database)
        guard try SegmentSchema.version(database) >= SegmentSchema.markSums else { return }
        guard try Self.storedSum(database) == Data(sum.bytes) else {
            throw JournalError.corrupt(
                file: file.path, position: nil, reason: "the marks of the streams are not those that were written")
        }
    }

    private init(rows database: Database) throws {
        let rows = try Row.fetchCursor(database, sql: "SELECT department, stream, epoch, seq FROM mark")
        while let row = try rows.next() {
            let (epoch, seq): (Int64, Int64) = try (row.decode(atIndex: 2), row.decode(atIndex: 3))
            let (department, stream): (String, String) = try (row.decode(atIndex: 0), row.decode(atIndex: 1))
            let mark = StreamMark(stream: stream, epoch: UInt64(bitPattern: epoch), seq: UInt64(bitPattern: seq))
            raise(mark, department: department)
        }
    }

    private static func storedSum(_ database: Database) throws -> Data? {
        try Data.fetchOne(database, sql: "SELECT digest FROM mark_sum")
    }

    /// Takes these marks, which is what the batches say, in place of those that a segment holds and that were changed. Only where what
    /// was not changed of the two, its marks or their sum, says the same; else false.
    func replaceChanged(_ database: Database) throws -> Bool {
        guard try SegmentSchema.version(database) >= SegmentSchema.markSums else { return false }
        // Rows of a tree that is damaged itself may not be removed: SQLite would free pages of others.
        guard try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") == "ok" else { return false }
        let kept = try? MarkTable(rows: database)
        guard try kept == self || Self.storedSum(database) == Data(sum.bytes) else { return false }
        try database.execute(sql: "DELETE FROM mark")
        try store(database, sum: sum)
        return true
    }

    /// Stores these marks, and the sum of all of the segment's; nil for a segment that keeps none.
    func store(_ database: Database, sum: MarkSum?) throws {
        for (department, mark) in all { try Self.store(mark, department: department, database) }
        guard let sum else { return }
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO mark_sum(id, digest) VALUES(1, ?)
                ON CONFLICT(id) DO UPDATE SET digest = excluded.digest
                """)
        try statement.execute(arguments: [Data(sum.bytes)])
    }

    /// Numbers are stored as the 64-bit patterns they are; SQL never compares them.
    private static func store(_ mark: StreamMark, department: String, _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO mark(department, stream, epoch, seq) VALUES(?, ?, ?, ?)
                ON CONFLICT(department, stream) DO UPDATE SET epoch = excluded.epoch, seq = excluded.seq
                """)
        try statement.execute(arguments: [
            department, mark.stream, Int64(bitPattern: mark.epoch), Int64(bitPattern: mark.seq),
        ])
    }
}

/// Tells a set of marks from any that has other bits or rows, and follows one that changes: all marks' hashes, exclusive or.
struct MarkSum: Equatable, Sendable {
    private(set) var bytes = Digest.genesis.bytes

    mutating func replace(_ old: MarkTable.Mark?, by new: MarkTable.Mark, stream: String, department: String) {
        for mark in [old, new] {
            guard let mark else { continue }
            var text = ByteWriter()
            text.put(department)
            text.put(stream)
            text.put(mark.epoch)
            text.put(mark.seq)
            for (index, byte) in Digest(of: text.bytes).bytes.enumerated() { bytes[index] ^= byte }
        }
    }
}
