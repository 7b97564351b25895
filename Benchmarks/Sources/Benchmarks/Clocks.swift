import Foundation

/// The clocks that measures are taken with; seconds.
enum Clocks {
    static func wall() -> Double { read(CLOCK_MONOTONIC) }

    /// What this thread has computed: holds on a machine that others use too.
    static func thread() -> Double { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
