import Foundation
import Messaging
import Platform
import Synchronization

/// A platform as an operator runs it: its own process, a configuration file, ports that were free.
///
/// Starting again goes on with the same data and ports, as departments and consumers know them. Used by one thread at a time.
final class RunningPlatform: @unchecked Sendable {
    // @unchecked: a test hands it from thread to thread, never shares it.
    struct Settings {
        var clock = "events"
        var rules = Repository.root + "/rules"
        var registry = Repository.root + "/registry"
        var metrics = Repository.root + "/catalogue/metrics.yml"
        var data: String?
        var ingest = "tcp://127.0.0.1:\(RunningPlatform.freePort())"
        var feed = "tcp://127.0.0.1:\(RunningPlatform.freePort())"
        var history = "tcp://127.0.0.1:\(RunningPlatform.freePort())"
        var snapshotEvery = "5m"
        /// Further lines of the file.
        var more = ""
        /// Further arguments of `fenghuo run`.
        var arguments: [String] = []
        /// Descriptors that the process may open; nil: as many as the tests.
        var descriptors: Int?
        /// `NAME=value`, besides those of the tests.
        var environment: [String] = []
    }

    /// Counts from anywhere, so that no two platforms of a run are given the same one.
    private static let nextPort = Atomic(Int.random(in: 0..<22_768))

    /// A port that was free a moment ago, below those that the system gives to sockets that connect: where nobody listens, a peer that
    /// connects to one of theirs again and again gets it as its own one day, is connected to itself, and the platform cannot have it back.
    static func freePort() -> Int {
        let context = Context()
        while true {
            let port = 10_000 + nextPort.wrappingAdd(1, ordering: .relaxed).newValue % 22_768
            // What is in use is not taken.
            if let socket = try? Socket(context.handle, .rep), (try? socket.bind("tcp://127.0.0.1:\(port)")) != nil {
                return port
            }
        }
    }

    struct NotReady: Error, CustomStringConvertible {
        var code: Int32?
        var errors: String
        var description: String { "exit code \(code.map(String.init) ?? "none, it still runs"): \(errors)" }
    }

    let scratch: Scratch
    var settings: Settings
    let data: String
    private(set) var ingest = ""
    private(set) var feed = ""
    private(set) var history = ""
    private(set) var control = ""
    private var child: ChildProcess?

    /// Writes the settings and starts.
    convenience init(in scratch: Scratch, _ change: (inout Settings) -> Void = { _ in }) throws {
        var settings = Settings()
        change(&settings)
        self.init(in: scratch, settings)
        try start()
    }

    init(in scratch: Scratch, _ settings: Settings) {
        self.scratch = scratch
        self.settings = settings
        data = settings.data ?? scratch.path + "/data"
    }

    deinit { kill() }

    /// What the running process has logged since it was started.
    var log: String { child?.errors ?? "" }

    func launch() throws {
        let file = try scratch.write(
            "fenghuo-\(UUID().uuidString).yml",
            """
            data: \(data)
            rules: \(settings.rules)
            registry: \(settings.registry)
            metrics: \(settings.metrics)
            clock: \(settings.clock)
            ingest: \(settings.ingest)
            feed: \(settings.feed)
            history: \(settings.history)
            control: tcp://127.0.0.1:*
            snapshot_every: \(settings.snapshotEvery)
            \(settings.more)
            """)
        let command = [Repository.executable, "run", "--config", file] + settings.arguments
        if let limit = settings.descriptors {
            let line = "ulimit -n \(limit) && exec \(command.joined(separator: " "))"
            child = try ChildProcess("/bin/sh", ["-c", line], in: scratch)
        } else {
            child = try ChildProcess("/usr/bin/env", settings.environment + command, in: scratch)
        }
    }

    /// Launches and waits for the line that says that every socket is open.
    func start(seconds: Double = 60) throws {
        try launch()
        guard let child else { return }
        let isReady = eventually(seconds: seconds) { child.output.hasSuffix("\n") || !child.isRunning }
        let words = child.output.dropLast().split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard isReady, words.count == 10, words[0] == "fenghuo", words[1] == "ready:" else {
            throw NotReady(code: child.wait(seconds: 0.1), errors: child.errors)
        }
        (ingest, feed, history, control) = (words[3], words[5], words[7], words[9])
        (settings.ingest, settings.feed, settings.history) = (ingest, feed, history)
    }

    /// SIGKILL: no warning, no clean-up.
    func kill() {
        guard let child, child.isRunning else { return }
        child.signal(SIGKILL)
        _ = child.wait()
    }

    func signal(_ number: Int32) { child?.signal(number) }

    /// SIGTERM, as a service manager sends it; gives the exit code.
    func stop() -> Int32? {
        child?.signal(SIGTERM)
        return child?.wait()
    }

    /// The exit code of a process that ends by itself.
    func waitForEnd(seconds: Double = 60) -> Int32? { child?.wait(seconds: seconds) }

    /// Of the running process; 0 where none runs.
    var pid: Int32 { child?.pid ?? 0 }

    /// Resident memory of the running process.
    var residentKilobytes: Int {
        let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
        return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
    }

    var isRunning: Bool { child?.isRunning ?? false }

    /// What `fenghuo status` reads.
    func status() throws -> Status {
        let printed = try fenghuo("status", "--control", control, "--format", "json", in: scratch)
        return try JSONDecoder().decode(Status.self, from: Data(printed.output.utf8))
    }

    /// Waits until the engine has applied and the store holds everything that is journaled by now.
    func settle() throws -> Bool {
        let end = try status().journalNext
        return try eventually {
            let status = try status()
            return status.countersNext >= end && status.storeApplied + 1 >= end
        }
    }
}
