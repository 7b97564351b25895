import ArgumentParser
import CSimulation
import Foundation
import Logging

/// `simulate`: runs seeds until one breaks a promise, and prints the command that runs it again.
@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the platform on a simulated machine, one seed after the other.",
        discussion: "Exit code 1 where a seed breaks a promise. See docs/testing.md.")

    @Option(help: "The first seed.") var seed: UInt64 = 1
    @Option(help: "How many seeds.") var runs: UInt64 = 100
    @Flag(help: "Run each seed twice: both runs must be the same to the last step.") var twice = false
    @Option(help: "Instead of seeds: let every so manieth call of the disk fail, and be the last.") var everyCall:
        Int64?
    @Option(help: "Of those, only one, as a failure names it: kill:17.") var only: String?
    @Option(help: "Lose what was synced to files whose path contains this: a fault that must be found.")
    var ignoreSync: String?
    @Flag(help: "Write what happens to standard error.") var trace = false
    @Option(help: "Where the simulated disks lie; in memory is fastest.") var place = "/dev/shm"

    func run() throws {
        try Self.makeHashingRepeatable()
        let place = "\(place)/fenghuo-simulate-\(getpid())"
        defer { try? FileManager.default.removeItem(atPath: place) }
        sim_trace(trace)
        let begun = Date()
        if let everyCall {
            let all = EveryCall(
                seed: seed, place: place, ignoreSync: ignoreSync, log: log(), stride: everyCall, only: only)
            do {
                let runs = try all.run(say: say, replay: { replay(seed, $0) })
                return say("\(runs) runs: every promise kept, \(Int(Date().timeIntervalSince(begun))) s")
            } catch {
                fail("seed \(seed) FAILED: \(error)", place)
            }
        }
        var most: (bytes: Int64, seed: UInt64) = (0, 0)
        for seed in seed..<seed + runs {
            announce(seed)
            do {
                let (fingerprint, bytes) = try one(seed, place)
                if twice, try one(seed, place).fingerprint != fingerprint {
                    throw Failure("a second run went otherwise")
                }
                if bytes > most.bytes { most = (bytes, seed) }
                if runs == 1 { say("seed \(seed): fingerprint \(String(fingerprint, radix: 16))") }
            } catch {
                fail("seed \(seed) FAILED: \(error)\n\(replay(seed))", place)
            }
            let done = seed - self.seed + 1
            if done % 100 == 0 { say("\(done) seeds, \(Int(Date().timeIntervalSince(begun))) s") }
        }
        say("\(runs) seeds from \(seed): every promise kept, \(Int(Date().timeIntervalSince(begun))) s")
        say("at most \(most.bytes >> 10) KiB in use, by seed \(most.seed)")
    }

    /// The command that runs a seed again, as it was run.
    private func replay(_ seed: UInt64, _ more: String? = nil) -> String {
        let options = [ignoreSync.map { "--ignore-sync \($0)" }, twice ? "--twice" : nil, more].compactMap { $0 }
        let last = options.isEmpty ? "" : " OPTIONS=\"\(options.joined(separator: " "))\""
        return "replay: make simulate SEED=\(seed) RUNS=1\(last)"
    }

    /// Ends without looking back: processes of the failed round still run.
    private func fail(_ message: String, _ place: String) -> Never {
        say(message)
        try? FileManager.default.removeItem(atPath: place)
        _exit(1)
    }

    private func say(_ line: String) { try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8)) }

    private func one(_ seed: UInt64, _ place: String) throws -> (fingerprint: UInt64, bytes: Int64) {
        let round = try Round(seed: seed, place: place, log: log())
        sim_disk_ignore_sync(ignoreSync)
        try round.run()
        return (sim_fingerprint(), round.memory.greatest)
    }

    private func log() -> Logger {
        var log = Logger(label: "simulate") { label in
            if trace { return StreamLogHandler.standardError(label: label) }
            return SwiftLogNoOpLogHandler()
        }
        log.logLevel = .debug
        return log
    }

    /// Dictionaries must be in the same order in every run of a seed.
    private static func makeHashingRepeatable() throws {
        guard getenv("SWIFT_DETERMINISTIC_HASHING") == nil else { return }
        setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
        var words = CommandLine.arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &words)
        throw Failure("cannot start again: \(String(cString: strerror(errno)))")
    }

    /// So that a trap in the product, or a seed without end, names its seed.
    private func announce(_ seed: UInt64) {
        sim_watch("seed \(seed) FAILED: no end, or a trap; \(replay(seed))\n")
    }
}
