import Events
import GRDB

extension Journal {
    /// Checks all of a journal: SQLite's own integrity, checksums, chain, positions, stamps, marks, and that every row
    /// decodes and every restricted field still opens or is erased. Ends at the first problem, which it reports.
    ///
    /// Reads only, and may run while the journal is written. Throws where a file cannot be read at all.
    public static func verify(data: String) throws(JournalError) -> VerifyReport {
        var walk = VerifyWalk(keys: KeyStore(data: data))
        do throws(JournalError) {
            try SegmentFile.strays(in: directory(data))
        } catch {
            guard let problem = VerifyReport.Problem(error) else { throw error }
            walk.report.problem = problem
            return walk.report
        }
        for file in try SegmentFile.all(in: directory(data)) {
            do throws(JournalError) {
                try walk.segment(file)
            } catch {
                guard let problem = VerifyReport.Problem(error) else { throw error }
                walk.report.problem = problem
                break
            }
        }
        return walk.report
    }

    /// Checks one full segment as `verify` does, and that the next one continues it: the first after a position, or nil where only the
    /// newest is left.
    public static func verifySegment(data: String, after position: Int64) throws(JournalError) -> SegmentCheck? {
        let files = try SegmentFile.all(in: directory(data))
        guard let file = files.dropLast().first(where: { $0.first > position }) else { return nil }
        var check = SegmentCheck(position: file.first, file: file.path)
        var walk = VerifyWalk(keys: KeyStore(data: data))
        do throws(JournalError) {
            try walk.segment(file)
            guard let next = files.first(where: { $0.first > file.first }) else { return check }
            let start: SegmentStart
            do throws(JournalError) {
                start = try SegmentStart(reading: next)
            } catch {
                check.followerFailure = error
                return check
            }
            try walk.begin(start, next)
        } catch {
            check.problem = VerifyReport.Problem(error)
            check.failure = check.problem == nil ? error : nil
        }
        return check
    }
}

extension VerifyReport.Problem {
    /// The problem that an error found in a file stands for; nil for errors that say nothing about its content.
    init?(_ error: JournalError) {
        switch error {
        case .corrupt(let file, let position, let reason): self.init(file: file, position: position, reason: reason)
        case .foreign(let path, let reason): self.init(file: path, position: nil, reason: reason)
        case .newerFormat, .diskFull, .notWritable, .cannotOpen, .locked, .owned, .poisoned, .refused, .pruned,
            .beyondEnd, .failed:
            return nil
        }
    }
}

/// A walk over all segments in order.
private struct VerifyWalk {
    var report = VerifyReport()
    private let decoder: RowDecoder
    private var tail: Tail?
    private var marks = MarkTable()

    init(keys: KeyStore) { decoder = RowDecoder(keys: keys) }

    mutating func segment(_ file: SegmentFile) throws(JournalError) {
        let queue = try file.openForReading()
        let (found, start, before) = try onFile(file.path, "checking") {
            try queue.read { database in
                let start = try SegmentStart(database, file)
                let before = "SELECT position FROM entry WHERE position < ? LIMIT 1"
                return (
                    try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "nothing", start,
                    try Int64.fetchOne(database, sql: before, arguments: [start.position])
                )
            }
        }
        try begin(start, file)
        if let before {
            throw .corrupt(file: file.path, position: before, reason: "a row before the segment's first")
        }
        report.segments += 1
        var isFirstKept = report.segments == 1 && start.position > 1
        while true {
            guard let next = tail?.next else { return }
            let rows = try StoredRow.page(queue, file, from: next)
            for row in rows { try check(row, file) }
            guard rows.isEmpty else { continue }
            // The marks are those of the rows where none came meanwhile.
            let stored = try onFile(file.path, "reading") {
                try queue.read { database in
                    try StoredRow.page(database, from: next, limit: 1).isEmpty ? try MarkTable(database, file) : nil
                }
            }
            guard let stored else { continue }
            // Damage that no row is in.
            guard found == "ok" else { throw .corrupt(file: file.path, position: nil, reason: found) }
            if isFirstKept { marks.addMissing(from: stored) }
            isFirstKept = false
            guard stored == marks else {
                throw .corrupt(file: file.path, position: nil, reason: "stream marks differ from what the batches say")
            }
            return
        }
    }

    /// Checks that a segment begins where the last one ended.
    mutating func begin(_ start: SegmentStart, _ file: SegmentFile) throws(JournalError) {
        func damage(_ reason: String) -> JournalError {
            .corrupt(file: file.path, position: start.position, reason: reason)
        }
        if let tail {
            guard start.position == tail.next else {
                throw damage("position \(tail.next) was due: a segment is missing")
            }
            guard start.previous == tail.previous else { throw damage("the chain of hashes breaks here") }
            guard start.received >= tail.lastReceived else { throw damage("received goes back") }
        } else {
            guard start.position > 1 || start.previous == .genesis else {
                throw damage("it does not begin with genesis")
            }
            (report.first, report.next) = (start.position, start.position)
            (report.anchor, report.last) = (start.previous, start.previous)
        }
        tail = Tail(start)
    }

    private mutating func check(_ row: StoredRow, _ file: SegmentFile) throws(JournalError) {
        try tail?.follow(row, file)
        let stored = try decoder.record(row, file)
        report.rows += 1
        report.next = row.position + row.count
        report.last = stored.checksum
        report.firstReceived = report.firstReceived ?? stored.record.received
        report.lastReceived = stored.record.received
        if stored.restricted == .erased { report.erased += 1 }
        if stored.restricted == .keyMissing, let key = row.keyID { report.missingKeys.insert(key) }
        guard case .events(let batch) = stored.record.entry else { return }
        report.events += batch.count
        for mark in batch.marks { marks.raise(mark, department: row.department) }
    }
}
