import Events
import GRDB

extension Journal {
    /// The newest rule-set entries that are kept, newest first, at most `limit`; while the journal may be written.
    ///
    /// Each row is checked against its own checksum, not against the chain: `verify` does that.
    public static func ruleSets(data: String, limit: Int) throws(JournalError) -> [JournalRecord] {
        let decoder = RowDecoder(keys: nil)
        var records: [JournalRecord] = []
        for file in try SegmentFile.all(in: directory(data)).reversed() where records.count < limit {
            let queue = try file.openForReading()
            let wanted = limit - records.count
            let rows = try onFile(file.path, "reading") {
                try queue.read { database in
                    try Row.fetchAll(
                        database,
                        sql: """
                            SELECT \(StoredRow.columns) FROM entry WHERE kind = ? ORDER BY position DESC LIMIT ?
                            """,
                        arguments: [EntryKind.ruleSet.rawValue, wanted]
                    ).map { try StoredRow($0) }
                }
            }
            for row in rows {
                guard row.checksum == row.digest().bytes else {
                    throw file.damage(row, "checksum does not match the row")
                }
                records.append(try decoder.record(row, file).record)
            }
        }
        return records
    }
}
