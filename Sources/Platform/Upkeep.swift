import Events
import Foundation
import Journal

/// The thread for work that nobody waits for: journal checkpoints each second, dead letters, retention each hour.
///
/// None of it may stop the platform: what fails is shown in the status and tried again.
final class Upkeep: @unchecked Sendable {
    // @unchecked: `isStopping` is read and written under `condition`.
    private let journal: Journal
    private let letters: RejectDesk
    private let retention: TimeSpan
    /// The lowest position that somebody still needs; nil: everything.
    private let keepFrom: @Sendable () throws -> Int64?
    private let complaints: Complaints
    private let onPruned: @Sendable (PruneReport) -> Void
    private let condition = NSCondition()
    private var isStopping = false

    init(
        journal: Journal, letters: RejectDesk, retention: TimeSpan, keepFrom: @escaping @Sendable () throws -> Int64?,
        complaints: Complaints, onPruned: @escaping @Sendable (PruneReport) -> Void
    ) {
        self.journal = journal
        self.letters = letters
        self.retention = retention
        self.keepFrom = keepFrom
        self.complaints = complaints
        self.onPruned = onPruned
    }

    func stop() {
        condition.lock()
        isStopping = true
        condition.broadcast()
        condition.unlock()
    }

    func run() {
        let checkpointer = Checkpointer(journal)
        var nextPrune = Timestamp.distantPast
        while !waitForStop() {
            work(checkpointer)
            let now = WallClock.now()
            guard now >= nextPrune else { continue }
            complaints.attempt("retention") {
                guard let keepFrom = try keepFrom() else { return }
                let report = try journal.prune(olderThan: retention, now: now, keepFrom: keepFrom)
                if !report.removed.isEmpty { onPruned(report) }
                nextPrune = now + .hours(1)
            }
        }
        work(checkpointer)
    }

    private func work(_ checkpointer: Checkpointer) {
        complaints.attempt("checkpoint") { _ = try checkpointer.run() }
        complaints.attempt("dead letters") { try letters.flush() }
    }

    private func waitForStop() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        let next = Date(timeIntervalSinceNow: 1)
        while !isStopping { if !condition.wait(until: next) { break } }
        return isStopping
    }
}
