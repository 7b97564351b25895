import Foundation
import Journal

/// The thread for work that nobody waits for: journal checkpoints each second, dead letters.
final class Upkeep: @unchecked Sendable {
    // @unchecked: `isStopping` is read and written under `condition`.
    private let journal: Journal
    private let letters: RejectDesk
    private let condition = NSCondition()
    private var isStopping = false

    init(journal: Journal, letters: RejectDesk) {
        self.journal = journal
        self.letters = letters
    }

    func stop() {
        condition.lock()
        isStopping = true
        condition.broadcast()
        condition.unlock()
    }

    func run() throws {
        let checkpointer = Checkpointer(journal)
        while !waitForStop() {
            _ = try checkpointer.run()
            try letters.flush()
        }
        _ = try checkpointer.run()
        try letters.flush()
    }

    private func waitForStop() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        let next = Date(timeIntervalSinceNow: 1)
        while !isStopping { if !condition.wait(until: next) { break } }
        return isStopping
    }
}
