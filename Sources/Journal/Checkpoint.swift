import GRDB

/// What a checkpoint moved from the WAL into the segment.
public struct CheckpointReport: Equatable, Sendable {
    /// Frames (pages with a header) in the WAL, and how many of them are in the segment's file now.
    public var frames: Int
    public var moved: Int
    /// Whether the writer had to wait so that the WAL could start over.
    public var waited: Bool
}

/// Moves committed pages from the WAL into the segment's file, on a connection and thread of its own.
///
/// The hot connection never checkpoints. Call `run` about once a second from one thread. The writer waits only when
/// the WAL has outgrown `JournalBounds.walBytes`.
public final class Checkpointer {
    private let journal: Journal
    private var current: (file: SegmentFile, queue: DatabaseQueue)?

    public init(_ journal: Journal) { self.journal = journal }

    /// A checkpoint whose writing or fsync failed poisons the journal as a failed commit does: it is never retried. One that
    /// could not begin, or had no room, has lost nothing and may be tried again.
    public func run() throws(JournalError) -> CheckpointReport {
        var (file, full) = try journal.withWriter { (writer) throws(JournalError) in (writer.file, writer.takeRetired())
        }
        var isOpen = false
        do throws(JournalError) {
            let queue = try connection(file)
            isOpen = true
            while let first = full.first {
                try finish(first)
                full.removeFirst()
            }
            try journal.withWriter { (writer) throws(JournalError) in try writer.checkFiles() }
            var report = try checkpoint(queue, .passive)
            guard (Files.size(file.path + "-wal") ?? 0) > JournalBounds.walBytes else { return report }
            report = try journal.withWriter { (writer) throws(JournalError) in
                let report = try self.checkpoint(queue, .truncate)
                writer.noteTruncatedWAL()
                return report
            }
            report.waited = true
            return report
        } catch {
            let isHarmless = Self.isHarmless(error, isOpen: isOpen)
            let unfinished = full
            try journal.withWriter { (writer) throws(JournalError) in
                if isHarmless { writer.giveBack(unfinished) } else { writer.poison(error) }
            }
            throw error
        }
    }

    /// Whether the checkpoint may be tried again: it had no room, or it could not begin and the file is not damaged.
    private static func isHarmless(_ error: JournalError, isOpen: Bool) -> Bool {
        switch error {
        case .diskFull, .locked, .notWritable: true
        case .failed, .cannotOpen: !isOpen
        case .foreign, .newerFormat, .owned, .poisoned, .corrupt, .refused, .pruned, .beyondEnd: false
        }
    }

    private func connection(_ file: SegmentFile) throws(JournalError) -> DatabaseQueue {
        if let current, current.file == file { return current.queue }
        let queue = try file.openForWriting()
        current = (file, queue)
        return queue
    }

    /// The last checkpoint of a full segment; closing the last connection removes its WAL.
    private func finish(_ queue: DatabaseQueue) throws(JournalError) {
        if current?.file.path == queue.path { current = nil }
        _ = try checkpoint(queue, .truncate)
        try onFile(queue.path, "closing") { try queue.close() }
    }

    /// A reader in the way is no failure: the next run goes on.
    private func checkpoint(
        _ queue: DatabaseQueue, _ mode: Database.CheckpointMode
    ) throws(JournalError) -> CheckpointReport {
        try onFile(queue.path, "checkpointing") {
            do {
                let counts = try queue.writeWithoutTransaction { try $0.checkpoint(mode) }
                return CheckpointReport(
                    frames: counts.walFrameCount, moved: counts.checkpointedFrameCount, waited: false)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                return CheckpointReport(frames: 0, moved: 0, waited: false)
            }
        }
    }
}
