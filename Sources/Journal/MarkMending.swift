import Events
import GRDB

extension Journal {
    /// The marks of the newest segment, and what was mended: those that are not what was written are made again from the marks of the
    /// segment before and the batches since.
    static func soundMarks(
        of newest: SegmentFile, _ queue: DatabaseQueue, after before: SegmentFile?, _ data: String
    ) throws(JournalError) -> (MarkTable, mended: String?) {
        do throws(JournalError) {
            return (try marks(of: newest, queue), nil)
        } catch .corrupt(let file, let position, let reason) {
            let damage = JournalError.corrupt(file: file, position: position, reason: reason)
            guard before != nil || newest.first == 1 else { throw damage }
            var table = MarkTable()
            if let before { table = try marks(of: before, before.openForReading()) }
            var reader = try JournalReader(data: data, from: newest.first, keys: nil)
            while let stored = try reader.next() {
                guard case .events(let batch) = stored.record.entry else { continue }
                for mark in batch.marks { table.raise(mark, department: stored.record.department) }
            }
            guard try replaceChanged(newest, queue, by: table) else { throw damage }
            return (table, "\(file): \(reason); they were made again from the batches")
        }
    }

    private static func marks(of file: SegmentFile, _ queue: DatabaseQueue) throws(JournalError) -> MarkTable {
        try onFile(file.path, "reading the marks of") { try queue.inDatabase { try MarkTable($0, file) } }
    }

    private static func replaceChanged(
        _ file: SegmentFile, _ queue: DatabaseQueue, by table: MarkTable
    ) throws(JournalError) -> Bool {
        try onFile(file.path, "mending the marks of") {
            var isMended = false
            try queue.inTransaction(.immediate) {
                isMended = try table.replaceChanged($0)
                return isMended ? .commit : .rollback
            }
            return isMended
        }
    }
}
