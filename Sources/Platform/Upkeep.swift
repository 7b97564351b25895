import Events
import Foundation
import Journal
import Messaging

/// The thread for work that nobody waits for: journal checkpoints each second, dead letters, retention each hour, a look at what
/// runs full, and the journal's full segments checked one after the other, in a twentieth of the time, and all again each day.
///
/// What fails is shown in the status and tried again; only a checkpoint whose fsync failed ends the journal and the platform, as a
/// commit would.
final class Upkeep: Sendable {
    private let journal: Journal
    private let letters: RejectDesk
    private let retention: TimeSpan
    private let age: RetentionClock
    private let clock: FollowedClock
    /// The lowest position that somebody still needs; nil: everything.
    private let keepFrom: @Sendable () throws -> Int64?
    /// Makes sure that what stays of the journal can be begun with.
    private let beforeRemoval: @Sendable (Int64) throws(JournalError) -> Void
    /// Next positions of journal and engine.
    private let progress: @Sendable () -> (journal: Int64, engine: Int64)
    /// How often all subscribers of the feed were let go since the start.
    private let feedResets: @Sendable () -> Int64
    private let storePath: String
    private let complaints: Complaints
    private let onPruned: @Sendable (PruneReport) -> Void
    private let isStopping = Monitor(false)
    /// Bytes of the alert store's log: SQLite writes it back at 4 MB, unless somebody reads what was before.
    private static let largestLog: Int64 = 64 << 20

    init(
        journal: Journal, letters: RejectDesk, retention: TimeSpan, age: RetentionClock, clock: FollowedClock,
        keepFrom: @escaping @Sendable () throws -> Int64?,
        beforeRemoval: @escaping @Sendable (Int64) throws(JournalError) -> Void,
        progress: @escaping @Sendable () -> (journal: Int64, engine: Int64),
        feedResets: @escaping @Sendable () -> Int64, storePath: String, complaints: Complaints,
        onPruned: @escaping @Sendable (PruneReport) -> Void
    ) {
        self.journal = journal
        self.letters = letters
        self.retention = retention
        self.age = age
        self.clock = clock
        self.keepFrom = keepFrom
        self.beforeRemoval = beforeRemoval
        self.progress = progress
        self.feedResets = feedResets
        self.storePath = storePath
        self.complaints = complaints
        self.onPruned = onPruned
    }

    func stop() { isStopping.change { $0 = true } }

    /// Until it is told to stop; throws where the journal takes nothing more, which without entries nobody else would notice.
    func run() throws {
        let checkpointer = Checkpointer(journal)
        var nextPrune = BootClock.now()
        var nextLook = BootClock.now()
        var nextScrub = BootClock.now()
        var (scrubbed, failed, isDated) = (Int64(0), false, false)
        var seen = (engine: Int64(0), end: Int64(0), resets: Int64(0))
        while !waitForStop() {
            try work(checkpointer)
            if !isDated, let wall = clock.right(wall: WallClock.now(), monotonic: BootClock.now()) {
                complaints.attempt("stamped-since") {
                    try journal.dateStampedSince(wall)
                    isDated = true
                }
            }
            if BootClock.now() >= nextLook {
                look(&seen)
                nextLook = BootClock.now() + .seconds(10)
            }
            if BootClock.now() >= nextScrub { nextScrub = scrub(&scrubbed, &failed) }
            guard BootClock.now() >= nextPrune else { continue }
            complaints.attempt("retention") {
                guard let keepFrom = try keepFrom() else { return }
                let report = try journal.prune(
                    olderThan: retention, now: age.now(wall: WallClock.now(), monotonic: BootClock.now()),
                    keepFrom: keepFrom, beforeRemoval: beforeRemoval)
                for segment in report.removed {
                    complaints.note("damaged segment \(segment.positions.lowerBound)", nil)
                }
                if !report.removed.isEmpty { onPruned(report) }
                nextPrune = BootClock.now() + .hours(1)
            }
        }
        try work(checkpointer)
    }

    /// Damage of what nobody reads is told while there is a backup to mend it from, until a later look finds the segment whole. What cannot
    /// be read is told as well, and holds up no other. Gives the moment for the next segment.
    private func scrub(_ position: inout Int64, _ failed: inout Bool) -> Timestamp {
        let began = BootClock.now()
        let check: SegmentCheck
        do throws(JournalError) {
            guard let found = try Journal.verifySegment(data: journal.data, after: position) else {
                defer { (position, failed) = (0, false) }
                return began + (failed ? .hours(1) : .days(1))
            }
            check = found
        } catch {
            // No descriptor is left to list them: once more, later.
            return began + .minutes(1)
        }
        position = check.position
        var words = check.problem.map {
            "\($0): keep a copy, run fenghuo journal verify, restore the file from a backup"
        }
        if let failure = check.failure, Files.size(check.file) != nil {
            failed = true
            words = "\(check.file) cannot be checked: \(failure)"
        }
        complaints.note("damaged segment \(check.position)", words)
        let spent = BootClock.now() - began
        return BootClock.now() + max(.seconds(1), TimeSpan(microseconds: 20 * spent.microseconds))
    }

    /// What only grows until somebody does something about it. `seen`: where engine and journal were, and the feed's resets, at the last
    /// look.
    private func look(_ seen: inout (engine: Int64, end: Int64, resets: Int64)) {
        let (end, engine) = progress()
        let stands = engine == seen.engine && engine < seen.end
        complaints.note(
            "engine", stands ? "stands at position \(engine) of \(end - 1) since 10 s: nothing new is decided" : nil
        )
        let resets = feedResets()
        complaints.note(
            "feed",
            resets > seen.resets
                ? "subscribers ask for too many prefixes: all were let go \(resets) times since the start, and again just now"
                : nil)
        seen = (engine, end, resets)
        complaints.note("descriptors", Descriptors.complaint())
        let log = Files.size(storePath + "-wal") ?? 0
        complaints.note(
            "alert store log",
            log > Self.largestLog
                ? "\(storePath)-wal has \(log >> 20) MB: somebody holds a read transaction on it, end that" : nil)
        complaints.attempt("journal size") {
            let usage = try journal.usage()
            complaints.note("journal_cap", usage.isCapReached ? Self.words(usage) : nil)
        }
    }

    private static func words(_ usage: JournalUsage) -> String {
        "the journal takes \(usage.bytes) bytes, journal_cap is \(usage.capBytes ?? 0): nothing is dropped; give it more "
            + "disk and a higher cap, or prune it earlier"
    }

    private func work(_ checkpointer: Checkpointer) throws {
        complaints.attempt("checkpoint") {
            let held = try checkpointer.run().held
            let words = held.map { "\($0.path)-wal has \($0.bytes >> 10) kB" }.joined(separator: ", ")
            complaints.note(
                "journal log", held.isEmpty ? nil : "\(words): somebody holds a read transaction on it, end that")
        }
        complaints.attempt("dead letters") { try letters.flush() }
        if let poison = journal.poison { throw JournalError.poisoned(cause: poison) }
    }

    /// A second, or less where it is to stop.
    private func waitForStop() -> Bool { isStopping.wait(for: .seconds(1)) { $0 ? true : nil } ?? false }
}
