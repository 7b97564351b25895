import Events
import GRDB
import Synchronization

/// The newest segment and everything that the next commit must continue; one thread at a time.
struct JournalWriter {
    let directory: String
    let settings: JournalSettings
    let keys: KeyStore
    let compressor = Compressor()
    /// Held open, so that a new segment that cannot be opened can be taken back without a descriptor.
    let folder: OpenFolder
    private(set) var file: SegmentFile
    private(set) var queue: DatabaseQueue
    /// What is written beside the segment's name is not kept, and not acknowledged.
    private var watch: FileWatch
    private(set) var tail: Tail
    /// `received` of the segment's first row.
    private var firstReceived: Int64?
    /// False in a segment of an earlier version.
    private var keepsMarkSum: Bool
    /// About the bytes of the segment's file.
    private var bytes: Int64
    /// Why nothing is accepted any more.
    private(set) var poison: String?
    /// Why a full segment goes on growing; nil while new ones can be made.
    private(set) var trouble: String?
    /// Full segments whose connections wait for their last checkpoint.
    private var retired: [DatabaseQueue] = []

    /// Bytes that a row takes beside its payload.
    private static let rowOverhead: Int64 = 256
    /// Full segments that may wait for a checkpoint before the writer does it itself.
    private static let retiredBound = 2

