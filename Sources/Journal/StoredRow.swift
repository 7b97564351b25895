import Events
import Foundation
import GRDB

/// One row of a segment's `entry` table, as it lies on disk.
struct StoredRow {
    var partition: Int64 = 0
    var position: Int64
    var count: Int64
    var received: Int64
    var department: String
    var kind: Int64
    var keyID: String?
    var format: Int64
    var engine: Int64
    var payloadSize: Int64
    var payload: [UInt8]
    var restricted: [UInt8]?
    var restrictedHash: [UInt8]?
    var previous: [UInt8]
    var checksum: [UInt8] = []

    static let columns = """
        partition, position, count, received, department, kind, key_id, format, engine, payload_size, payload, \
        restricted, restricted_hash, previous, checksum
        """

    /// Bytes of what may be large in a row.
    static let weight = "length(payload) + coalesce(length(restricted), 0)"

    /// BLAKE2b-256 over every column but `restricted` (its hash stands for it) and `checksum`.
    ///
    /// Order: partition, position, count, received, kind, format, engine, payload_size (64-bit little-endian
    /// each), department, key_id, restricted_hash, previous (each a 32-bit length, all ones for NULL, then
    /// the bytes), length of payload (64-bit), payload.
    func digest() -> Digest {
        var head = ByteWriter()
        for number in [partition, position, count, received, kind, format, engine, payloadSize] { head.put(number) }
        for bytes in [Array(department.utf8), keyID.map { Array($0.utf8) }, restrictedHash, previous] {
            if let bytes { head.put(bytes) } else { head.put(UInt32.max) }
        }
        head.put(Int64(payload.count))
        return Digest(of: head.bytes, payload)
    }
}

extension StoredRow {
    /// Reads a row selected as `columns`.
    init(_ row: Row) throws {
        func bytes(_ index: Int) throws -> [UInt8]? {
            try row.withUnsafeData(atIndex: index) { $0.map { [UInt8]($0) } }
        }
        partition = try row.decode(atIndex: 0)
        position = try row.decode(atIndex: 1)
        count = try row.decode(atIndex: 2)
        received = try row.decode(atIndex: 3)
        department = try row.decode(atIndex: 4)
        kind = try row.decode(atIndex: 5)
        keyID = try row.decode(atIndex: 6)
        format = try row.decode(atIndex: 7)
        engine = try row.decode(atIndex: 8)
        payloadSize = try row.decode(atIndex: 9)
        payload = try bytes(10) ?? []
        restricted = try bytes(11)
        restrictedHash = try bytes(12)
        previous = try bytes(13) ?? []
        checksum = try bytes(14) ?? []
    }

    func insert(_ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO entry(\(Self.columns)) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            partition, position, count, received, department, kind, keyID, format, engine, payloadSize, Data(payload),
            restricted.map { Data($0) }, restrictedHash.map { Data($0) }, Data(previous), Data(checksum),
        ])
    }

    /// Rows from a position on, as many as one read transaction may take; at least one where there is one. Before damage there may be
    /// fewer; damage of the first is told with its position.
    static func page(_ queue: DatabaseQueue, _ file: SegmentFile, from: Int64) throws(JournalError) -> [StoredRow] {
        func rows(_ limit: Int) throws(JournalError) -> [StoredRow] {
            try onFile(file.path, "reading") { try queue.read { try page($0, from: from, limit: limit) } }
        }
        do throws(JournalError) {
            return try rows(JournalBounds.pageRows)
        } catch .corrupt {
            do throws(JournalError) {
                return try rows(1)
            } catch .corrupt(let file, nil, let reason) {
                throw .corrupt(file: file, position: from, reason: reason)
            }
        }
    }

    static func page(_ database: Database, from: Int64, limit: Int) throws -> [StoredRow] {
        let statement = try database.cachedStatement(
            sql: "SELECT \(columns) FROM entry WHERE position >= ? ORDER BY position LIMIT ?")
        let cursor = try Row.fetchCursor(statement, arguments: [from, limit])
        var rows: [StoredRow] = []
        var bytes = 0
        while bytes < JournalBounds.pageBytes, let row = try cursor.next() {
            let row = try StoredRow(row)
            bytes += row.payload.count + (row.restricted?.count ?? 0)
            rows.append(row)
        }
        return rows
    }
}
