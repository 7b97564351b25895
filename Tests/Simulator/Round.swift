import CSimulation
import Foundation
import Logging
import Platform

/// One seed: a small city on one machine, what befalls it, and whether every promise was kept.
final class Round {
    /// What happens in one call of the disk.
    enum Strike {
        case error(Int32)
        case kill, powerLoss
    }

    /// In which a platform ends that a call of the disk has failed: stalls last ten seconds, a slow disk's syncs two; 12 s were seen.
    private static let excuse: Int64 = 30_000_000

    let seed: UInt64
    let plan: Plan
    let place: String
    let platform: SimulatedPlatform
    let streams: [StreamGateway]
    let requests: RequestGateway
    let consumers: [SimulatedConsumer]
    let flood: FloodGateway?
    let repeater: Repeater
    let person: SimulatedOperator
    let rules: RuleFolder
    private(set) var memory: MemoryBound
    var random: SeededRandom
    /// Until when the platform may end for a call of the disk that failed since it was started.
    var excusedUntil: Int64 = 0
    var isDiskFull = false
    /// The call of the disk that it happens in; nil once it has.
    var strike: (call: Int64, how: Strike)?

    /// Begins the machine; `run` ends it. Without a plan the seed makes one.
    init(seed: UInt64, place: String, plan given: Plan? = nil, log: Logger) throws {
        (self.seed, self.place) = (seed, place)
        random = SeededRandom(seed: seed)
        plan = given ?? Plan(&random)
        try? FileManager.default.removeItem(atPath: place)
        for folder in ["/disk", "/registry"] {
            try FileManager.default.createDirectory(atPath: place + folder, withIntermediateDirectories: true)
        }
        memory = MemoryBound(isFlooded: plan.isFlooded)
        rules = try RuleFolder(place + "/rules")
        sim_begin(seed, place + "/disk")
        var configuration = Configuration()
        configuration.data = place + "/disk/data"
        configuration.rules = rules.path
        configuration.registry = place + "/registry"
        configuration.metrics = RuleFolder.repository + "/catalogue/metrics.yml"
        configuration.clock = plan.clock
        configuration.snapshotEvery = .seconds(plan.snapshotSeconds)
        configuration.segmentBytes = plan.segmentBytes
        configuration.duplicateWindow = 2000
        platform = SimulatedPlatform(configuration, log: log)
        let plan = plan
        func tape(_ source: String, _ number: UInt64) -> Tape {
            Tape(source: source, total: plan.lines, plan: plan, seed: seed &* 31 &+ number)
        }
        streams = [
            StreamGateway(tape("/paced", 1), configuration.ingest, isPaced: true, batch: 5, window: 64),
            StreamGateway(
                tape("/spool", 2), configuration.ingest, isPaced: false, batch: Int.random(in: 1...10, using: &random),
                window: Int.random(in: 1...8, using: &random)),
        ]
        requests = RequestGateway(
            tape("/request", 3), configuration.ingest, mayBeForgotten: given != nil || plan.faults.contains(.diskError),
            refused: plan.refused, seed: seed &* 31 &+ 4)
        flood = plan.isFlooded ? FloodGateway(configuration.ingest) : nil
        repeater = Repeater(configuration.ingest, seed: seed &* 31 &+ 6)
        consumers = [[], ["alarm/level/red/", "alarm/level/orange/"], ["alarm/domain/gas/"]].map {
            SimulatedConsumer(topics: $0, feed: configuration.feed, history: configuration.history)
        }
        person = SimulatedOperator(configuration.control, consumers[0], seed: seed &* 31 &+ 5)
    }

    func run() throws {
        sim_net_set_latency(plan.latency.lowerBound, plan.latency.upperBound)
        switch strike?.how {
        case .error(let code): sim_disk_fail_after(strike?.call ?? 0, code)
        case .kill, .powerLoss: sim_disk_kill_after(strike?.call ?? 0)
        case nil: break
        }
        platform.start()
        for stream in streams { stream.start() }
        requests.start()
        for consumer in consumers { consumer.start() }
        person.start()
        if let flood {
            while !platform.isReady { Machine.sleep(seconds: 0.1) }
            platform.stallThread("engine", seconds: Plan.floodSeconds)
            flood.start()
        }
        try storm()
        try settle()
        try memory.check()
        try Checks(self).run()
        if random.chance(plan.faults.isEmpty ? 0 : 0.3) { try BitFlips(self).run() }
        sim_end()
    }

    /// Until the last fault.
    private func storm() throws {
        var next = random.seconds(0...plan.pause)
        var killedAfter = plan.killedAfter
        while Double(Machine.now) / 1e6 < plan.seconds {
            Machine.sleep(seconds: 0.1)
            try keepRunning()
            try memory.check()
            if let seconds = killedAfter, Double(Machine.now) / 1e6 >= seconds {
                killedAfter = nil
                platform.kill()
                platform.start()
            }
            guard Double(Machine.now) / 1e6 >= next, !plan.faults.isEmpty else { continue }
            next = Double(Machine.now) / 1e6 + random.seconds(0...plan.pause)
            try apply(random.pick(plan.faults))
        }
    }

