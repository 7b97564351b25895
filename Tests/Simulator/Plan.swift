import Engine
import Events

/// What a seed chooses before anything happens: load, bounds and which faults there are at all.
struct Plan {
    enum Fault: String, CaseIterable {
        case kill, powerLoss, killInDisk, powerLossInDisk, diskError, diskFull, slowDisk, cut, stall, repeats,
            publishLoss, stallThread, killConsumer, killGateway, stop, rules, clock
    }

    var clock = Timing.Clock.wall
    var subjects = 3
    var lines = 60
    /// Seconds between two readings of a gateway, at most.
    var longestPause = 1.0
    var late = 0.0
    var future = 0.0
    /// Between two requests, how often a line comes that is refused.
    var refused = 0.0
    var snapshotSeconds: Int64 = 5
    var segmentBytes: Int64 = 1 << 20
    /// Virtual seconds during which faults come.
    var seconds = 60.0
    /// Seconds between two faults, at most.
    var pause = 10.0
    var faults: [Fault] = []
    var latency: ClosedRange<Int64> = 50...2000
    /// The platform is killed and started again after so many seconds, whatever else befalls it; nil: it is not.
    var killedAfter: Double?

    /// A gateway sends more than can be taken while the engine stands still, and nothing else happens.
    var isFlooded = false

    /// A short day without faults, which has of everything that uses the disk: segments that are full, snapshots, dead letters, a
    /// start that reads a log and replays, and one after a clean stop.
    static let calm = Plan()

    /// How long the engine stands still: the ticks of that time alone fill its queue.
    static let floodSeconds = 100.0

    private init() {
        (subjects, lines, longestPause, snapshotSeconds, seconds) = (2, 8, 0.3, 1, 3)
        (segmentBytes, refused, killedAfter) = (32 << 10, 0.5, 1.7)
    }

    init(_ random: inout SeededRandom) {
        clock = random.chance(0.8) ? .wall : .events
        subjects = Int.random(in: 1...5, using: &random)
        lines = random.pick([10, 30, 60])
        longestPause = random.pick([0.1, 0.5, 1, 3])
        late = random.pick([0, 0.02, 0.2])
        future = random.pick([0, 0.02, 0.1])
        refused = random.pick([0, 0.2])
        snapshotSeconds = random.pick([1, 3, 10, 60])
        segmentBytes = random.pick([48 << 10, 256 << 10, 1 << 20])
        seconds = random.pick([10, 30, 60])
        pause = random.pick([1, 3, 10])
        let share = random.pick([0.1, 0.3, 0.6])
        faults = Fault.allCases.filter { _ in random.chance(share) }
        latency = random.pick([50...2000, 50...50_000, 1000...400_000])
        isFlooded = random.chance(0.03)
        if isFlooded { (seconds, faults) = (Self.floodSeconds + 10, []) }
    }
}
