import Delivery
import Messaging
import Synchronization
import TestSupport

/// A consumer on a thread of its own, and what it took.
final class Listener {
    private final class Shared: Sendable {
        let consumer: Mutex<FeedConsumer>
        let seqs = Mutex<[Int64]>([])
        let isAskedToStop = Atomic(false)
        let isHeld: Atomic<Bool>

        init(_ consumer: FeedConsumer, held: Bool) {
            self.consumer = Mutex(consumer)
            isHeld = Atomic(held)
        }

        func run() throws {
            try consumer.withLock { consumer in
                try consumer.run(until: { self.isAskedToStop.load(ordering: .acquiring) }) { notice in
                    self.seqs.withLock { $0.append(notice.seq) }
                    _ = eventually { !self.isHeld.load(ordering: .acquiring) }
                }
            }
        }
    }

    private struct Running: ~Copyable {
        let thread: DedicatedThread
        consuming func join() throws { try thread.join() }
    }

    private let shared: Shared
    private var running: Running?

    /// `held`: waits inside the first notice until `release`.
    init(_ consumer: FeedConsumer, held: Bool = false) throws {
        let shared = Shared(consumer, held: held)
        self.shared = shared
        running = Running(thread: try DedicatedThread("consumer") { try shared.run() })
    }

    deinit {
        // A test that failed: the context must not wait for its sockets.
        do { try stop() } catch {}
    }

    var seqs: [Int64] { shared.seqs.withLock { $0 } }

    func release() { shared.isHeld.store(false, ordering: .releasing) }

    /// The consumer as its run left it.
    @discardableResult
    func stop() throws -> FeedConsumer {
        shared.isAskedToStop.store(true, ordering: .releasing)
        release()
        if let running = running.take() { try running.join() }
        return shared.consumer.withLock { $0 }
    }
}
