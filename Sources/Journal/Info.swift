import Events
import GRDB

/// What one segment holds.
public struct SegmentInfo: Equatable, Sendable {
    public var name: String
    public var rows: Int64
    /// Positions, the end not included.
    public var positions: Range<Int64>
    public var received: ClosedRange<Timestamp>?
    /// Bytes of the file and its WAL.
    public var bytes: Int64
    /// Bytes of all payloads, as encoded and as stored.
    public var encodedBytes: Int64
    public var storedBytes: Int64
}

/// What a journal holds, segment by segment, oldest first.
public struct JournalInfo: Equatable, Sendable {
    public var segments: [SegmentInfo] = []

    public var positions: Range<Int64> {
        guard let first = segments.first, let last = segments.last else { return 1..<1 }
        return first.positions.lowerBound..<last.positions.upperBound
    }
    public var received: ClosedRange<Timestamp>? {
        let ranges = segments.compactMap(\.received)
        guard let first = ranges.first, let last = ranges.last else { return nil }
        return first.lowerBound...last.upperBound
    }
    public var rows: Int64 { segments.reduce(0) { $0 + $1.rows } }
    public var bytes: Int64 { segments.reduce(0) { $0 + $1.bytes } }
    /// Encoded bytes for one stored; nil where nothing is stored.
    public var compressionRatio: Double? {
        let stored = segments.reduce(0) { $0 + $1.storedBytes }
        return stored == 0 ? nil : Double(segments.reduce(0) { $0 + $1.encodedBytes }) / Double(stored)
    }
}

extension Journal {
    /// Describes a data directory's journal without decoding it; it may be written meanwhile.
    public static func info(data: String) throws(JournalError) -> JournalInfo {
        var info = JournalInfo()
        for file in try SegmentFile.all(in: directory(data)) { info.segments.append(try segment(file)) }
        return info
    }

    private static func segment(_ file: SegmentFile) throws(JournalError) -> SegmentInfo {
        let queue = try file.openForReading()
        return try onFile(file.path, "reading") {
            try queue.read { database in
                let sql = """
                    SELECT count(*), coalesce(max(position + count), ?), min(received), max(received),
                        coalesce(sum(payload_size), 0), coalesce(sum(length(payload)), 0)
                    FROM entry
                    """
                guard let row = try Row.fetchOne(database, sql: sql, arguments: [file.first]) else {
                    preconditionFailure("an aggregate has one row")
                }
                let (first, last): (Int64?, Int64?) = try (row.decode(atIndex: 2), row.decode(atIndex: 3))
                let end: Int64 = try row.decode(atIndex: 1)
                return try SegmentInfo(
                    name: file.name, rows: row.decode(atIndex: 0), positions: file.first..<max(file.first, end),
                    received: Self.range(first, last), bytes: file.bytes, encodedBytes: row.decode(atIndex: 4),
                    storedBytes: row.decode(atIndex: 5))
            }
        }
    }

    private static func range(_ first: Int64?, _ last: Int64?) -> ClosedRange<Timestamp>? {
        guard let first, let last, first <= last else { return nil }
        return Timestamp(microseconds: first)...Timestamp(microseconds: last)
    }
}

/// Bytes on disk against the configured cap.
public struct JournalUsage: Equatable, Sendable {
    public var bytes: Int64
    public var capBytes: Int64?
    /// A red status with a choice for the operator (more disk, shorter retention); the journal itself drops nothing.
    public var isCapReached: Bool { capBytes.map { bytes >= $0 } ?? false }
}

extension Journal {
    /// Sizes of all segments now, by the file system.
    public func usage() throws(JournalError) -> JournalUsage {
        let bytes = try SegmentFile.all(in: directory).reduce(0) { $0 + $1.bytes }
        return JournalUsage(bytes: bytes, capBytes: settings.capBytes)
    }
}
