import Foundation

/// What the numbers depend on.
enum Machine {
    static var summary: String {
        let cpu = text("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") }
        let name = cpu?.split(separator: ":").last.map { $0.drop { $0 == " " } } ?? "unknown processor"
        let load = text("/proc/loadavg").split(separator: " ").first ?? "?"
        return "\(name), \(sysconf(Int32(_SC_NPROCESSORS_ONLN))) cores, load average \(load)"
    }

    /// The median of 4 kB written and synced: the floor of every acknowledgement.
    static func syncMicroseconds(in directory: String) -> Double {
        let path = directory + "/sync-probe"
        let file = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        precondition(file >= 0, "cannot write \(path)")
        defer {
            close(file)
            unlink(path)
        }
        let page = [UInt8](repeating: 7, count: 4096)
        var taken = Samples()
        for _ in 0..<101 {
            let started = Clocks.wall()
            precondition(write(file, page, page.count) == page.count && fdatasync(file) == 0, "cannot sync \(path)")
            taken.add((Clocks.wall() - started) * 1e6)
        }
        return taken.median
    }

    private static func text(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }
}
