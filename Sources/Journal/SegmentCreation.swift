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
    func create(_ start: SegmentStart, marks: MarkTable, in folder: OpenFolder) throws(JournalError) {
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
                try marks.store(database, sum: marks.sum)
                return .commit
            }
            try queue.inDatabase { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try queue.close()
        }
        try Files.sync(unfinished)
        try Files.rename(unfinished, to: path)
        try folder.sync()
    }

    /// Removes what a crash during creation or removal left behind.
    ///
    /// A WAL without its segment is left by pruning only before the oldest kept segment. Anywhere else it may hold
    /// acknowledged entries whose file was moved by hand: that is an error, and the WAL stays.
    static func removeLeftovers(in directory: String) throws(JournalError) {
        let names = try Files.names(directory)
        for name in names where name.contains(Self.suffix + Self.unfinished) {
            try Files.remove("\(directory)/\(name)")
        }
        for name in try strays(in: directory) { try Files.remove("\(directory)/\(name)") }
    }

    /// Names of WALs without a segment that may go; throws where one stands for a segment, after `position`, that is missing.
    @discardableResult
    static func strays(in directory: String, after position: Int64 = 0) throws(JournalError) -> [String] {
        let names = try Files.names(directory)
        let oldest = names.compactMap { SegmentFile(directory: directory, name: $0) }.first
        var strays: [String] = []
        for name in names where name.hasSuffix("-wal") || name.hasSuffix("-shm") {
            guard let file = SegmentFile(directory: directory, name: String(name.dropLast(4))), file.first > position,
                !names.contains(file.name), Files.size(file.path) == nil  // it may have come since the names were read
            else { continue }
            guard let oldest, file.first < oldest.first else {
                throw .corrupt(file: file.path, position: file.first, reason: "the file is missing, \(name) is there")
            }
            strays.append(name)
        }
        return strays
    }
}
