import Events

/// Builds the rows of one commit in order, each chained to the one before.
struct RowBuilder {
    let engine: Int64
    let keys: KeyStore
    let compressor: Compressor
    var next: Int64
    var lastReceived: Int64
    var previous: Digest
    /// Whether rows of the journal name a key; nil where that cannot be known.
    let isNamed: (String) throws(JournalError) -> Bool?

    /// The row of an entry; `index` is its place in the call, for the error.
    mutating func row(_ pending: PendingEntry, index: Int) throws(JournalError) -> StoredRow {
        if let reason = refusal(of: pending.entry, department: pending.department) {
            throw .refused(index: index, reason: reason)
        }
        guard pending.received.microseconds >= lastReceived else {
            throw .refused(
                index: index, reason: "received \(pending.received.microseconds) µs is before \(lastReceived)")
        }
        let payload = EntryCodec.encode(pending.entry)
        guard payload.count <= JournalBounds.payloadBytes else {
            throw .refused(index: index, reason: "\(payload.count) bytes, at most \(JournalBounds.payloadBytes)")
        }
        var row = StoredRow(
            position: next, count: Int64(pending.entry.positions), received: pending.received.microseconds,
            department: pending.department, kind: EntryKind(pending.entry).rawValue, format: EntryCodec.format,
            engine: engine, payloadSize: Int64(payload.count), payload: compressor.compress(payload),
            previous: previous.bytes)
        do throws(JournalError) {
            try addRestricted(of: pending, to: &row)
        } catch {
            // Nothing was written: who sends no restricted fields is not held up by keys that cannot be made.
            throw .refused(index: index, reason: "its restricted fields cannot be encrypted: \(error)")
        }
        let digest = row.digest()
        row.checksum = digest.bytes
        next += row.count
        lastReceived = row.received
        previous = digest
        return row
    }

    private func addRestricted(of pending: PendingEntry, to row: inout StoredRow) throws(JournalError) {
        guard case .events(let batch) = pending.entry, !batch.restricted.isEmpty else { return }
        let id = try keys.current(pending.received, position: row.position, isNamed: isNamed)
        let blob = try keys.seal(RestrictedCodec.encode(batch.restricted), key: id, position: row.position)
        row.keyID = id
        row.restricted = blob
        row.restrictedHash = Digest(of: blob).bytes
    }
}
