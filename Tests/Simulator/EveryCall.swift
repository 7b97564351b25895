import CSimulation
import Foundation
import Journal
import Logging

/// The N-th fault: the same small run again and again, and each time another call of the disk fails or is the last one.
struct EveryCall {
    let seed: UInt64
    let place: String
    let ignoreSync: String?
    let log: Logger
    /// Every so manieth call.
    let stride: Int64
    /// Only one of them: `kill:17`.
    let only: String?

    static let ways: [(name: String, how: Round.Strike)] = [
        ("eio", .error(EIO)), ("enospc", .error(ENOSPC)), ("kill", .kill), ("power", .powerLoss),
    ]

    /// Returns how many runs were struck; `say` hears of progress, `replay` gives the command for options.
    func run(say: (String) -> Void, replay: (String) -> String) throws -> Int {
        let calls = try strike(nil)
        let first = seed % UInt64(stride) == 0 ? stride : Int64(seed % UInt64(stride))
        var runs = 0
        for (name, how) in Self.ways {
            var chosen = Array(Swift.stride(from: first, through: calls, by: Int(stride)))
            if let only { chosen = chosen.filter { "\(name):\($0)" == only } }
            var struck = 0
            for call in chosen {
                let replay = replay("--every-call \(stride) --only \(name):\(call)")
                sim_watch(
                    "seed \(seed) FAILED: no end, or a trap, with \(name) in call \(call) of the disk; \(replay)\n")
                do {
                    _ = try strike((call, how))
                } catch {
                    throw Failure("\(name) in call \(call) of the disk: \(error)\n\(replay)")
                }
                // Not all calls can be the last one: after the last that can, runs are undisturbed.
                guard !sim_disk_is_armed() else { break }
                struck += 1
            }
            runs += struck
            say("\(name): \(struck) of \(calls) calls struck")
        }
        guard runs > 0 else { throw Failure("no call was struck; --only names one as kill:17 does") }
        return runs
    }

    private func strike(_ strike: (call: Int64, how: Round.Strike)?) throws -> Int64 {
        let round = try Round(seed: seed, place: place, plan: .calm, log: log)
        sim_disk_ignore_sync(ignoreSync)
        round.strike = strike
        try round.run()
        if strike == nil { try requireAll(round.platform.configuration.data) }
        return sim_disk_calls()
    }

    /// Whether the small run has what it is there for.
    private func requireAll(_ data: String) throws {
        let segments = try FileManager.default.contentsOfDirectory(atPath: data + "/journal")
            .filter { $0.hasSuffix(".sqlite") }
        guard segments.count > 1 else { throw Failure("the small run fills no segment") }
        guard try !DeadLetters.newest(1, data: data).isEmpty else { throw Failure("the small run has no dead letter") }
    }
}
