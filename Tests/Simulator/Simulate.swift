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
            let runs = try EveryCall(seed: seed, place: place, log: log(), stride: everyCall).run(say: say)
            return say("\(runs) runs: every promise kept, \(Int(Date().timeIntervalSince(begun))) s")
        }
        for seed in seed..<seed + runs {
            announce(seed)
            do {
                let fingerprint = try one(seed, place)
                if twice, try one(seed, place) != fingerprint { throw Failure("a second run went otherwise") }
                if runs == 1 { say("seed \(seed): fingerprint \(String(fingerprint, radix: 16))") }
            } catch {
                say("seed \(seed) FAILED: \(error)\nreplay: make simulate SEED=\(seed) RUNS=1")
                // Processes of the failed round still run.
                try? FileManager.default.removeItem(atPath: place)
                _exit(1)
            }
            let done = seed - self.seed + 1
            if done % 100 == 0 { say("\(done) seeds, \(Int(Date().timeIntervalSince(begun))) s") }
        }
        say("\(runs) seeds from \(seed): every promise kept, \(Int(Date().timeIntervalSince(begun))) s")
    }

    private func say(_ line: String) { try? FileHandle.standardOutput.write(contentsOf: Data((line + "\n").utf8)) }

    private func one(_ seed: UInt64, _ place: String) throws -> UInt64 {
        let round = try Round(seed: seed, place: place, log: log())
        sim_disk_ignore_sync(ignoreSync)
        try round.run()
        return sim_fingerprint()
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
        sim_watch("seed \(seed) FAILED: no end, or a trap; replay: make simulate SEED=\(seed) RUNS=1\n")
    }
}
