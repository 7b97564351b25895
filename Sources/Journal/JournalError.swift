import Events
import GRDB

/// What can go wrong with a journal: each case says what was attempted, where, and what to do.
public enum JournalError: Error, Equatable, Sendable {
    /// The volume is full. Nothing of the commit was kept.
    case diskFull(path: String, attempted: String)
    case notWritable(path: String, reason: String)
    /// SQLite could not open or create the file.
    case cannotOpen(path: String, reason: String)
    /// Another connection holds a lock on the file.
    case locked(path: String)
    /// The file is not a journal's, or not a database at all.
    case foreign(path: String, reason: String)
    /// Written by a later version of this software.
    case newerFormat(path: String, version: Int64)
    /// Another process, or another object of this one, owns the journal.
    case owned(path: String, pid: Int32)
    /// An earlier commit or checkpoint failed, or the files changed; the object accepts nothing more.
    case poisoned(cause: String)
    case corrupt(file: String, position: Int64?, reason: String)
    /// The entry at `index` of the call cannot be stored; nothing of the call was.
    case refused(index: Int, reason: String)
    /// Reading was asked to start before the first kept position.
    case pruned(asked: Int64, first: Int64)
    /// Reading was asked to start after the end.
    case beyondEnd(asked: Int64, end: Int64)
    case failed(path: String, attempted: String, reason: String)
}

extension JournalError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .diskFull(let path, let attempted):
            "disk full while \(attempted) \(path): free space or prune, then start again"
        case .notWritable(let path, let reason):
            "cannot write \(path) (\(reason)), which SQLite needs for reading, too: be the user that runs the platform, make it writable, "
                + "or choose another data directory"
        case .cannotOpen(let path, let reason):
            "cannot open \(path) (\(reason)): see whether the directory is there, and descriptors and inodes are left"
        case .locked(let path):
            "\(path) is locked by another connection: end the program that has it open for writing"
        case .foreign(let path, let reason):
            "\(path) is not what its name says (\(reason)): restore it from a backup, or move it away where it does not belong"
        case .newerFormat(let path, let version):
            "\(path) has format \(version), newer than \(SegmentSchema.version): run the version that wrote it"
        case .owned(let path, let pid):
            "\(path) is owned by process \(pid): stop it first; one process at a time writes a journal"
        case .poisoned(let cause):
            "the journal takes nothing more (\(cause)): stop, remove the cause, start again; unacknowledged entries come again"
        case .corrupt(let file, let position, let reason):
            "\(file) is damaged\(position.map { " at position \($0)" } ?? "") (\(reason)): keep a copy, check the disk, "
                + "run `fenghuo journal verify`, restore the file from a backup; nothing was changed"
        case .refused(let index, let reason):
            "entry \(index) cannot be stored (\(reason)); nothing of this commit was"
        case .pruned(let asked, let first):
            "position \(asked) is pruned; the journal begins at \(first)"
        case .beyondEnd(let asked, let end):
            "position \(asked) is after the journal's end \(end): the snapshot is of another journal, or files are missing"
        case .failed(let path, let attempted, let reason):
            "\(attempted) \(path) failed: \(reason)"
        }
    }
}

extension JournalError {
    /// What an SQLite error means for the file at `path`.
    init(_ error: DatabaseError, path: String, attempted: String) {
        let reason = error.message ?? "\(error.extendedResultCode)"
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull(path: path, attempted: attempted)
        // No room for the WAL's index.
        case _ where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
            self = .diskFull(path: path, attempted: attempted)
        case .SQLITE_READONLY, .SQLITE_PERM: self = .notWritable(path: path, reason: reason)
        case .SQLITE_CANTOPEN: self = .cannotOpen(path: path, reason: reason)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path: path)
        case .SQLITE_NOTADB: self = .foreign(path: path, reason: reason)
        case .SQLITE_CORRUPT: self = .corrupt(file: path, position: nil, reason: reason)
        default: self = .failed(path: path, attempted: attempted, reason: "\(error.extendedResultCode): \(reason)")
        }
    }
}

/// Runs work on a database file and turns what it throws into a `JournalError`.
func onFile<T>(_ path: String, _ attempted: String, _ body: () throws -> T) throws(JournalError) -> T {
    do {
        return try body()
    } catch let error as JournalError {
        throw error
    } catch let error as DatabaseError {
        throw JournalError(error, path: path, attempted: attempted)
    } catch let error as RowDecodingError {
        throw .corrupt(file: path, position: nil, reason: "a value of another kind: \(error)")
    } catch {
        throw .failed(path: path, attempted: attempted, reason: "\(error)")
    }
}
