import Engine
import Events
import Ingest
import Messaging

/// The way of an operator's request: through the journal to the engine, and what it decided back to who asks.
final class RequestDesk: Sendable {
    /// How long a caller waits for the decision; the request is durable long before.
    private let patience: Duration

    private struct Shared {
        /// Keys that somebody waits for.
        var waiting: Set<String> = []
        var decided: [String: RequestOutcome] = [:]
        var failures: [String: String] = [:]
        /// Nothing will be decided any more.
        var isClosed = false
    }

    private let door: CommitQueue
    private let shared = Monitor(Shared())

    init(door: CommitQueue, patience: Duration = .seconds(30)) {
        self.door = door
        self.patience = patience
    }

    /// The store holds what the engine made of these; from the engine's thread.
    func note(_ outcomes: [RequestOutcome]) {
        guard !outcomes.isEmpty else { return }
        shared.change { shared in
            for outcome in outcomes {
                guard let key = outcome.request?.key, shared.waiting.contains(key) else { continue }
                shared.decided[key] = outcome
            }
        }
    }

    /// A part of the platform has failed: who waits, and who comes yet, hears so at once.
    func close() { shared.change { $0.isClosed = true } }

    /// Journals the request and waits for the decision. A repeat of a key hears the first decision again.
    func ask(_ request: OperatorRequest) throws(PlatformError) -> RequestOutcome {
        let key = request.key
        shared.change { _ = $0.waiting.insert(key) }
        defer {
            shared.change { shared in
                shared.waiting.remove(key)
                shared.decided[key] = nil
                shared.failures[key] = nil
            }
        }
        let isTaken = door.submit(.request(request.encoded)) { [shared] result in
            if case .failed(let reason) = result { shared.change { $0.failures[key] = reason } }
        }
        guard isTaken else { throw .stopped("the platform is busy or stopping: try again") }
        let end = shared.wait(for: patience) { shared -> Result<RequestOutcome, PlatformError>? in
            if let outcome = shared.decided[key] { return .success(outcome) }
            if shared.isClosed { return .failure(.stopped("the platform is stopping: repeat with --key \(key)")) }
            return shared.failures[key].map { .failure(.stopped("the journal did not take it: \($0)")) }
        }
        guard let end else {
            throw .stopped(
                "not decided within \(patience.components.seconds) s: the engine is behind; repeat with --key \(key)")
        }
        return try end.get()
    }
}
