import Events
import GRDB

/// The high-water marks of every sequenced stream, by department; they only rise.
struct MarkTable: Equatable, Sendable {
    struct Mark: Equatable, Sendable {
        var epoch: UInt64
        var seq: UInt64

        static func < (a: Self, b: Self) -> Bool { (a.epoch, a.seq) < (b.epoch, b.seq) }
    }

    private(set) var departments: [String: [String: Mark]] = [:]

    /// Raises a mark; returns whether it moved.
    @discardableResult
    mutating func raise(_ mark: StreamMark, department: String) -> Bool {
        let new = Mark(epoch: mark.epoch, seq: mark.seq)
        if let old = departments[department]?[mark.stream], !(old < new) { return false }
        departments[department, default: [:]][mark.stream] = new
        return true
    }

    /// Whether a stream has no mark yet, or a lower one.
    func isBelow(_ mark: StreamMark, department: String) -> Bool {
        departments[department]?[mark.stream].map { $0 < Mark(epoch: mark.epoch, seq: mark.seq) } ?? true
    }

    /// Takes over the marks of streams that have none here.
    mutating func addMissing(from other: MarkTable) {
        for (department, streams) in other.departments {
            departments[department, default: [:]].merge(streams) { known, _ in known }
        }
    }

    func streams(_ department: String) -> Int { departments[department]?.count ?? 0 }

    /// How many streams of a department the other table does not know.
    func streams(_ department: String, missingFrom other: MarkTable) -> Int {
        departments[department]?.keys.count { other.departments[department]?[$0] == nil } ?? 0
    }

    func marks(_ department: String) -> [StreamMark] {
        (departments[department] ?? [:])
            .map { StreamMark(stream: $0.key, epoch: $0.value.epoch, seq: $0.value.seq) }
            .sorted { $0.stream < $1.stream }
    }

    init() {}

    init(_ database: Database) throws {
        let rows = try Row.fetchCursor(database, sql: "SELECT department, stream, epoch, seq FROM mark")
        while let row = try rows.next() {
            let (epoch, seq): (Int64, Int64) = try (row.decode(atIndex: 2), row.decode(atIndex: 3))
            let (department, stream): (String, String) = try (row.decode(atIndex: 0), row.decode(atIndex: 1))
            departments[department, default: [:]][stream] = Mark(
                epoch: UInt64(bitPattern: epoch), seq: UInt64(bitPattern: seq))
        }
    }

    func insertAll(_ database: Database) throws {
        for department in departments.keys.sorted() {
            for mark in marks(department) { try Self.store(mark, department: department, database) }
        }
    }

    /// Numbers are stored as the 64-bit patterns they are; SQL never compares them.
    static func store(_ mark: StreamMark, department: String, _ database: Database) throws {
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