    init(
        _ file: SegmentFile, in folder: OpenFolder, settings: JournalSettings, keys: KeyStore
    ) throws(JournalError) {
        directory = file.directory
        self.folder = folder
        self.settings = settings
        self.keys = keys
        self.file = file
        let queue = try file.openForWriting()
        self.queue = queue
        watch = FileWatch(file.path)
        do throws(JournalError) {
            (tail, firstReceived, bytes, keepsMarkSum) = try onFile(file.path, "checking the end of") {
                // Says now, and not at the first commit, that the file is read-only or locked.
                try queue.inTransaction(.immediate) { _ in .rollback }
                return try queue.inDatabase { database in
                    let pages = try Int64.fetchOne(
                        database, sql: "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
                    let first = try Int64.fetchOne(
                        database, sql: "SELECT received FROM entry ORDER BY position LIMIT 1")
                    let keepsMarkSum = try SegmentSchema.version(database) >= SegmentSchema.markSums
                    let tail = try Tail(database, file)
                    if let first, first < max(0, tail.start.received) || first > tail.lastReceived {
                        throw JournalError.corrupt(
                            file: file.path, position: file.first,
                            reason: "its first row was received at no possible time")
                    }
                    return (tail, first, pages ?? 0, keepsMarkSum)
                }
            }
        } catch {
            queue.keepWAL()
            throw error
        }
    }

    /// See `DatabaseQueue.keepWAL`.
    func keepWAL() { queue.keepWAL() }

    /// What others may know of the writer.
    struct Shown: Sendable {
        var next: Int64
        var lastReceived: Int64
        var poison: String?
        var trouble: String?
    }

    var shown: Shown { Shown(next: tail.next, lastReceived: tail.lastReceived, poison: poison, trouble: trouble) }

    /// Stores the entries in one transaction and one fsync; any failure past the checks poisons.
    mutating func append(
        _ entries: [PendingEntry], marks: borrowing Mutex<MarkTable>
    ) throws(JournalError) -> [JournalRecord] {
        if let poison { throw .poisoned(cause: poison) }
        do throws(JournalError) {
            return try store(entries, marks: marks)
        } catch .refused(let index, let reason) {
            throw .refused(index: index, reason: reason)
        } catch {
            poison(error)
            throw error
        }
    }

    /// Before a commit, which would fill up what was cut off the WAL, and a checkpoint, which would carry it into the segment; where they
    /// have changed nothing is accepted any more.
    mutating func checkFiles() throws(JournalError) {
        do {
            try watch.check()
        } catch {
            keepWAL()
            poison(error)
            throw error
        }
    }

    mutating func noteTruncatedWAL() { watch.noteTruncatedWAL() }

    mutating func poison(_ error: JournalError) { if poison == nil { poison = error.description } }

    /// Connections of full segments, handed over for their last checkpoint.
    mutating func takeRetired() -> [DatabaseQueue] {
        defer { retired = [] }
        return retired
    }

    /// Those whose checkpoint is to be tried again.
    mutating func giveBack(_ queues: [DatabaseQueue]) { retired = queues + retired }

    private mutating func store(
        _ entries: [PendingEntry], marks: borrowing Mutex<MarkTable>
    ) throws(JournalError) -> [JournalRecord] {
        let bound = JournalBounds.groupEntries
        guard entries.count <= bound else { throw .refused(index: bound, reason: "over \(bound) entries at once") }
        guard let first = entries.first else { return [] }
        try checkFiles()
        let (raised, sum) = try marks.withLock { (table) throws(JournalError) in
            let raised = try Self.raised(entries, over: table)
            return (raised, table.sum(raising: raised))
        }
        var builder = RowBuilder(
            engine: settings.engineVersion, keys: keys, compressor: compressor, next: tail.next,
            lastReceived: tail.lastReceived, previous: tail.previous,
            isNamed: { [queue, file] (id) throws(JournalError) in try Self.isNamed(id, newest: queue, file) })
        var rows: [StoredRow] = []
        rows.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() { rows.append(try builder.row(entry, index: index)) }
        if isFull(at: first.received) { try rotate(first.received, marks: marks.withLock { $0 }) }
        try commit(rows, raised, sum)
        tail.advance(to: builder)
        marks.withLock { $0.raise(raised) }
        return zip(rows, entries).map { row, entry in
            JournalRecord(
                position: row.position, received: entry.received, department: entry.department, entry: entry.entry)
        }
    }

    /// See `Journal.prepareKey`.
    func prepareKey(_ received: Timestamp) throws(JournalError) {
        _ = try keys.current(received, position: tail.next) { (id) throws(JournalError) in
            try Self.isNamed(id, newest: queue, file)
        }
    }

    /// Looks through the segments that have rows of the key's month, from the newest back: asked once a month, and after a key was lost.
    /// nil where one of them cannot be read.
    private static func isNamed(
        _ key: String, newest: DatabaseQueue, _ file: SegmentFile
    ) throws(JournalError) -> Bool? {
        for segment in try SegmentFile.all(in: file.directory).reversed() {
            let (isNamed, begins): (Bool, Int64)
            do throws(JournalError) {
                let queue = segment == file ? newest : try segment.openForReading()
                (isNamed, begins) = try onFile(segment.path, "looking for keys in") {
                    try queue.inDatabase { database in
                        let asked = "SELECT EXISTS(SELECT 1 FROM entry WHERE key_id = ?)"
                        return (
                            try Bool.fetchOne(database, sql: asked, arguments: [key]) ?? false,
                            try SegmentStart(database, segment).received
                        )
                    }
                }
            } catch {
                return nil
            }
            if isNamed { return true }
            if begins == .min || KeyStore.month(Timestamp(microseconds: begins)) < key.prefix(7) { return false }
        }
        return false
    }

    private mutating func commit(_ rows: [StoredRow], _ raised: MarkTable, _ sum: MarkSum) throws(JournalError) {
        let queue = queue
        let sum = keepsMarkSum ? sum : nil
        try onFile(file.path, "appending to") {
            try queue.inTransaction(.immediate) { database in
                for row in rows { try row.insert(database) }
                if !raised.isEmpty { try raised.store(database, sum: sum) }
                return .commit
            }
        }
        try checkFiles()
        for row in rows { bytes += Int64(row.payload.count + (row.restricted?.count ?? 0)) + Self.rowOverhead }
        firstReceived = firstReceived ?? rows[0].received
    }

    /// The marks that a commit raises above the durable ones.
    private static func raised(
        _ entries: [PendingEntry], over marks: MarkTable
    ) throws(JournalError) -> MarkTable {
        var raised = MarkTable()
        for (index, pending) in entries.enumerated() {
            guard case .events(let batch) = pending.entry else { continue }
            for mark in batch.marks where marks.isBelow(mark, department: pending.department) {
                raised.raise(mark, department: pending.department)
            }
            let new = raised.streams(pending.department, missingFrom: marks)
            guard new == 0 || marks.streams(pending.department) + new <= JournalBounds.streamsPerDepartment else {
                throw .refused(
                    index: index, reason: "over \(JournalBounds.streamsPerDepartment) streams of one department")
            }
        }
        return raised
    }

    private func isFull(at received: Timestamp) -> Bool {
        guard let firstReceived else { return false }
        return bytes >= settings.segmentBytes
            || received - Timestamp(microseconds: firstReceived) >= settings.segmentAge
    }

    private mutating func rotate(_ received: Timestamp, marks: MarkTable) throws(JournalError) {
        let new = SegmentFile(directory: directory, first: tail.next)
        let fresh: JournalWriter
        do throws(JournalError) {
            try new.create(
                SegmentStart(position: tail.next, received: received.microseconds, previous: tail.previous),
                marks: marks, in: folder)
            fresh = try JournalWriter(new, in: folder, settings: settings, keys: keys)
        } catch .cannotOpen(let path, let reason) {
            // Without a descriptor or inode for a new file the full one goes on, and each commit tries again.
            try new.remove(from: folder)
            trouble = JournalError.cannotOpen(path: path, reason: reason).description
            return
        }
        trouble = nil
        retired.append(queue)
        (file, queue, watch, tail, firstReceived, bytes, keepsMarkSum) =
            (new, fresh.queue, fresh.watch, fresh.tail, nil, fresh.bytes, fresh.keepsMarkSum)
        guard retired.count > Self.retiredBound else { return }
        for queue in takeRetired() { try onFile(queue.path, "closing") { try queue.close() } }
    }
}
