import GRDB

/// What can go wrong with a spool's file.
public enum SpoolError: Error, Equatable, Sendable, CustomStringConvertible {
    case diskFull(path: String)
    case inUse(path: String)
    /// No spool, of a later version, or damaged.
    case unreadable(path: String, reason: String)
    case otherStream(path: String, stream: String)
    case failed(path: String, reason: String)

    public var description: String {
        switch self {
        case .diskFull(let path): "disk full at \(path): free space; what was kept stays"
        case .inUse(let path): "\(path) is in use by another process: one sender at a time"
        case .unreadable(let path, let reason):
            "\(path) cannot be used (\(reason)): what waits in it is not sent. Move it away to begin a new one, under a "
                + "stream name that was never used"
        case .otherStream(let path, let stream):
            "\(path) belongs to stream \(stream): go on under that name, or take another spool (of forwarding: move "
                + "forward.sqlite* away)"
        case .failed(let path, let reason): "\(path): \(reason)"
        }
    }
}

/// Runs work on a spool's file and turns what it throws into a `SpoolError`.
func onSpool<T>(_ path: String, _ body: () throws -> T) throws(SpoolError) -> T {
    do {
        return try body()
    } catch let error as SpoolError {
        throw error
    } catch let error as DatabaseError {
        let reason = error.message ?? "\(error.extendedResultCode)"
        switch error.resultCode {
        case .SQLITE_FULL: throw .diskFull(path: path)
        // No room for the WAL's index.
        case _ where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE: throw .diskFull(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: throw .inUse(path: path)
        case .SQLITE_CANTOPEN:
            throw .failed(path: path, reason: "\(reason): is its folder there, and may it be written?")
        case .SQLITE_NOTADB, .SQLITE_CORRUPT: throw .unreadable(path: path, reason: reason)
        default: throw .failed(path: path, reason: reason)
        }
    } catch {
        throw .failed(path: path, reason: "\(error)")
    }
}

/// The tables of a spool's file.
enum SpoolSchema {
    /// "FHSP"
    private static let applicationID: Int64 = 0x4648_5350
    private static var version: Int64 { Int64(steps.count) }

    /// Step n leads from `user_version` n to n + 1.
    static let steps = [
        """
        CREATE TABLE stream(
            id INTEGER PRIMARY KEY CHECK(id = 1), name TEXT NOT NULL,
            epoch INTEGER NOT NULL, base INTEGER NOT NULL, next INTEGER NOT NULL, acknowledged INTEGER NOT NULL,
            sealed_place TEXT NOT NULL, acknowledged_place TEXT NOT NULL,
            answered INTEGER NOT NULL, refused INTEGER NOT NULL, restarts INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE messages(
            id INTEGER PRIMARY KEY, events INTEGER NOT NULL, place TEXT NOT NULL, body BLOB NOT NULL
        ) STRICT;
        CREATE TABLE refused(
            id INTEGER PRIMARY KEY, event TEXT NOT NULL, code TEXT NOT NULL, field TEXT NOT NULL,
            reason TEXT NOT NULL
        ) STRICT;
        """,
        // Id of the newest message that can have been sent; NULL while whoever has it open has met the platform: then all.
        "ALTER TABLE stream ADD COLUMN sent INTEGER",
        // Earlier epochs of which messages wait: the id before the first, and of the newest that can have been sent.
        "CREATE TABLE past(epoch INTEGER PRIMARY KEY, base INTEGER NOT NULL, sent INTEGER NOT NULL) STRICT",
    ]

    static func open(_ path: String, stream: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            // Held for good: a second process would send the same messages beside the first.
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try database.execute(sql: "PRAGMA synchronous = FULL")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
        try queue.inTransaction(.immediate) { database in
            try migrate(database, path, stream)
            return .commit
        }
        return queue
    }

    private static func migrate(_ database: Database, _ path: String, _ stream: String) throws {
        let tables = try Int64.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        var found: Int64 = 0
        if tables > 0 {
            let application = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            found = try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0
            guard application == applicationID, found >= 1 else {
                throw SpoolError.unreadable(path: path, reason: "it is no spool")
            }
            guard found <= version else {
                throw SpoolError.unreadable(
                    path: path, reason: "it is of version \(found), this software's is \(version)")
            }
        }
        guard found < version else { return }
        for step in steps[Int(found)...] { try database.execute(sql: step) }
        try database.execute(sql: "PRAGMA application_id = \(applicationID); PRAGMA user_version = \(version)")
        guard tables == 0 else { return }
        try database.execute(
            sql: """
                INSERT INTO stream(id, name, epoch, base, next, acknowledged, sealed_place, acknowledged_place, answered,
                    refused, restarts) VALUES(1, ?, 0, 0, 1, 0, '', '', 0, 0, 0)
                """, arguments: [stream])
    }
}
