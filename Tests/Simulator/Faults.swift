import CSimulation
import Foundation

/// What befalls the city.
extension Round {
    func apply(_ fault: Plan.Fault) throws {
        sim_note("fault: \(fault.rawValue)")
        switch fault {
        case .kill:
            platform.kill()
            try restart(after: random.seconds(0...3))
        case .powerLoss:
            try losePower()
        case .killInDisk:
            try dieInDisk { try restart(after: random.seconds(0...3)) }
        case .powerLossInDisk:
            try dieInDisk { try losePower() }
        case .diskError:
            sim_disk_fail_after(Int64.random(in: 1...300, using: &random), random.pick([EIO, ENOSPC]))
        case .diskFull:
            isDiskFull.toggle()
            sim_disk_set_full(isDiskFull)
        case .slowDisk: sim_disk_set_slow(random.pick([0, 20_000, 2_000_000]))
        case .cut: sim_net_cut(random.pick([300, 1000]))
        case .stall: sim_net_stall(Int64(random.seconds(0...8) * 1e6))
        case .repeats: repeater.repeatSome(Int.random(in: 1...20, using: &random))
        case .publishLoss: sim_net_set_publish_loss(random.pick([0, 100, 500]))
        case .stallThread:
            let seconds = random.seconds(0...10)
            platform.stallThread(seconds: seconds)
            // It may be a thread that the end waits for.
            if Machine.now < excusedUntil { excusedUntil += Int64(seconds * 1e6) }
        case .killConsumer: random.pick(consumers).kill()
        case .killGateway: streams.first { !$0.isPaced }?.kill()
        case .stop:
            guard platform.isReady, platform.isRunning else { return }
            guard platform.stop() else { throw Failure("the platform does not stop") }
        case .rules: try rules.write(variant: Int.random(in: 0...3, using: &random))
        case .clock: sim_shift_wall(Int64(random.pick([-600, -90, -20, 20, 90, 600])) * 1_000_000)
        }
    }

    private func losePower() throws {
        platform.kill()
        sim_disk_lose_power()
        try restart(after: random.seconds(0...3))
    }

    /// Dies in one of the next calls of the disk, if that many come.
    private func dieInDisk(_ goOn: () throws -> Void) throws {
        sim_disk_kill_after(Int64.random(in: 1...300, using: &random))
        for _ in 0..<100 where platform.isRunning { Machine.sleep(seconds: 0.05) }
        platform.kill()
        try goOn()
    }
}
