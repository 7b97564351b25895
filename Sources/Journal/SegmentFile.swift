import CSQLite
import Foundation
import GRDB

/// A segment's file: named by its first position, in twenty digits, so that names sort as positions do.
struct SegmentFile: Equatable, Sendable {
    let directory: String
    let first: Int64

    static let suffix = ".sqlite"
    static let unfinished = ".creating"
    private static let digits = 20

    var name: String {
        let number = String(first)
        return String(repeating: "0", count: Self.digits - number.count) + number + Self.suffix
    }

    var path: String { "\(directory)/\(name)" }

    init(directory: String, first: Int64) {
        precondition(first >= 1, "positions begin at 1")
        self.directory = directory
        self.first = first
    }

    /// The segment that a name stands for, or nil for other names.
    init?(directory: String, name: String) {
        guard name.hasSuffix(Self.suffix) else { return nil }
        let number = name.dropLast(Self.suffix.count)
        guard number.count == Self.digits, number.allSatisfy({ $0.isASCII && $0.isNumber }), let first = Int64(number),
            first >= 1
        else { return nil }
        self.init(directory: directory, first: first)
    }

    /// Every segment of a journal's directory, oldest first.
    static func all(in directory: String) throws(JournalError) -> [SegmentFile] {
        try Files.names(directory).compactMap { SegmentFile(directory: directory, name: $0) }
    }

    /// Bytes of the file and its WAL.
    var bytes: Int64 { (Files.size(path) ?? 0) + walBytes }

    /// Zero where there is none.
    var walBytes: Int64 { Files.size(path + "-wal") ?? 0 }

    /// Deletes the file, then what SQLite keeps beside it; durable when this returns.
    func remove(from folder: OpenFolder) throws(JournalError) {
        for suffix in ["", "-wal", "-shm"] { try Files.remove(path + suffix) }
        try folder.sync()
    }

    func openForReading() throws(JournalError) -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(JournalBounds.busySeconds)
        return try open(configuration)
    }

    /// `patience`: seconds that it waits for others.
    ///
    /// Whether it is a segment is seen on a connection that only reads: one that writes moves the WAL when it is closed again, into
    /// whatever the file is.
    func openForWriting(patience: Double = JournalBounds.busySeconds) throws(JournalError) -> DatabaseQueue {
        guard Files.size(path) != nil else { throw .failed(path: path, attempted: "opening", reason: "no such file") }
        _ = try openForReading()
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = FULL")
        }
        return try open(configuration)
    }

    private func open(_ configuration: Configuration) throws(JournalError) -> DatabaseQueue {
        // Of an empty file SQLite deletes the WAL, even where it only reads.
        guard Files.size(path) != 0 else { throw .corrupt(file: path, position: nil, reason: "the file is empty") }
        return try onFile(path, "opening") {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.inDatabase { try SegmentSchema.check($0, path: path) }
            return queue
        }
    }
}

extension DatabaseQueue {
    /// From now on closing this connection leaves file and WAL as they are; the last one that closes would move the WAL into the file and
    /// delete it.
    func keepWAL() {
        unsafeReentrantWrite { fz_sqlite_keep_wal($0.sqliteConnection) }
    }
}
