import Foundation
import Glibc

/// File descriptors of this process: each connected sender and subscriber takes one, each SQLite file three.
enum Descriptors {
    /// A platform without peers has some forty open; libzmq ends the process where it finds none at its start.
    private static let fewest: rlim_t = 64

    /// Lets the process open as many as the system allows it: the usual soft limit of 1,024 is a default for `select`.
    static func raiseLimit() throws(PlatformError) {
        var limit = limit()
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_max >= fewest else {
            throw .start("at most \(limit.rlim_max) files may be open: raise LimitNOFILE to \(fewest) at least")
        }
    }

    /// What is wrong once nine in ten are open: without one left no sender can connect and no journal segment can begin.
    static func complaint() -> String? {
        let most = Int(clamping: limit().rlim_cur)
        // Listing them takes one, too.
        guard let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count else {
            return "none of \(most) is left: raise LimitNOFILE, or find the peer that opens so many connections"
        }
        guard open >= most - most / 10 else { return nil }
        return "\(open) of \(most) are open: raise LimitNOFILE, or find the peer that opens so many connections"
    }

    private static func limit() -> rlimit {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return limit
    }
}
