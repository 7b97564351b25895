import Foundation
import Messaging
import Platform

/// A platform in a process of its own, as its users have it, and what the system says of that process.
final class PlatformProcess {
    let directory: String
    let ingest: String
    /// Empty where this build has no feed.
    let feed: String
    /// From start of the process to open doors.
    let secondsToReady: Double
    private let control: String
    private let process = Process()
    private let input = Pipe()

    init(_ directory: String, snapshotSeconds: Int = 300) throws {
        self.directory = directory
        if !FileManager.default.fileExists(atPath: directory + "/rules") { try BenchRules.write(to: directory) }
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["platform", directory, "\(snapshotSeconds)"]
        process.standardInput = input
        process.standardOutput = output
        let started = Clocks.wall()
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        secondsToReady = Clocks.wall() - started
        let words = line.dropLast().split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 3 else { throw StreamSender.Failure(description: "the platform did not start") }
        (ingest, control, feed) = (words[0], words[1], words[2])
    }

    /// Ends it cleanly; returns the seconds that took.
    @discardableResult func stop() throws -> Double {
        let started = Clocks.wall()
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        return Clocks.wall() - started
    }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Waits until the alert store has applied a journal position.
    func awaitApplied(_ position: Int64) throws {
        let context = Context()
        var options = SocketOptions()
        options.receiveTimeout = 5000
        let socket = try Socket(context.handle, .req, options)
        try socket.connect(control)
        var frames = Frames()
        let deadline = Clocks.wall() + Bounds.patience
        while Clocks.wall() < deadline {
            guard socket.send("{\"op\":\"status\"}", wait: true) == .sent,
                frames.receive(from: socket, wait: true) == .message
            else { break }
            let status = try JSONDecoder().decode(Status.self, from: Data(frames.bytes(0)))
            if status.storeApplied >= position { return }
            usleep(2000)
        }
        throw StreamSender.Failure(description: "the platform did not apply position \(position)")
    }

    /// User and system time of all its threads.
    var computedSeconds: Double {
        let text = contents("stat")
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return .nan }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// What each of its threads has computed, by name; those of one name together.
    var threadSeconds: [String: Double] {
        let tasks = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/task")
        return (tasks ?? []).reduce(into: [:]) { seconds, task in
            let name = contents("task/\(task)/comm").dropLast()
            let nanoseconds = contents("task/\(task)/schedstat").split(separator: " ").first.flatMap { Double($0) }
            seconds[String(name), default: 0] += (nanoseconds ?? 0) / 1e9
        }
    }

    var residentBytes: Int { Self.residentBytes(contents("statm")) }

    /// The most that were resident.
    var peakBytes: Int {
        let line = contents("status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }

    /// Of this process.
    static var ownResidentBytes: Int {
        residentBytes((try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? "")
    }

    private static func residentBytes(_ statm: String) -> Int {
        let fields = statm.split(separator: " ")
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
    }

    private func contents(_ name: String) -> String {
        (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/\(name)", encoding: .utf8)) ?? ""
    }
}
