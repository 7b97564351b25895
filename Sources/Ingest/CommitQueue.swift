import Events
import Glibc

/// The one ordered door to the journal: batches of the ingest thread and entries of any other thread, taken by one writer.
///
/// Group commit with zero linger: a batch is handed over as soon as the writer is idle, and grows while it is busy.
/// Owned jointly by its users; every field is guarded by `lock`.
public final class CommitQueue: @unchecked Sendable {
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

    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let ready: UnsafeMutablePointer<pthread_cond_t>
    private var next: UInt64 = 1
    private var queued: [Request] = []
    /// Tickets handed to the writer and not answered.
    private var taken: Set<Ticket> = []
    private var completions: [Ticket: @Sendable (Result) -> Void] = [:]
    private var finished: [(Ticket, Result)] = []
    private var spares: [EventBatch] = []
    private var closed = false
    /// Why batches are refused until the ingest thread has seen a failure: it may be filling one that repeats what was lost.
    private var failure: String?
    private var wake: @Sendable () -> Void = {}

    public init() {
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        ready = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(ready, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(ready)
        ready.deallocate()
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    private func locked<T>(_ body: () -> T) -> T {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body()
    }

    // Any thread.

    /// Queues an entry of the platform or an operator; `completion` runs on the writer's thread. False when the queue is full or closed:
    /// then nothing was kept and `completion` does not run.
    public func submit(
        _ entry: JournalEntry, department: String = "", completion: @escaping @Sendable (Result) -> Void = { _ in }
    ) -> Bool {
        locked {
            guard !closed, queued.count < Limits.queuedEntries else { return false }
            completions[push(entry, department)] = completion
            return true
        }
    }

    /// No more entries; the writer takes what is queued and then gets nil.
    public func close() {
        locked {
            closed = true
            pthread_cond_broadcast(ready)
        }
    }

    private func push(_ entry: JournalEntry, _ department: String) -> Ticket {
        let ticket = Ticket(number: next)
        next += 1
        queued.append(Request(ticket: ticket, department: department, entry: entry))
        pthread_cond_signal(ready)
        return ticket
    }

    // The writer.

    /// Everything queued, in order; empty after `timeout` without any; nil once closed and empty. Each request must be answered by
    /// `complete` or `fail`; a writer that commits them together answers them all alike.
    public func take(timeout: TimeSpan) -> [Request]? {
        var until = timespec()
        clock_gettime(CLOCK_MONOTONIC, &until)
        let nanoseconds = Int64(until.tv_nsec) + timeout.microseconds % 1_000_000 * 1000
        until.tv_sec += Int(timeout.microseconds / 1_000_000 + nanoseconds / 1_000_000_000)
        until.tv_nsec = Int(nanoseconds % 1_000_000_000)
        return locked {
            while queued.isEmpty, !closed {
                if pthread_cond_timedwait(ready, lock, &until) == ETIMEDOUT { break }
            }
            if queued.isEmpty { return closed ? nil : [] }
            let requests = queued
            queued.removeAll(keepingCapacity: true)
            for request in requests { taken.insert(request.ticket) }
            return requests
        }
    }

    /// The entry is durable from `position` on.
    public func complete(_ ticket: Ticket, position: Int64, received: Timestamp) {
        finish([ticket], .durable(position: position, received: received))
    }

    /// The entry is not durable and will not be. Batches that wait behind it fail with it: they may hold what its sender repeated.
    public func fail(_ ticket: Ticket, reason: String) {
        let behind = locked { () -> [Ticket] in
            let failing = queued.filter { if case .events = $0.entry { true } else { false } }.map(\.ticket)
            queued.removeAll { failing.contains($0.ticket) }
            for ticket in failing { taken.insert(ticket) }
            failure = reason
            return failing
        }
        finish([ticket] + behind, .failed(reason: reason))
    }

    /// Gives a batch's buffers back when journal and engine are done with it.
    public func recycle(_ batch: consuming EventBatch) {
        var batch = batch
        batch.removeAll()
        locked { if spares.count < 2 { spares.append(batch) } }
    }

    private func finish(_ tickets: [Ticket], _ result: Result) {
        let (run, wake) = locked { () -> ([@Sendable (Result) -> Void], @Sendable () -> Void) in
            var run: [@Sendable (Result) -> Void] = []
            for ticket in tickets {
                precondition(taken.remove(ticket) != nil, "a request is answered once, after it was taken")
                if let completion = completions.removeValue(forKey: ticket) {
                    run.append(completion)
                } else {
                    finished.append((ticket, result))
                }
            }
            return (run, self.wake)
        }
        for completion in run { completion(result) }
        wake()
    }

    // The ingest thread.

    /// What to call, from the writer's thread, when results wait.
    func onFinish(_ wake: @escaping @Sendable () -> Void) { locked { self.wake = wake } }

    /// Whether a batch of this size should be handed over now: the writer is idle, or nothing waits and it is worth a row.
    func wantsBatch(of events: Int) -> Bool {
        locked { !closed && failure == nil && queued.isEmpty && (taken.isEmpty || events >= Limits.rowEvents / 8) }
    }

    func submit(_ batch: consuming EventBatch, department: String) -> Ticket {
        let batch = batch
        return locked {
            if let failure {
                let ticket = Ticket(number: next)
                next += 1
                finished.append((ticket, .failed(reason: failure)))
                return ticket
            }
            return push(.events(batch), department)
        }
    }

    func takeSpare() -> EventBatch { locked { spares.popLast() } ?? EventBatch() }

    func takeFinished() -> [(Ticket, Result)] {
        locked {
            let results = finished
            finished.removeAll(keepingCapacity: true)
            failure = nil
            return results
        }
    }
}
