import Events
import Ingest
import Journal
import Synchronization

/// Carries refused events from the ingest thread to the dead-letter table without making it wait.
final class RejectDesk: Sendable {
    /// Rejects that may wait between two rounds of upkeep; more are counted, not kept.
    static let maximumWaiting = 20_000

    private struct State {
        var waiting: [Reject] = []
        var lost: Int64 = 0
    }

    private let letters: DeadLetters
    private let state = Mutex(State())

    init(_ letters: DeadLetters) { self.letters = letters }

    func take(_ reject: Reject) {
        var reject = reject
        // Where events are the clock, it tells nobody when this one came.
        if reject.received <= Timestamp(seconds: 0) { reject.received = WallClock.now() }
        state.withLock { state in
            if state.waiting.count < Self.maximumWaiting {
                state.waiting.append(reject)
            } else {
                state.lost += 1
            }
        }
    }

    /// Refused events in the table, dropped from it for its limits since it was made, and, since the start, never stored:
    /// they found no room here, or the table could not be written.
    var counts: (kept: Int64, dropped: Int64, lost: Int64) {
        (letters.counts.kept, letters.counts.dropped, state.withLock { $0.lost })
    }

    func flush() throws(JournalError) {
        let rejects = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        guard !rejects.isEmpty else { return }
        do throws(JournalError) {
            try letters.insert(rejects.map(DeadLetter.init))
        } catch {
            state.withLock { $0.lost += Int64(rejects.count) }
            throw error
        }
    }
}

extension DeadLetter {
    fileprivate init(_ reject: Reject) {
        self.init(
            received: reject.received, department: reject.department, index: Int64(reject.finding.index),
            code: reject.finding.code.rawValue, field: reject.finding.field ?? "",
            reason: reject.finding.zh + " " + reject.finding.en,
            raw: reject.bytes)
    }
}
