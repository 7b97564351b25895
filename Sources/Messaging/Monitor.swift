import CZeroMQ

/// State that several threads share under one lock and wait on.
///
/// Waits count on the monotonic clock, which no operator sets: a step of the time of day neither ends nor stretches them.
public final class Monitor<State>: @unchecked Sendable {
    // @unchecked: `state` is read and written under `lock`.
    private let lock: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    public init(_ state: sending State) {
        self.state = state
        lock = .allocate(capacity: 1)
        pthread_mutex_init(lock, nil)
        changed = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(lock)
        lock.deallocate()
    }

    /// For looking, and for changes that nobody waits for.
    public func withLock<T>(_ body: (inout State) -> T) -> T {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        return body(&state)
    }

    /// The same, and whoever waits looks again.
    public func change<T>(_ body: (inout State) -> T) -> T {
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        pthread_cond_broadcast(changed)
        return body(&state)
    }

    /// Asks `body`, now and after each change, until it gives a value, which counts as a change itself; nil once the time
    /// has passed. Without a time it waits for as long as it takes.
    public func wait<T>(for time: Duration? = nil, until body: (inout State) -> T?) -> T? {
        let deadline = time.map { Self.now() + $0 }
        pthread_mutex_lock(lock)
        defer { pthread_mutex_unlock(lock) }
        while true {
            if let value = body(&state) {
                pthread_cond_broadcast(changed)
                return value
            }
            guard let deadline else {
                pthread_cond_wait(changed, lock)
                continue
            }
            guard Self.now() < deadline else { return nil }
            var until = timespec(
                tv_sec: Int(deadline.components.seconds),
                tv_nsec: Int(deadline.components.attoseconds / 1_000_000_000))
            pthread_cond_timedwait(changed, lock, &until)
        }
    }

    private static func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