    /// What died by what befell it is started again; what died by itself is a failure.
    func keepRunning() throws {
        if sim_disk_take_failure() { excusedUntil = Machine.now + Self.excuse }
        if !platform.isRunning {
            let isKilled = takeStrike()
            if let failure = platform.failure {
                guard isKilled || isExcused(failure) else { throw Failure("the platform ended by itself: \(failure)") }
            } else if !platform.isStopping, !isKilled {
                throw Failure("the platform ended by itself and gave no reason")
            }
            try restart(after: random.pick([0, 0.5, 5, 40]))
        }
        for stream in streams where stream.failure == nil { stream.keepRunning() }
        for consumer in consumers { consumer.keepRunning() }
        try noFailure()
    }

    /// Whether it may have ended so: a call of the disk has failed not long ago, and it names the file.
    private func isExcused(_ failure: String) -> Bool {
        // The folder above is synced where the data directory is made.
        let disk = URL(fileURLWithPath: platform.configuration.data).deletingLastPathComponent().path
        return Machine.now < excusedUntil && failure.contains(disk)
    }

    /// The platform has died; of the strike, if it has not come before. True where that killed it.
    private func takeStrike() -> Bool {
        switch strike.take()?.how {
        case .kill: break
        case .powerLoss: sim_disk_lose_power()
        case .error, nil: return false
        }
        return true
    }

    /// Killed in a call of the disk, which nobody has noticed yet.
    private var isStruckDead: Bool {
        switch strike?.how {
        case .kill, .powerLoss: !sim_disk_is_armed()
        case .error, nil: false
        }
    }

    func noFailure() throws {
        let failures =
            streams.compactMap(\.failure) + consumers.compactMap(\.failure)
            + [requests.failure, flood?.failure, repeater.failure, person.failure].compactMap { $0 }
        if let first = failures.first { throw Failure(first) }
    }

    func restart(after seconds: Double) throws {
        precondition(!platform.isRunning)
        if random.chance(0.3) {
            sim_disk_set_full(false)
            isDiskFull = false
        }
        Machine.sleep(seconds: seconds)
        sim_disk_kill_after(0)
        sim_disk_fail_after(0, 0)
        _ = sim_disk_take_failure()
        excusedUntil = 0
        platform.start()
    }

    /// No more faults: everything that was taken in arrives everywhere.
    private func settle() throws {
        sim_disk_set_full(false)
        sim_disk_set_slow(0)
        // An error that is still to come would fall into the last start, whose time is for the consumers to catch up.
        if strike == nil {
            sim_disk_kill_after(0)
            sim_disk_fail_after(0, 0)
        }
        sim_net_set_publish_loss(0)
        try rules.write(variant: 0)
        isDiskFull = false
        let deadline = Machine.now + 600_000_000
        while !(requests.isDone && streams.allSatisfy(\.isDone) && flood?.isDone != false) {
            Machine.sleep(seconds: 1)
            try keepRunning()
            guard Machine.now < deadline else {
                throw Failure(
                    "not everything was acknowledged in ten minutes: requests \(requests.isDone), "
                        + "streams \(streams.map(\.isDone)), platform ready \(platform.isReady)")
            }
        }
        // The journal waited for the engine: nothing else keeps a message of the credit so long.
        if flood?.busy == 0 { throw Failure("the flood has reached no bound") }
        person.stop()
        try stopCleanly()
        let head = try Checks.head(platform.configuration.data)
        platform.start()
        // Whoever was killed last has as much time as the others.
        try keepRunning()
        Machine.sleep(seconds: 40)
        try keepRunning()
        if random.chance(plan.faults.isEmpty ? 0 : 0.1) { try rest() }
        try stopCleanly()
        for consumer in consumers { consumer.stop() }
        try noFailure()
        for consumer in consumers { try Checks.caughtUp(consumer, platform.configuration.data, with: head) }
    }

    /// Ten minutes without an event: what grows now grows for ever.
    private func rest() throws {
        let before = memory.held
        for _ in 0..<10 {
            Machine.sleep(seconds: 60)
            try keepRunning()
            try memory.check()
        }
        try memory.checkRest(since: before)
    }

    func stopCleanly() throws {
        // A fault just before may still end it otherwise.
        for _ in 0..<3 {
            for _ in 0..<600 where !platform.isReady {
                Machine.sleep(seconds: 0.1)
                try keepRunning()
            }
            guard platform.isReady else { throw Failure("the platform is not ready after a minute") }
            guard platform.stop() else { throw Failure("the platform does not stop") }
            if platform.failure == nil, !isStruckDead { return }
            try keepRunning()
        }
        throw Failure("the platform does not stop without an error: \(platform.failure ?? "")")
    }
}
