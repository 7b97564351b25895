import Foundation
import GRDB

/// Where a new segment begins: what its first row must continue.
struct SegmentStart: Equatable {
    var position: Int64
    /// Of the entry that it is made for.
    var received: Int64
    /// Checksum of the last row before it; genesis for the first segment of a journal.
    var previous: Digest
}

extension SegmentFile {
    /// Creates a segment that is complete and durable under its name when this returns, or is not there at all.
    ///
    /// It is built under another name, synced, renamed, and the directory synced: a crash at any point leaves either
    /// an unfinished file, which the next opening removes, or an empty segment, which it goes on with.
    func create(_ start: SegmentStart, marks: MarkTable) throws(JournalError) {
        precondition(start.position == first, "a segment is named by its first position")
        let unfinished = path + Self.unfinished
        for suffix in ["", "-wal", "-shm", "-journal"] { try Files.remove(unfinished + suffix) }
        try onFile(unfinished, "creating") {
            var configuration = Configuration()
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let queue = try DatabaseQueue(path: unfinished, configuration: configuration)
            try queue.inTransaction(.immediate) { database in
                try SegmentSchema.create(database)
                try database.execute(
                    sql: "INSERT INTO segment(id, first_position, first_received, previous) VALUES(1, ?, ?, ?)",
                    arguments: [start.position, start.received, Data(start.previous.bytes)])
                try marks.insertAll(database)
                return .commit
            }
            try queue.inDatabase { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try queue.close()
        }
        try Files.sync(unfinished)
        try Files.rename(unfinished, to: path)
        try Files.sync(directory)
    }

    /// Removes what a crash during creation or removal left behind.
    static func removeLeftovers(in directory: String) throws(JournalError) {
        let names = try Files.names(directory)
        for name in names {
            let unfinished = name.contains(Self.suffix + Self.unfinished)
            let orphan =
                ["-wal", "-shm"].contains { name.hasSuffix(Self.suffix + $0) }
                && !names.contains(String(name.dropLast(4)))
            if unfinished || orphan { try Files.remove("\(directory)/\(name)") }
        }
    }
}
