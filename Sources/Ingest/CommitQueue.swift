import Events
import Messaging
import Synchronization

/// The one ordered door to the journal: batches of the ingest thread and entries of any other thread, taken by one writer.
///
/// Group commit with zero linger: a batch is handed over as soon as the writer is idle, and grows while it is busy.
public final class CommitQueue: Sendable {
    public struct Ticket: Hashable, Comparable, Sendable {
        let number: UInt64
        public static func < (a: Self, b: Self) -> Bool { a.number < b.number }
    }

    /// One entry to be made durable, in the order of tickets.
    public struct Request: Sendable {
        public var ticket: Ticket
        /// Empty for the platform's own entries.
        public var department: String
        public var entry: JournalEntry
    }

    public enum Result: Equatable, Sendable {
        /// Durable: the position of its first event, and its stamp.
        case durable(position: Int64, received: Timestamp)
        /// Not kept; what the sender is told to retry.
        case failed(reason: String)
    }

    public typealias Completion = @Sendable (Result) -> Void

    private struct State {
        var next: UInt64 = 1
        var queued: [Request] = []
        /// Tickets handed to the writer and not answered.
        var taken: Set<Ticket> = []
        var completions: [Ticket: Completion] = [:]
        var finished: [(Ticket, Result)] = []
        var closed = false
        /// Why batches are refused until the ingest thread has seen a failure: it may be filling one that repeats what was lost.
        var failure: String?
        var wake: @Sendable () -> Void = {}

        mutating func push(_ entry: JournalEntry, _ department: String) -> Ticket {
            let ticket = Ticket(number: next)
            next += 1
            queued.append(Request(ticket: ticket, department: department, entry: entry))
            return ticket
        }

        /// Files results for the ingest thread; hands back the completions that are due.
        mutating func finish(_ tickets: [Ticket], _ result: Result) -> [Completion] {
            var due: [Completion] = []
            for ticket in tickets {
                precondition(taken.remove(ticket) != nil, "a request is answered once, after it was taken")
                if let completion = completions.removeValue(forKey: ticket) {
                    due.append(completion)
                } else {
                    finished.append((ticket, result))
                }
            }
            return due
        }
    }

    private let state = Monitor(State())
    private let refusing = Atomic(false)

    public init() {}

    // Any thread.

    /// Queues an entry of the platform or an operator; `completion` runs on the writer's thread. False when the queue is full or closed:
    /// then nothing was kept and `completion` does not run.
    public func submit(
        _ entry: JournalEntry, department: String = "", completion: @escaping Completion = { _ in }
    ) -> Bool {
        state.change { state in
            guard !state.closed, state.queued.count < Limits.queuedEntries else { return false }
            state.completions[state.push(entry, department)] = completion
            return true
        }
    }

    /// No more entries; the writer takes what is queued and then gets nil.
    public func close() { state.change { $0.closed = true } }

    // The writer.

    /// What is queued, in order, at most so many; empty after `timeout` without any; nil once closed and empty. Each request must be
    /// answered by `complete` or `fail`; a writer that commits them together answers them all alike.
    public func take(atMost count: Int = .max, timeout: TimeSpan) -> [Request]? {
        let requests = state.wait(for: .microseconds(timeout.microseconds)) { state -> [Request]? in
            guard !state.queued.isEmpty || state.closed else { return nil }
            let requests = Array(state.queued.prefix(count))
            state.queued.removeFirst(requests.count)
            for request in requests { state.taken.insert(request.ticket) }
            return requests
        }
        guard let requests else { return [] }
        return requests.isEmpty ? nil : requests
    }

    /// The entry is durable from `position` on.
    public func complete(_ ticket: Ticket, position: Int64, received: Timestamp) {
        let result = Result.durable(position: position, received: received)
        let (due, wake) = state.change { ($0.finish([ticket], result), $0.wake) }
        for completion in due { completion(result) }
        wake()
    }

    /// The entry is not durable and will not be. Batches that wait behind it fail with it: they may hold what its sender repeated.
    /// Whoever sees that batches are refused sees the results too: one step.
    public func fail(_ ticket: Ticket, reason: String) {
        let result = Result.failed(reason: reason)
        let (due, wake) = state.change { state in
            let behind = state.queued.filter { if case .events = $0.entry { true } else { false } }.map(\.ticket)
            state.queued.removeAll { behind.contains($0.ticket) }
            for ticket in behind { state.taken.insert(ticket) }
            state.failure = reason
            return (state.finish([ticket] + behind, result), state.wake)
        }
        for completion in due { completion(result) }
        wake()
    }

    /// Whether restricted fields cannot be encrypted now. Messages that have some are then refused before they share a batch with others.
    public var refusesRestricted: Bool {
        get { refusing.load(ordering: .relaxed) }
        set { refusing.store(newValue, ordering: .relaxed) }
    }

    // The ingest thread.

    /// What to call, from the writer's thread, when results wait.
    func onFinish(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wake = wake } }

    /// Whether a batch of this size should be handed over now: the writer is idle, or nothing waits and it is worth a row.
    func wantsBatch(of events: Int) -> Bool {
        state.withLock { state in
            !state.closed && state.failure == nil && state.queued.isEmpty
                && (state.taken.isEmpty || events >= Limits.rowEvents / 8)
        }
    }

    /// Whether nothing more is taken in.
    var isClosed: Bool { state.withLock { $0.closed } }

    func submit(_ batch: consuming EventBatch, department: String) -> Ticket {
        let batch = batch
        return state.change { state in
            if let failure = state.failure {
                let ticket = Ticket(number: state.next)
                state.next += 1
                state.finished.append((ticket, .failed(reason: failure)))
                return ticket
            }
            return state.push(.events(batch), department)
        }
    }

    func takeFinished() -> [(Ticket, Result)] {
        state.withLock { state in
            let results = state.finished
            state.finished.removeAll(keepingCapacity: true)
            state.failure = nil
            return results
        }
    }
}
