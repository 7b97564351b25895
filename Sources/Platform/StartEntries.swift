import Events
import Ingest
import Messaging

/// The entries that a start appends, on their way to the engine: the doors open once it runs on their rules, so that no event is
/// judged by those before.
struct StartEntries: Sendable {
    /// Seconds until the engine has applied them: it has replayed already, so this is one commit and one turn.
    static let patience = 60

    private struct State {
        var left: Int
        var refusal: String?
    }

    private let entries: [JournalEntry]
    private let state: Monitor<State>

    init(_ entries: [JournalEntry]) {
        self.entries = entries
        state = Monitor(State(left: entries.count { EngineStage.changesNames($0) }))
    }

    func submit(to door: CommitQueue) throws(PlatformError) {
        for entry in entries {
            let isTaken = door.submit(entry) { [state] result in
                guard case .failed(let reason) = result else { return }
                state.change { $0.refusal = reason }
            }
            guard isTaken else { throw .start("the journal takes no entry") }
        }
    }

    /// The engine runs on one more rule set or registry.
    func noteApplied() { state.change { $0.left -= 1 } }

    /// Returns once the engine runs on all of them.
    func awaitApplied(_ threads: Threads) throws(PlatformError) {
        let deadline = ContinuousClock.now + .seconds(Self.patience)
        while ContinuousClock.now < deadline {
            if let failure = threads.failure { throw .start(failure) }
            let end = state.wait(for: .milliseconds(50)) { state -> State? in
                state.left <= 0 || state.refusal != nil ? state : nil
            }
            if let refusal = end?.refusal { throw .start("the journal refuses what this start appends: \(refusal)") }
            if end != nil { return }
        }
        throw .start("the rules were not applied within a minute")
    }
}
