import Engine
import Events
import GRDB

/// What can go wrong with the alert store: each case says what was attempted, where, and what to do.
public enum StoreError: Error, Equatable, Sendable {
    /// The volume is full. Nothing of the commit was kept.
    case diskFull(path: String, attempted: String)
    case notWritable(path: String, reason: String)
    /// Another process, or another object of this one, writes to the file.
    case locked(path: String)
    /// Not an alert store, or not a database at all.
    case foreign(path: String, reason: String)
    /// Written by a later version of this software.
    case newerSchema(path: String, version: Int64)
    /// Written by an earlier version; only the platform brings it up to date.
    case olderSchema(path: String, version: Int64)
    case corrupt(path: String, reason: String)
    /// A notice that was read whole and does not fit its checksum.
    case changed(path: String, seq: Int64)
    /// A replay by the same engine version computed something else than it stored: nil where one side has nothing.
    case divergence(position: Int64, stored: Decision?, computed: Decision?)
    /// A second open episode of the same rule and key, which the schema makes impossible to store.
    case doubled(path: String, decision: DecisionID, reason: String)
    case failed(path: String, attempted: String, reason: String)
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .diskFull(let path, let attempted):
            "disk full while \(attempted) \(path): free space, then start again; the journal has everything"
        case .notWritable(let path, let reason):
            "cannot write \(path) (\(reason)), which SQLite needs for reading, too: be the user that runs the platform, make it writable, "
                + "or choose another data directory"
        case .locked(let path):
            "\(path) is locked by another process: stop it first; one process at a time writes an alert store"
        case .foreign(let path, let reason):
            "\(path) is not an alert store (\(reason)): move it away, it is made again from the journal"
        case .newerSchema(let path, let version):
            "\(path) has schema \(version), newer than \(StoreSchema.version): run the version that wrote it"
        case .olderSchema(let path, let version):
            "\(path) has schema \(version), older than \(StoreSchema.version): start the platform once, it brings it up to date"
        case .corrupt(let path, let reason):
            "\(path) is damaged (\(reason)): keep a copy, check the disk, then move it away: it is made again from the journal as far as that reaches; nothing was changed"
        case .changed(let path, let seq):
            "\(path) is damaged (notice \(seq) is not what was stored): keep a copy, check the disk, then move it away: it is made again from the journal as far as that reaches"
        case .divergence(let position, let stored, let computed):
            "replay of position \(position) does not repeat what was stored (stored \(Self.name(stored)), computed "
                + "\(Self.name(computed))): nothing was changed; keep journal and store, report it, and see docs/operations.md"
        case .doubled(let path, let decision, let reason):
            "decision \(decision.text) would store an alarm twice in \(path) (\(reason)): nothing was changed; report it, and see docs/operations.md"
        case .failed(let path, let attempted, let reason):
            "\(attempted) \(path) failed: \(reason)"
        }
    }

    private static func name(_ decision: Decision?) -> String {
        guard let decision else { return "nothing" }
        return "\(decision.id.text) \(decision.rule) \(decision.key) \(decision.transition.name) "
            + "\(decision.level?.name ?? "none")"
    }
}

extension StoreError {
    /// What an SQLite error means for the file at `path`.
    init(_ error: DatabaseError, path: String, attempted: String) {
        let reason = error.message ?? "\(error.extendedResultCode)"
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull(path: path, attempted: attempted)
        // No room for the WAL's index.
        case _ where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
            self = .diskFull(path: path, attempted: attempted)
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN: self = .notWritable(path: path, reason: reason)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path: path)
        case .SQLITE_NOTADB: self = .foreign(path: path, reason: reason)
        case .SQLITE_CORRUPT: self = .corrupt(path: path, reason: reason)
        default: self = .failed(path: path, attempted: attempted, reason: "\(error.extendedResultCode): \(reason)")
        }
    }
}

/// Runs work on a database file and turns what it throws into a `StoreError`.
func onFile<T>(_ path: String, _ attempted: String, _ body: () throws -> T) throws(StoreError) -> T {
    do {
        return try body()
    } catch let error as StoreError {
        throw error
    } catch let error as DatabaseError {
        throw StoreError(error, path: path, attempted: attempted)
    } catch let error as ByteReader.Failure {
        throw .corrupt(path: path, reason: "\(error)")
    } catch let error as RowDecodingError {
        throw .corrupt(path: path, reason: "a value of another kind: \(error)")
    } catch {
        throw .failed(path: path, attempted: attempted, reason: "\(error)")
    }
}
