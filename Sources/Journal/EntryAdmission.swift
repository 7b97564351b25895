import Events

/// Why an entry cannot be stored so that it reads back exactly, or nil.
func refusal(of entry: JournalEntry, department: String) -> String? {
    guard department.utf8.count <= Limits.stringBytes else { return "department name over \(Limits.stringBytes) bytes" }
    guard case .events(let batch) = entry else { return nil }
    let n = batch.count
    guard n <= Limits.rowEvents else { return "\(n) events, at most \(Limits.rowEvents) in a row" }
    guard batch.values.count <= n * Limits.readings else { return "more than \(Limits.readings) readings an event" }
    guard batch.fieldValues.count <= n * Limits.fields else { return "more than \(Limits.fields) fields an event" }
    guard batch.restricted.count <= n * JournalBounds.restrictedPerEvent else {
        return "more than \(JournalBounds.restrictedPerEvent) restricted fields an event"
    }
    guard batch.isConsistent, isWhole(batch.ids) else { return "columns that contradict each other" }
    guard !batch.marks.contains(where: { $0.stream.utf8.count > Limits.stringBytes }) else {
        return "a stream name over \(Limits.stringBytes) bytes"
    }
    return nil
}

private func isWhole(_ column: ByteColumn) -> Bool {
    var end: UInt32 = 0
    for next in column.ends {
        guard next >= end else { return false }
        end = next
    }
    return Int(end) == column.bytes.count
}
