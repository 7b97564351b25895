import GRDB

/// The tables of the alert store, as steps that are only ever added to.
enum StoreSchema {
    /// "FHAS": tells an alert store from other SQLite files.
    static let applicationID: Int64 = 0x4648_4153
    static var version: Int64 { Int64(steps.count) }

    /// Step n leads from `user_version` n to n + 1. Times are microseconds since 1970, levels 1 blue … 4 red.
    static let steps = [
        """
        CREATE TABLE meta(
            id INTEGER PRIMARY KEY CHECK(id = 1),
            epoch TEXT NOT NULL,
            applied INTEGER NOT NULL,
            engine INTEGER NOT NULL,
            replay_divergences INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE episodes(
            position INTEGER NOT NULL, ordinal INTEGER NOT NULL,
            rule TEXT NOT NULL, version TEXT NOT NULL, domain TEXT NOT NULL,
            title_zh TEXT NOT NULL, title_en TEXT NOT NULL,
            message_zh TEXT NOT NULL, message_en TEXT NOT NULL,
            metric TEXT NOT NULL, unit TEXT NOT NULL, lead TEXT NOT NULL, runbook TEXT NOT NULL,
            about TEXT NOT NULL, key TEXT NOT NULL, subject TEXT NOT NULL, area TEXT NOT NULL,
            level INTEGER, peak INTEGER NOT NULL, reason TEXT NOT NULL,
            started INTEGER NOT NULL, updated INTEGER NOT NULL, resolved INTEGER,
            exercise INTEGER NOT NULL, sandbox INTEGER NOT NULL,
            PRIMARY KEY(position, ordinal)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX episodes_open ON episodes(rule, key, about, exercise) WHERE resolved IS NULL;
        CREATE INDEX episodes_area ON episodes(area);
        CREATE TABLE rule_sets(
            version TEXT NOT NULL, path TEXT NOT NULL, text TEXT NOT NULL,
            PRIMARY KEY(version, path)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE transitions(
            position INTEGER NOT NULL, ordinal INTEGER NOT NULL,
            episode_position INTEGER NOT NULL, episode_ordinal INTEGER NOT NULL,
            transition TEXT NOT NULL, level INTEGER, at INTEGER NOT NULL, decided INTEGER NOT NULL,
            value REAL, threshold REAL, compare TEXT NOT NULL,
            rule_version TEXT NOT NULL, rule_set TEXT NOT NULL, engine INTEGER NOT NULL,
            source TEXT NOT NULL, event TEXT NOT NULL, event_position INTEGER NOT NULL,
            encoded BLOB NOT NULL,
            PRIMARY KEY(position, ordinal),
            FOREIGN KEY(episode_position, episode_ordinal) REFERENCES episodes(position, ordinal)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX transitions_episode ON transitions(episode_position, episode_ordinal, position, ordinal);
        CREATE TABLE notices(
            seq INTEGER PRIMARY KEY,
            position INTEGER NOT NULL, ordinal INTEGER NOT NULL,
            kind TEXT NOT NULL, exercise INTEGER NOT NULL,
            domain TEXT NOT NULL, level INTEGER NOT NULL, area TEXT NOT NULL,
            prev INTEGER NOT NULL, body TEXT NOT NULL,
            UNIQUE(position, ordinal)
        ) STRICT;
        CREATE TABLE leaves(
            kind TEXT NOT NULL, exercise INTEGER NOT NULL,
            domain TEXT NOT NULL, level INTEGER NOT NULL, area TEXT NOT NULL,
            seq INTEGER NOT NULL,
            PRIMARY KEY(kind, exercise, domain, level, area)
        ) STRICT, WITHOUT ROWID;
        CREATE UNIQUE INDEX leaves_seq ON leaves(seq);
        """,
        """
        ALTER TABLE episodes ADD COLUMN support TEXT NOT NULL DEFAULT '';
        ALTER TABLE episodes ADD COLUMN announced INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE episodes ADD COLUMN withheld TEXT NOT NULL DEFAULT '';
        ALTER TABLE episodes ADD COLUMN acknowledged INTEGER;
        ALTER TABLE episodes ADD COLUMN acknowledged_by TEXT NOT NULL DEFAULT '';
        UPDATE episodes SET announced = NOT sandbox, withheld = CASE WHEN sandbox THEN 'sandbox' ELSE '' END;
        ALTER TABLE transitions ADD COLUMN withheld TEXT NOT NULL DEFAULT '';
        ALTER TABLE transitions ADD COLUMN actor TEXT NOT NULL DEFAULT '';
        ALTER TABLE transitions ADD COLUMN note TEXT NOT NULL DEFAULT '';
        UPDATE transitions SET withheld = (SELECT withheld FROM episodes
            WHERE position = episode_position AND ordinal = episode_ordinal);
        CREATE TABLE requests(
            position INTEGER PRIMARY KEY,
            kind TEXT NOT NULL, key TEXT NOT NULL, episode TEXT NOT NULL,
            actor TEXT NOT NULL, note TEXT NOT NULL, received INTEGER NOT NULL, verdict TEXT NOT NULL
        ) STRICT;
        """,
        // Of earlier notices it is not known.
        "ALTER TABLE notices ADD COLUMN hash INTEGER;",
        // The newest position that an engine of another version applied before the one of `engine` took over.
        "ALTER TABLE meta ADD COLUMN others INTEGER NOT NULL DEFAULT 0;",
    ]

    /// Brings a new or older file to the newest version; refuses foreign and newer ones.
    static func migrate(_ database: Database, path: String, epoch: String) throws {
        let tables = try Int64.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if tables == 0 {
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
        }
        let found = try check(database, path: path)
        for step in steps.dropFirst(Int(found)) { try database.execute(sql: step) }
        try database.execute(sql: "PRAGMA user_version = \(version)")
        if tables == 0 {
            try database.execute(sql: "INSERT INTO meta VALUES(1, ?, 0, 0, 0, 0)", arguments: [epoch])
        }
    }

    /// The version of the file; throws unless it is an alert store that this software knows.
    @discardableResult
    static func check(_ database: Database, path: String) throws -> Int64 {
        let application = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        guard application == applicationID else {
            throw StoreError.foreign(path: path, reason: "application_id \(application), not \(applicationID)")
        }
        let found = try Int64.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found >= 0 else { throw StoreError.foreign(path: path, reason: "user_version \(found)") }
        guard found <= version else { throw StoreError.newerSchema(path: path, version: found) }
        return found
    }
}
