import Ingest
import Journal
import Synchronization

/// Carries refused events from the ingest thread to the dead-letter table without making it wait.
final class RejectDesk: Sendable {
    /// Rejects that may wait between two rounds of upkeep; more are counted, not kept.
    static let maximumWaiting = 20_000

    private struct State {
        var waiting: [Reject] = []
        var dropped: Int64 = 0
    }

    private let letters: DeadLetters
    private let state = Mutex(State())

    init(_ letters: DeadLetters) { self.letters = letters }

    func take(_ reject: Reject) {
        state.withLock { state in
            if state.waiting.count < Self.maximumWaiting {
                state.waiting.append(reject)
            } else {
                state.dropped += 1
            }
        }
    }

    /// Refused events that found no room here.
    var dropped: Int64 { state.withLock { $0.dropped } }

    func flush() throws(JournalError) {
        let rejects = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        guard !rejects.isEmpty else { return }
        try letters.insert(
            rejects.map { reject in
                DeadLetter(
                    received: reject.received, department: reject.department, index: Int64(reject.finding.index),
                    code: reject.finding.code.rawValue, field: reject.finding.field ?? "",
                    reason: reject.finding.got ?? "",
                    raw: reject.bytes)
            })
    }
}
