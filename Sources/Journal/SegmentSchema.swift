import GRDB

/// The tables of a segment file, as steps that are only ever added to.
///
/// A segment is never migrated once a newer one exists: readers know every version.
enum SegmentSchema {
    /// "FHJL": tells a segment from other SQLite files.
    static let applicationID: Int64 = 0x4648_4A4C
    static var version: Int64 { Int64(steps.count) }

    /// Step n leads from `user_version` n to n + 1.
    static let steps = [
        """
        CREATE TABLE segment(
            id INTEGER PRIMARY KEY CHECK(id = 1),
            first_position INTEGER NOT NULL,
            first_received INTEGER NOT NULL,
            previous BLOB NOT NULL
        ) STRICT;
        CREATE TABLE entry(
            position INTEGER PRIMARY KEY,
            partition INTEGER NOT NULL,
            count INTEGER NOT NULL,
            received INTEGER NOT NULL,
            department TEXT NOT NULL,
            kind INTEGER NOT NULL,
            key_id TEXT,
            format INTEGER NOT NULL,
            engine INTEGER NOT NULL,
            payload_size INTEGER NOT NULL,
            payload BLOB NOT NULL,
            restricted BLOB,
            restricted_hash BLOB,
            previous BLOB NOT NULL,
            checksum BLOB NOT NULL
        ) STRICT;
        CREATE TABLE mark(
            department TEXT NOT NULL,
            stream TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY(department, stream)
        ) STRICT, WITHOUT ROWID;
        """,
        """
        CREATE TABLE mark_sum(
            id INTEGER PRIMARY KEY CHECK(id = 1),
            digest BLOB NOT NULL
        ) STRICT;
        """,
    ]

    /// From here on a segment keeps a sum of its marks.
    static let markSums: Int64 = 2

    static func create(_ database: Database) throws {
        try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        for step in steps { try database.execute(sql: step) }
        try database.execute(sql: "PRAGMA user_version = \(version)")
    }

    static func version(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    }

    /// Throws unless the file is a segment of a version that this software knows.
    static func check(_ database: Database, path: String) throws {
        let application = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        guard application == applicationID else {
            throw JournalError.foreign(path: path, reason: "application_id \(application), not \(applicationID)")
        }
        let found = try version(database)
        guard found <= version else { throw JournalError.newerFormat(path: path, version: found) }
        guard found >= 1 else { throw JournalError.foreign(path: path, reason: "user_version \(found)") }
    }
}
