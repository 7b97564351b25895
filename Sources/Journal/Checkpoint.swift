import GRDB

/// What a checkpoint moved from the WAL into the segment.
public struct CheckpointReport: Sendable {
    /// Frames (pages with a header) in the WAL, and how many of them are in the segment's file now.
    public var frames: Int
    public var moved: Int
    /// Whether the writer had to wait so that the WAL could start over.
    public var waited: Bool
    /// Files whose WAL is kept from starting over by somebody who reads, with its bytes.
    public var held: [(path: String, bytes: Int64)] = []
}

/// Moves committed pages from the WAL into the segment's file, on a connection and thread of its own.
///
/// The hot connection never checkpoints. Call `run` about once a second from one thread. The writer waits only when
/// the WAL has outgrown `JournalBounds.walBytes`.
public final class Checkpointer {
    private let journal: Journal
    private var current: (file: SegmentFile, queue: DatabaseQueue)?
    /// Runs until full segments are looked at that have kept a WAL: of a process that was killed, or because somebody read them.
    private var untilLeftovers = 1
    private static let leftoversEvery = 60
    /// Those that somebody reads, as of the last look.
    private var held: [(path: String, bytes: Int64)] = []
    /// What was found of each, by its first position, when its WAL had so many bytes.
    private var verdicts: [Int64: (wal: Int64, isSound: Bool)] = [:]

    public init(_ journal: Journal) { self.journal = journal }

    /// A checkpoint whose writing or fsync failed poisons the journal as a failed commit does: it is never retried. One that
    /// could not begin, or had no room, has lost nothing and may be tried again.
    public func run() throws(JournalError) -> CheckpointReport {
        var (file, full) = try journal.withWriter { (writer) throws(JournalError) in
            // First of all: a WAL that was cut may not be opened any more, which alone says little.
            try writer.checkFiles()
            return (writer.file, writer.takeRetired())
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
            var report = try checkpoint(queue, .passive) ?? CheckpointReport(frames: 0, moved: 0, waited: false)
            if file.walBytes > JournalBounds.walBytes { try startOver(queue, file, &report) }
            try finishLeftovers(before: file)
            report.held += held
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

    /// Truncates the WAL while the writer waits: not for long where somebody reads, and again a second later.
    private func startOver(
        _ queue: DatabaseQueue, _ file: SegmentFile, _ report: inout CheckpointReport
    ) throws(JournalError) {
        let truncated = try journal.withWriter { (writer) throws(JournalError) in
            let report = try self.checkpoint(queue, .truncate)
            if report != nil { writer.noteTruncatedWAL() }
            return report
        }
        if let truncated { (report.frames, report.moved, report.waited) = (truncated.frames, truncated.moved, true) }
        if file.walBytes > JournalBounds.heldWALBytes { report.held.append((file.path, file.walBytes)) }
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
        let queue = try file.openForWriting(patience: JournalBounds.checkpointSeconds)
        // Whether the WAL is moved at the end is the writer's business.
        queue.keepWAL()
        current = (file, queue)
        return queue
    }

    /// The last checkpoint of a full segment; closing the last connection removes its WAL. Where somebody reads, it is left to
    /// `finishLeftovers`.
    private func finish(_ queue: DatabaseQueue) throws(JournalError) {
        if current?.file.path == queue.path { current = nil }
        _ = try checkpoint(queue, .truncate)
        try onFile(queue.path, "closing") { try queue.close() }
    }

    /// Moves what full segments have left in a WAL into their files, at the first run and about once a minute: a copy of a full segment
    /// is a copy of its file. One that is damaged is left as it is, and told by who looks at all segments.
    private func finishLeftovers(before newest: SegmentFile) throws(JournalError) {
        untilLeftovers -= 1
        guard untilLeftovers == 0 else { return }
        untilLeftovers = Self.leftoversEvery
        held = []
        // Without a descriptor there is another time.
        guard let files = try? SegmentFile.all(in: newest.directory) else { return }
        for file in files where file.first < newest.first && file.walBytes > 0 {
            let isJudged = verdicts[file.first]?.wal == file.walBytes
            if !isJudged, try !judge(file) { continue }
            if verdicts[file.first]?.isSound == true,
                let queue = try? file.openForWriting(patience: JournalBounds.checkpointSeconds)
            {
                try finish(queue)
                if file.walBytes > 0 { held.append((file.path, file.walBytes)) }
            }
            // Checking takes its time, a twentieth of it all: the next one comes later.
            guard isJudged else { return }
        }
    }

    /// Checks a segment with its WAL, once; false where it cannot be read now.
    private func judge(_ file: SegmentFile) throws(JournalError) -> Bool {
        let began = ContinuousClock.now
        guard let found = try? Journal.verifySegment(data: journal.data, after: file.first - 1), found.failure == nil
        else { return false }
        // Where the one that follows cannot be read now, nobody knows yet whether all is there.
        if let failure = found.followerFailure, VerifyReport.Problem(failure) == nil { return false }
        verdicts[file.first] = (file.walBytes, found.problem == nil && found.followerFailure == nil)
        untilLeftovers = min(Self.leftoversEvery, 1 + Int((ContinuousClock.now - began) / .seconds(1) * 20))
        return true
    }

    /// nil where a reader is in the way, which is no failure: the next run goes on.
    private func checkpoint(
        _ queue: DatabaseQueue, _ mode: Database.CheckpointMode
    ) throws(JournalError) -> CheckpointReport? {
        try onFile(queue.path, "checkpointing") {
            do {
                let counts = try queue.writeWithoutTransaction { try $0.checkpoint(mode) }
                return CheckpointReport(
                    frames: counts.walFrameCount, moved: counts.checkpointedFrameCount, waited: false)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                return nil
            }
        }
    }
}
