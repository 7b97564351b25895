import Foundation

/// Milliseconds that no clock adjustment moves, for heartbeats and waiting.
enum MonotonicClock {
    static func milliseconds() -> Int64 { Int64(ProcessInfo.processInfo.systemUptime * 1000) }
}
