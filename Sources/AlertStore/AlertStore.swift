import CSQLite
import Engine
import Events
import Foundation
import GRDB
import Synchronization

/// The one writer of an alert store: decisions, notices and the applied journal position, in one SQLite file.
///
/// A decision is committed once: a repeat is compared with what is stored. Calls block; readers use `AlertReader`.
public final class AlertStore: Sendable {
    /// What stays in memory between commits.
    struct State {
        var epoch: String
        var applied: Int64
        var appliedOnDisk: Int64
        var appliedWritten = Timestamp.distantPast
        /// Position of the newest stored decision; turns after it need no comparison.
        var lastDecision: Int64
        var head: Int64
        var replayDivergences: Int64
        /// The oldest position that was judged since the start.
        var oldest = Int64.max
        /// Version of the rule set whose files were stored last.
        var kept: String?
    }

    /// Bytes that the write-ahead log is cut down to when it starts over: it gives its room back after somebody has kept it from being
    /// written back.
    public static let walLimit: Int64 = 16 << 20

    public let path: String
    /// Of the feed: as long as it is the same, sequence numbers continue.
    public var epoch: String { shown.withLock { $0.epoch } }
    public let engineVersion: UInt32
    let queue: DatabaseQueue
    /// Held while a turn is committed.
    let state: Mutex<State>
    /// What others may read meanwhile: the state as of the last commit.
    private let shown: Mutex<State>
    private let lock: WriterLock

    /// Opens the store, or makes a new one with `newEpoch`: four or more hexadecimal digits that no earlier store of
    /// this place had.
    public init(path: String, newEpoch: String, engineVersion: UInt32 = Engine.version) throws(StoreError) {
        precondition(newEpoch.utf8.count >= 4 && newEpoch.allSatisfy(\.isHexDigit), "an epoch is 4+ hex digits")
        let lock = try WriterLock(store: path)
        let opened = try onFile(path, "opening") {
            let queue = try Self.connect(path)
            try queue.inTransaction(.immediate) { database in
                try StoreSchema.migrate(database, path: path, epoch: newEpoch)
                return .commit
            }
            try queue.inDatabase { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            return try queue.read { (queue, try Self.load($0)) }
        }
        self.lock = lock
        self.path = path
        self.engineVersion = engineVersion
        queue = opened.0
        state = Mutex(opened.1)
        shown = Mutex(opened.1)
    }

    /// The journal position up to which everything is in the store or needs nothing stored.
    public var applied: Int64 { shown.withLock { $0.applied } }
    /// Sequence of the newest notice, 0 before the first.
    public var head: Int64 { shown.withLock { $0.head } }
    /// Decisions of another engine version that a replay did not repeat; what was stored holds.
    public var replayDivergences: Int64 { shown.withLock { $0.replayDivergences } }

    /// Begins a new epoch: the store is an older copy, and sequences that consumers have seen will be used again. Its
    /// notices are told under the new epoch, too. (Inside a JSON text a quote is escaped, so only the key matches.)
    public func renew(epoch: String) throws(StoreError) {
        precondition(epoch.utf8.count >= 4 && epoch.allSatisfy(\.isHexDigit), "an epoch is 4+ hex digits")
        try change { (state) throws(StoreError) in
            try onFile(path, "writing a new epoch to") {
                try queue.inTransaction(.immediate) { database in
                    try renewNotices(
                        from: "\"epoch\":\"\(state.epoch)\"", to: "\"epoch\":\"\(epoch)\"", database)
                    try database.execute(sql: "UPDATE meta SET epoch = ?", arguments: [epoch])
                    return .commit
                }
            }
            state.epoch = epoch
        }
    }

    /// What was changed on disk does not get a checksum that fits it: there this throws `changed`.
    private func renewNotices(from old: String, to new: String, _ database: Database) throws {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT seq, prev, kind, exercise, domain, level, area, body, hash FROM notices ORDER BY seq"
        )
        while let row = try rows.next() {
            var notice = try storedNotice(row, path: path)
            notice.body = notice.body.replacing(old, with: new)
            try database.run(
                sql: "UPDATE notices SET body = ?, hash = ? WHERE seq = ?",
                arguments: [notice.body, NoticeHash.of(notice), notice.seq])
        }
    }

    /// Changes the state, and shows what became of it.
    func change<T: Sendable>(_ body: (inout State) throws(StoreError) -> T) throws(StoreError) -> T {
        try state.withLock { (state) throws(StoreError) in
            let result = try body(&state)
            let now = state
            shown.withLock { $0 = now }
            return result
        }
    }

    /// Before the process ends because the store's files were changed: closing the last connection would write what is left of the log
    /// into the file.
    public func keepWAL() {
        queue.unsafeReentrantWrite { fz_sqlite_keep_wal($0.sqliteConnection) }
    }

    private static func connect(_ path: String) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.busyMode = .timeout(StoreBounds.busySeconds)
        configuration.prepareDatabase {
            try $0.execute(sql: "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = \(walLimit)")
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    static let noMeta = DatabaseError(resultCode: .SQLITE_CORRUPT, message: "no meta row")

    private static func load(_ database: Database) throws -> State {
        guard let row = try Row.fetchOne(database, sql: "SELECT epoch, applied, replay_divergences FROM meta") else {
            throw noMeta
        }
        let last = try Int64.fetchOne(database, sql: "SELECT coalesce(max(position), -1) FROM transitions") ?? -1
        let head = try Int64.fetchOne(database, sql: "SELECT coalesce(max(seq), 0) FROM notices") ?? 0
        let applied: Int64 = try row.decode(forColumn: "applied")
        let possible = 0...Int64(Limits.streamNumber)
        guard possible ~= applied, possible ~= head, last == -1 || possible ~= last else {
            throw DatabaseError(
                resultCode: .SQLITE_CORRUPT, message: "its numbers cannot be: applied \(applied), head \(head)")
        }
        return try State(
            epoch: row.decode(forColumn: "epoch"), applied: applied, appliedOnDisk: applied, lastDecision: last,
            head: head,
            replayDivergences: row.decode(forColumn: "replay_divergences"))
    }
}
