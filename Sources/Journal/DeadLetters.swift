import Events
import Foundation
import GRDB
import Synchronization

/// The bounded table of what was rejected, in `<data>/deadletters.sqlite` (mode 0600: raw bytes may hold personal data).
///
/// Not part of any promise to senders: the last second may be lost with the power, never with the process.
public final class DeadLetters: Sendable {
    private struct Totals {
        var rows: Int64
        var bytes: Int64
        var dropped: Int64
    }

    /// "FHDL"
    private static let applicationID: Int64 = 0x4648_444C
    /// Step n leads from `user_version` n to n + 1.
    private static let steps = [
        """
        CREATE TABLE dead_letter(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            received INTEGER NOT NULL,
            department TEXT NOT NULL,
            event INTEGER NOT NULL,
            code TEXT NOT NULL,
            field TEXT NOT NULL,
            reason TEXT NOT NULL,
            raw BLOB NOT NULL,
            bytes INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE total(id INTEGER PRIMARY KEY CHECK(id = 1), dropped INTEGER NOT NULL) STRICT;
        INSERT INTO total(id, dropped) VALUES(1, 0);
        """
    ]

    public let limits: DeadLetterLimits
    private let path: String
    private let queue: DatabaseQueue
    private let totals: Mutex<Totals>
    /// As of the last transaction: who asks does not wait for one that hangs.
    private let shown: Mutex<Totals>

