import Events
import GRDB

extension Journal {
    /// Reads a data directory's journal from a position on, while it may be written by anybody.
    ///
    /// Starts with the record that holds `from`, or the one due there next; nil: with the oldest kept. Each row is checked against its checksum
    /// and the chain. `openRestricted` decrypts restricted fields where their key exists. Throws `pruned` and
    /// `beyondEnd`; an empty or missing journal ends at position 1.
    public static func read(
        data: String, from: Int64?, openRestricted: Bool = false
    ) throws(JournalError) -> JournalReader {
        try JournalReader(data: data, from: from, keys: openRestricted ? KeyStore(data: data) : nil)
    }
}

extension Journal {
    /// The oldest position of a journal that does not begin at 1, by the names of its segments; nil of one that does.
    public static func firstKept(data: String) throws(JournalError) -> Int64? {
        try SegmentFile.all(in: directory(data)).first.flatMap { $0.first > 1 ? $0.first : nil }
    }

    /// Hash of the row that holds a position; nil where it is pruned or damaged.
    public static func hash(data: String, position: Int64) throws(JournalError) -> String? {
        do throws(JournalError) {
            var reader = try JournalReader(data: data, from: position, keys: nil)
            return try reader.nextRow().flatMap { row, _ in Digest(stored: row.checksum)?.hex }
        } catch {
            switch error {
            case .pruned, .corrupt: return nil
            case .owned, .foreign, .newerFormat, .notWritable, .diskFull, .cannotOpen, .locked, .poisoned, .refused,
                .beyondEnd,
                .failed:
                throw error
            }
        }
    }
}

/// Hands out a journal's records in order, a page of rows a read transaction; used by one thread at a time.
public struct JournalReader {
    private let directory: String
    private let decoder: RowDecoder
    private var segment: (file: SegmentFile, queue: DatabaseQueue)?
    /// What the next row must continue; nil until the first row is found.
    private var tail: Tail?
    private var page: [StoredRow] = []
    private var served = 0
    private var from: Int64?

    init(data: String, from: Int64?, keys: KeyStore?) throws(JournalError) {
        directory = Journal.directory(data)
        decoder = RowDecoder(keys: keys)
        self.from = from
        try seek()
    }

    /// The next durable record, or nil at the end; asking again later goes on from there.
    public mutating func next() throws(JournalError) -> StoredRecord? {
        guard let (row, file) = try nextRow() else { return nil }
        return try decoder.record(row, file)
    }

    /// The next row, checked against its own checksum and the chain.
    mutating func nextRow() throws(JournalError) -> (StoredRow, SegmentFile)? {
        if tail == nil { try seek() }
        while served == page.count {
            guard let tail, let segment else { return nil }
            page = try StoredRow.page(segment.queue, segment.file, from: tail.next)
            served = 0
            if page.isEmpty, try !advance() { return nil }
        }
        guard let file = segment?.file else { return nil }
        let row = page[served]
        served += 1
        try tail?.follow(row, file)
        return (row, file)
    }

    /// Opens the segment that holds `from`; leaves everything nil where there is no journal yet.
    private mutating func seek() throws(JournalError) {
        let files = try SegmentFile.all(in: directory)
        guard let oldest = files.first else {
            try SegmentFile.strays(in: directory)
            if let from, from > 1 { throw .beyondEnd(asked: from, end: 1) }
            return
        }
        let from = from ?? oldest.first
        guard from >= oldest.first || oldest.first == 1 else { throw .pruned(asked: from, first: oldest.first) }
        let file = files.last { $0.first <= from } ?? oldest
        let queue = try file.openForReading()
        let tail = try onFile(file.path, "reading") { try queue.read { try Tail($0, file, holding: from) } }
        segment = (file, queue)
        self.tail = tail
    }

    /// Goes on to the next segment once it exists and this one has nothing more; returns whether there may be rows.
    private mutating func advance() throws(JournalError) -> Bool {
        guard let (file, queue) = segment, let end = tail else { return false }
        let files = try SegmentFile.all(in: directory)
        guard let following = files.first(where: { $0.first > file.first }) else {
            try SegmentFile.strays(in: directory, after: file.first)
            return false
        }
        // Rows may have come between the empty page and the rotation; a segment with a successor is complete.
        page = try StoredRow.page(queue, file, from: end.next)
        guard page.isEmpty else { return true }
        guard following.first == end.next else {
            if !files.contains(file), let oldest = files.first { throw .pruned(asked: end.next, first: oldest.first) }
            throw .corrupt(
                file: following.path, position: end.next, reason: "the segment of position \(end.next) is missing")
        }
        let next = try following.openForReading()
        let start = try onFile(following.path, "reading") { try next.read { try SegmentStart($0, following) } }
        guard start.previous == end.previous else {
            throw .corrupt(file: following.path, position: start.position, reason: "it does not continue \(file.name)")
        }
        segment = (following, next)
        tail?.start = start
        return true
    }
}
