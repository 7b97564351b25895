import Events
import Foundation
import Journal
import Messaging

/// The thread for work that nobody waits for: journal checkpoints each second, dead letters, retention each hour.
final class Upkeep: Sendable {
    private let journal: Journal
    private let letters: RejectDesk
    private let retention: TimeSpan
    /// The lowest position that somebody still needs; nil: everything.
    private let keepFrom: @Sendable () -> Int64?
    private let onPruned: @Sendable (PruneReport) -> Void
    private let isStopping = Monitor(false)

    init(
        journal: Journal, letters: RejectDesk, retention: TimeSpan, keepFrom: @escaping @Sendable () -> Int64?,
        onPruned: @escaping @Sendable (PruneReport) -> Void
    ) {
        self.journal = journal
        self.letters = letters
        self.retention = retention
        self.keepFrom = keepFrom
        self.onPruned = onPruned
    }

    func stop() { isStopping.change { $0 = true } }

    func run() throws {
        let checkpointer = Checkpointer(journal)
        var nextPrune = Timestamp.distantPast
        while !waitForStop() {
            _ = try checkpointer.run()
            try letters.flush()
            let now = WallClock.now()
            guard now >= nextPrune, let keepFrom = keepFrom() else { continue }
            let report = try journal.prune(olderThan: retention, now: now, keepFrom: keepFrom)
            if !report.removed.isEmpty { onPruned(report) }
            nextPrune = now + .hours(1)
        }
        _ = try checkpointer.run()
        try letters.flush()
    }

    /// A second, or less where it is to stop.
    private func waitForStop() -> Bool { isStopping.wait(for: .seconds(1)) { $0 ? true : nil } ?? false }
}
