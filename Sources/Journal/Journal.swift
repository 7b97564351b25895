import Events
import GRDB
import Synchronization

/// The durable, ordered, append-only log of everything that can change state: `<data>/journal/`, owned by one process.
///
/// Segments are SQLite files (WAL, synchronous = FULL) named by their first position. Rows are chained by hash across
/// segments. An entry is durable when `append` returns it; when a commit fails the object is poisoned, accepts
/// nothing more, and what is on disk is checked at the next opening. Calls may come from any thread; `append` blocks
/// for an fsync and belongs on a thread of its own.
public final class Journal: Sendable {
    /// The data directory, with `journal/` and `keys/` in it.
    public let data: String
    public let settings: JournalSettings
    public let keys: KeyStore
    let directory: String
    private let owner: OwnerLock
    private let writer: Mutex<JournalWriter>
    private let marks: Mutex<MarkTable>
    /// Of the writer as it was between two commits: who asks does not wait for a disk.
    private let shown: Mutex<JournalWriter.Shown>
    private let commitBegan = Mutex<ContinuousClock.Instant?>(nil)
    /// What opening has mended, or nil.
    public let mended: String?
    /// Keys of restricted fields that the newest rows name, that are not there as they were made, and that nobody erased.
    public let missingKeys: [String]

    public static func directory(_ data: String) -> String { data + "/journal" }

    /// Opens the journal of a data directory, creates it where there is none, and checks its end.
    ///
    /// Leftovers of a crash while a segment was being created or removed are cleared away; nothing acknowledged is
    /// ever changed. Throws `owned`, `corrupt`, `foreign`, `newerFormat`, `notWritable`, `diskFull`, `locked`.
    public init(data: String, settings: JournalSettings) throws(JournalError) {
        self.data = data
        self.settings = settings
        directory = Self.directory(data)
        try Files.makeDirectory(directory)
        owner = try OwnerLock(directory + "/owner.lock")
        keys = KeyStore(data: data)
        let folder = try OpenFolder(directory)
        try SegmentFile.removeLeftovers(in: directory)
        let files = try SegmentFile.all(in: directory)
        let newest = files.last ?? SegmentFile(directory: directory, first: 1)
        if files.isEmpty {
            try newest.create(
                SegmentStart(position: 1, received: .min, previous: .genesis), marks: MarkTable(), in: folder)
        }
        let opened = try JournalWriter(newest, in: folder, settings: settings, keys: keys)
        let table: MarkTable
        do throws(JournalError) {
            if files.count > 1 { try opened.tail.checkContinues(files[files.count - 2], in: newest) }
            missingKeys = try Self.checkRows(of: newest, opened.queue, data).filter { [keys] in keys.isMissing($0) }
                .sorted()
            (table, mended) = try Self.soundMarks(of: newest, opened.queue, after: files.dropLast().last, data)
        } catch {
            opened.keepWAL()
            throw error
        }
        marks = Mutex(table)
        shown = Mutex(opened.shown)
        writer = Mutex(opened)
    }

    /// The newest segment and its WAL stay as they are when it is closed, for whoever finds out what is damaged.
    public func keepWAL() { writer.withLock { $0.keepWAL() } }

    /// Checks the newest rows against their checksums and each other: nothing is written behind damage that can be found in time.
    /// Gives the keys that they name.
    private static func checkRows(
        of file: SegmentFile, _ queue: DatabaseQueue, _ data: String
    ) throws(JournalError) -> Set<String> {
        let from = try onFile(file.path, "reading") {
            try queue.inDatabase { database in
                let rows = try Row.fetchCursor(
                    database, sql: "SELECT position, \(StoredRow.weight) FROM entry ORDER BY position DESC LIMIT ?",
                    arguments: [JournalBounds.checkedRows])
                var (from, bytes): (Int64?, Int64) = (nil, 0)
                while bytes < JournalBounds.checkedBytes, let row = try rows.next() {
                    from = try row.decode(atIndex: 0)
                    bytes += try row.decode(atIndex: 1) as Int64
                }
                return from
            }
        }
        var reader = try JournalReader(data: data, from: from ?? file.first, keys: nil)
        var named: Set<String> = []
        while let (row, _) = try reader.nextRow() { if let key = row.keyID { named.insert(key) } }
        return named
    }

    /// Stores entries in order with one commit and one fsync; they are durable when this returns.
    ///
    /// Positions follow on each other. `refused` names the first entry that cannot be stored: nothing of the call
    /// was, and the journal goes on. Every other error poisons: later calls throw `poisoned`.
    public func append(_ entries: [PendingEntry]) throws(JournalError) -> [JournalRecord] {
        commitBegan.withLock { $0 = .now }
        defer { commitBegan.withLock { $0 = nil } }
        return try withWriter { (writer) throws(JournalError) in try writer.append(entries, marks: marks) }
    }

    /// Makes the key for restricted fields that are received at a moment, where there is none; throws why there can be none.
    public func prepareKey(_ received: Timestamp) throws(JournalError) {
        commitBegan.withLock { $0 = .now }
        defer { commitBegan.withLock { $0 = nil } }
        try withWriter { (writer) throws(JournalError) in try writer.prepareKey(received) }
    }

    /// How long the commit that is under way has taken so far, with the wait for a checkpoint before it; nil while none is.
    public var commitTakes: Duration? { commitBegan.withLock { $0.map { .now - $0 } } }

    /// The durable high-water marks of a department's streams, by name.
    public func marks(_ department: String) -> [StreamMark] { marks.withLock { $0.marks(department) } }

    /// Position that the next entry gets; everything below it is durable.
    public var nextPosition: Int64 { shown.withLock { $0.next } }

    /// `received` of the last entry: the next one may not be before it. Nil in an empty journal.
    public var lastReceived: Timestamp? {
        let last = shown.withLock { $0.lastReceived }
        return last == .min ? nil : Timestamp(microseconds: last)
    }

    /// Why the journal accepts nothing more, or nil while it does.
    public var poison: String? { shown.withLock { $0.poison } }

    /// Why a full segment goes on growing, or nil.
    public var trouble: String? { shown.withLock { $0.trouble } }

    /// Runs work on the writer between commits.
    func withWriter<T: Sendable>(
        _ body: (inout JournalWriter) throws(JournalError) -> T
    ) throws(JournalError) -> T {
        try writer.withLock { (writer) throws(JournalError) in
            defer { shown.withLock { $0 = writer.shown } }
            return try body(&writer)
        }
    }
}
