import Events
import Foundation

/// Time since the machine started, its sleep included; no operator sets it.
enum BootClock {
    static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
