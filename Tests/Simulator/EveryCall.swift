import CSimulation
import Foundation
import Logging

/// The N-th fault: the same small run again and again, and each time another call of the disk fails or is the last one.
struct EveryCall {
    let seed: UInt64
    let place: String
    let log: Logger
    /// Every so manieth call.
    let stride: Int64

    /// Returns how many runs were made; `say` hears of progress.
    func run(say: (String) -> Void) throws -> Int {
        let calls = try strike(nil)
        var runs = 1
        for how in [Round.Strike.error(EIO), .error(ENOSPC), .kill, .powerLoss] {
            for call in Swift.stride(
                from: seed % UInt64(stride) == 0 ? stride : Int64(seed % UInt64(stride)), through: calls,
                by: Int(stride))
            {
                sim_watch("call \(call), \(how): no end, or a trap\n")
                do {
                    _ = try strike((call, how))
                } catch {
                    throw Failure("\(how) in call \(call) of the disk: \(error)")
                }
                runs += 1
            }
            say("\(how): each of \(calls) calls, every \(stride)")
        }
        return runs
    }

    private func strike(_ strike: (call: Int64, how: Round.Strike)?) throws -> Int64 {
        let round = try Round(seed: seed, place: place, plan: .calm, log: log)
        round.strike = strike
        try round.run()
        return sim_disk_calls()
    }
}
