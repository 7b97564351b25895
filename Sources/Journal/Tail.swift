import Events
import Foundation
import GRDB

/// The end of a segment: what the next row must continue, found and checked when a journal opens.
struct Tail: Equatable {
    /// Position of the next entry.
    var next: Int64
    var lastReceived: Int64
    /// Checksum of the last row, or what the empty segment must continue.
    var previous: Digest
    var isEmpty: Bool
    var start: SegmentStart

    /// Of a segment of which nothing is read yet.
    init(_ start: SegmentStart) {
        self.start = start
        (next, lastReceived, previous, isEmpty) = (start.position, start.received, start.previous, true)
    }

    /// Reads a segment's end and checks its last row against its checksum.
    init(_ database: Database, _ file: SegmentFile) throws {
        self.init(try SegmentStart(database, file))
        let sql = "SELECT \(StoredRow.columns) FROM entry ORDER BY position DESC LIMIT 1"
        guard let last = try Row.fetchOne(database, sql: sql).map({ try StoredRow($0) }) else { return }
        if last.position != start.position {
            guard let before = Digest(stored: last.previous) else {
                throw file.damage(last, "previous of a wrong length")
            }
            (next, lastReceived, previous) = (last.position, last.received, before)
        }
        try follow(last, file)
    }

    /// Takes over the end of rows that were built from here and committed.
    mutating func advance(to built: RowBuilder) {
        precondition(built.next > next && built.lastReceived >= lastReceived, "rows are built from the tail on")
        (next, lastReceived, previous, isEmpty) = (built.next, built.lastReceived, built.previous, false)
    }

    /// Takes one row further; throws where it does not continue what came before.
    mutating func follow(_ row: StoredRow, _ file: SegmentFile) throws(JournalError) {
        guard row.position == next else { throw file.damage(row, "position \(row.position) where \(next) was due") }
        guard row.previous == previous.bytes else { throw file.damage(row, "the chain of hashes breaks here") }
        let digest = row.digest()
        guard row.checksum == digest.bytes else { throw file.damage(row, "checksum does not match the row") }
        guard row.received >= lastReceived else { throw file.damage(row, "received goes back") }
        guard row.count >= 1, row.count <= Limits.rowEvents, row.position <= Int64.max - row.count else {
            throw file.damage(row, "\(row.count) positions")
        }
        guard row.restricted.map({ Digest(of: $0).bytes }) == row.restrictedHash else {
            throw file.damage(row, "restricted fields do not match their hash")
        }
        next = row.position + row.count
        lastReceived = row.received
        previous = digest
        isEmpty = false
    }
}

extension SegmentStart {
    init(_ database: Database, _ file: SegmentFile) throws {
        guard
            let row = try Row.fetchOne(database, sql: "SELECT first_position, first_received, previous FROM segment")
        else { throw JournalError.corrupt(file: file.path, position: nil, reason: "the segment's own row is missing") }
        let bytes = try row.withUnsafeData(atIndex: 2) { [UInt8]($0 ?? Data()) }
        guard let previous = Digest(stored: bytes), try row.decode(atIndex: 0) as Int64 == file.first else {
            throw JournalError.corrupt(
                file: file.path, position: nil, reason: "the segment's own row contradicts its name")
        }
        self.init(position: file.first, received: try row.decode(atIndex: 1), previous: previous)
    }

    init(reading file: SegmentFile) throws(JournalError) {
        let queue = try file.openForReading()
        self = try onFile(file.path, "reading") { try queue.read { try SegmentStart($0, file) } }
    }
}

extension SegmentFile {
    func damage(_ row: StoredRow, _ reason: String) -> JournalError {
        .corrupt(file: path, position: row.position, reason: reason)
    }
}

extension Tail {
    /// Throws where the segment that this is the tail of does not continue the one before it.
    func checkContinues(_ before: SegmentFile, in file: SegmentFile) throws(JournalError) {
        let end = try Tail(reading: before)
        guard end.next == start.position, end.previous == start.previous else {
            let reason = "it does not continue \(before.name), which ends before position \(end.next)"
            throw .corrupt(file: file.path, position: start.position, reason: reason)
        }
        guard end.lastReceived <= start.received else {
            throw .corrupt(file: file.path, position: start.position, reason: "received goes back")
        }
    }

    init(reading file: SegmentFile) throws(JournalError) {
        let queue = try file.openForReading()
        self = try onFile(file.path, "reading") { try queue.read { try Tail($0, file) } }
    }
}

extension Tail {
    /// What comes at `wanted`: the row that holds it, or the end of the rows before it.
    init(_ database: Database, _ file: SegmentFile, holding wanted: Int64) throws {
        self.init(try SegmentStart(database, file))
        let sql = "SELECT \(StoredRow.columns) FROM entry WHERE position <= ? ORDER BY position DESC LIMIT 1"
        guard let row = try Row.fetchOne(database, sql: sql, arguments: [wanted]).map({ try StoredRow($0) }) else {
            guard wanted <= next else { throw JournalError.beyondEnd(asked: wanted, end: next) }
            return
        }
        guard let before = Digest(stored: row.previous) else { throw file.damage(row, "previous of a wrong length") }
        (next, lastReceived, previous) = (row.position, row.received, before)
        guard wanted >= row.position.addingReportingOverflow(row.count).partialValue else { return }
        try follow(row, file)
        guard wanted == next else { throw JournalError.beyondEnd(asked: wanted, end: next) }
    }
}