    public init(data: String, limits: DeadLetterLimits = DeadLetterLimits()) throws(JournalError) {
        self.limits = limits
        path = Self.path(data)
        try Files.makeDirectory(data)
        if Files.size(path) == nil { try Files.create(path, [], mode: 0o600) }
        let path = path
        let opened = try onFile(path, "opening") {
            var configuration = Configuration()
            configuration.busyMode = .timeout(JournalBounds.busySeconds)
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = NORMAL") }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try queue.inTransaction(.immediate) { database in
                try Self.migrate(database, path)
                return .commit
            }
            return (queue: queue, totals: try queue.read { try Self.totals($0) })
        }
        queue = opened.queue
        totals = Mutex(opened.totals)
        shown = Mutex(opened.totals)
    }

    /// Stores letters in one transaction and drops the oldest above the limits.
    public func insert(_ letters: [DeadLetter]) throws(JournalError) {
        guard !letters.isEmpty else { return }
        try totals.withLock { (totals) throws(JournalError) in
            var next = totals
            try onFile(path, "inserting into") {
                try queue.inTransaction(.immediate) { database in
                    for letter in letters { next.bytes += try Self.insert(letter, database) }
                    next.rows += Int64(letters.count)
                    try Self.trim(&next, limits, database)
                    return .commit
                }
            }
            totals = next
            shown.withLock { $0 = next }
        }
    }

    /// Deletes what was received in a month such as 2026-07 (+08:00), its bytes in the file too; returns how many letters.
    public func erase(month: String) throws(JournalError) -> Int {
        try totals.withLock { (totals) throws(JournalError) in
            let (count, next) = try onFile(path, "erasing in") {
                let erased = try queue.inDatabase { database in
                    try database.execute(sql: "PRAGMA secure_delete = ON")
                    try database.execute(
                        sql: """
                            DELETE FROM dead_letter
                            WHERE strftime('%Y-%m', received / 1000000 + 28800, 'unixepoch') = ?
                            """,
                        arguments: [month])
                    return database.changesCount
                }
                try queue.inDatabase { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
                return (erased, try queue.read { try Self.totals($0) })
            }
            totals = next
            shown.withLock { $0 = next }
            return count
        }
    }

    /// Rows kept, and rows dropped for the limits since the table was made.
    public var counts: (kept: Int64, dropped: Int64) { shown.withLock { ($0.rows, $0.dropped) } }

    /// The newest letters, newest first; raw bytes only where asked for, since they may hold personal data.
    public func newest(_ count: Int, department: String? = nil, raw: Bool = false) throws(JournalError) -> [DeadLetter]
    {
        try Self.newest(count, department, raw, queue, path)
    }

    /// The same from a data directory, whose platform may run; writes nothing.
    public static func newest(
        _ count: Int, data: String, department: String? = nil, raw: Bool = false
    ) throws(JournalError) -> [DeadLetter] {
        let path = path(data)
        let queue = try onFile(path, "opening") {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(JournalBounds.busySeconds)
            return try DatabaseQueue(path: path, configuration: configuration)
        }
        return try newest(count, department, raw, queue, path)
    }

    public static func path(_ data: String) -> String { data + "/deadletters.sqlite" }

    private static func newest(
        _ count: Int, _ department: String?, _ raw: Bool, _ queue: DatabaseQueue, _ path: String
    ) throws(JournalError) -> [DeadLetter] {
        try onFile(path, "reading") {
            try queue.read { database in
                let sql = """
                    SELECT received, department, event, code, field, reason, CASE WHEN ? THEN raw ELSE x'' END
                    FROM dead_letter WHERE department = coalesce(?, department) ORDER BY id DESC LIMIT ?
                    """
                return try Row.fetchAll(database, sql: sql, arguments: [raw, department, count]).map { row in
                    try DeadLetter(
                        received: Timestamp(microseconds: row.decode(atIndex: 0)), department: row.decode(atIndex: 1),
                        index: row.decode(atIndex: 2), code: row.decode(atIndex: 3), field: row.decode(atIndex: 4),
                        reason: row.decode(atIndex: 5),
                        raw: row.withUnsafeData(atIndex: 6) { [UInt8]($0 ?? Data()) })
                }
            }
        }
    }

    private static func migrate(_ database: Database, _ path: String) throws {
        let version = try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let application = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let isNew = version == 0 && application == 0
        guard application == applicationID || isNew else {
            throw JournalError.foreign(path: path, reason: "application_id \(application), not \(applicationID)")
        }
        guard version >= 0 else { throw JournalError.foreign(path: path, reason: "user_version \(version)") }
        guard version <= steps.count else { throw JournalError.newerFormat(path: path, version: version) }
        for step in steps.dropFirst(Int(version)) { try database.execute(sql: step) }
        try database.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(steps.count)")
    }

    private static func totals(_ database: Database) throws -> Totals {
        let sql = "SELECT count(*), coalesce(sum(bytes), 0), (SELECT dropped FROM total) FROM dead_letter"
        guard let row = try Row.fetchOne(database, sql: sql) else { preconditionFailure("an aggregate has one row") }
        return try Totals(rows: row.decode(atIndex: 0), bytes: row.decode(atIndex: 1), dropped: row.decode(atIndex: 2))
    }

    private static func insert(_ letter: DeadLetter, _ database: Database) throws -> Int64 {
        let texts = [letter.department, letter.code, letter.field, letter.reason].map(cut)
        let raw = letter.raw.prefix(DeadLetterLimits.rawBytes)
        let bytes = Int64(texts.reduce(raw.count) { $0 + $1.utf8.count })
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO dead_letter(received, department, event, code, field, reason, raw, bytes)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            letter.received.microseconds, texts[0], letter.index, texts[1], texts[2], texts[3], Data(raw), bytes,
        ])
        return bytes
    }

    private static func cut(_ text: String) -> String {
        text.utf8.count <= DeadLetterLimits.textBytes
            ? text : String(decoding: text.utf8.prefix(DeadLetterLimits.textBytes), as: UTF8.self)
    }

    /// Deletes the oldest rows until both limits hold.
    private static func trim(_ totals: inout Totals, _ limits: DeadLetterLimits, _ database: Database) throws {
        guard totals.rows > limits.rows || totals.bytes > limits.bytes else { return }
        let cursor = try Row.fetchCursor(database, sql: "SELECT id, bytes FROM dead_letter ORDER BY id")
        var last: Int64 = 0
        while totals.rows > limits.rows || totals.bytes > limits.bytes, let row = try cursor.next() {
            last = try row.decode(atIndex: 0)
            totals.bytes -= try row.decode(atIndex: 1) as Int64
            totals.rows -= 1
            totals.dropped += 1
        }
        try database.execute(sql: "DELETE FROM dead_letter WHERE id <= ?", arguments: [last])
        try database.execute(sql: "UPDATE total SET dropped = ?", arguments: [totals.dropped])
    }
}
