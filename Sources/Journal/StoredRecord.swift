import Events

/// A record as read, with what its row says beyond the entry.
public struct StoredRecord: Sendable {
    /// What became of the restricted fields of a batch.
    public enum Restricted: Equatable, Sendable {
        /// The batch has none.
        case none
        /// It has some, and they were not asked for.
        case sealed
        /// They are in the batch.
        case open
        /// Their key was erased.
        case erased
        /// Their key is not there, and nobody erased it: they can be read once it is back.
        case keyMissing
    }

    public var record: JournalRecord
    public var restricted: Restricted
    /// Of the engine that ran when the entry was appended.
    public var engineVersion: Int64
    public var checksum: Digest
}

/// Turns rows into records.
struct RowDecoder {
    let compressor = Compressor()
    /// Where restricted fields shall be opened.
    let keys: KeyStore?

    func record(_ row: StoredRow, _ file: SegmentFile) throws(JournalError) -> StoredRecord {
        do throws(CodecFailure) {
            let payload = try compressor.expand(row.payload, size: row.payloadSize)
            var entry = try EntryCodec.decode(payload, kind: row.kind, format: row.format)
            guard entry.positions == row.count else { throw CodecFailure("\(entry.positions) positions", at: 0) }
            let restricted = try open(row, &entry)
            guard let checksum = Digest(stored: row.checksum) else { throw CodecFailure("checksum's length", at: 0) }
            let record = JournalRecord(
                position: row.position, received: Timestamp(microseconds: row.received), department: row.department,
                entry: entry)
            return StoredRecord(
                record: record, restricted: restricted, engineVersion: row.engine, checksum: checksum)
        } catch {
            throw file.damage(row, error.description)
        }
    }

    private func open(_ row: StoredRow, _ entry: inout JournalEntry) throws(CodecFailure) -> StoredRecord.Restricted {
        guard row.restrictedHash != nil else { return .none }
        guard case .events(var batch) = entry else { throw CodecFailure("restricted fields without events", at: 0) }
        guard let blob = row.restricted, let id = row.keyID else {
            throw CodecFailure("restricted fields that are gone", at: 0)
        }
        guard let keys else { return .sealed }
        guard let plain = try keys.open(blob, key: id, position: row.position) else {
            return keys.isErased(id) ? .erased : .keyMissing
        }
        batch.restricted = try RestrictedCodec.decode(plain, events: batch.count)
        entry = .events(batch)
        return .open
    }
}
