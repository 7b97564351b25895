import Events

/// The shipped day of the city (2026-07-01 +08:00) as NDJSON lines in the order in which gateways send them.
///
/// Sensors in all seven districts with daily curves, noise and faults; the incidents of `Incident.all` are written into
/// it. The same seed gives the same bytes. Event times of one source ascend, but for a gateway that was cut off and
/// sends what it kept, in order.
public struct CityDay {
    public static let defaultSeed: UInt64 = 20_260_701

    private let sensors: [Sensor]
    private let parts: [LineWriter.Parts]
    /// Sensor numbers by kind and by second of the interval.
    private let due: [(interval: Int, sensors: [[Int32]])]
    private let scripted: [(second: Int, sensor: Int32, value: Int)]
    /// Per sensor the seconds in which its script speaks for it.
    private let taken: [ClosedRange<Int>?]
    private let reports: [Report]
    private let behindOutage: [Bool]

    private var random: SplitMix64
    private var last: [Int]
    private var second = 0
    private var nextScripted = 0
    private var nextReport = 0
    private var reportNumbers = [0, 0, 0]
    /// Lines written and not yet handed out.
    private var lines: [UInt8] = []
    private var ends: [(end: Int, second: Int)] = []
    private var nextLine = 0
    private var kept: [UInt8] = []
    private var keptEnds: [(end: Int, second: Int)] = []

    /// `keepEvery` n makes a smaller city of each n-th sensor, with the same incidents.
    public init(seed: UInt64 = CityDay.defaultSeed, keepEvery: Int = 1) {
        let sensors = Population(seed: seed, keepEvery: keepEvery).sensors
        self.sensors = sensors
        parts = sensors.map(LineWriter.Parts.init)
        due = Self.schedule(sensors)
        reports = Report.day(seed: seed, keepEvery: keepEvery, sensors: sensors)
        behindOutage = sensors.map { $0.source == Script.outage.source }
        random = SplitMix64(seed: seed ^ 0x7265_6164_696E_6773)
        last = sensors.map(\.base)
        (scripted, taken) = Self.script(sensors)
    }

    public var subjectCount: Int { sensors.count }

    /// Appends the next line, newline included, and gives its event time; nil at the end of the day.
    public mutating func nextLine(into out: inout [UInt8]) -> Timestamp? {
        while nextLine == ends.count {
            guard second < 86_400 else { return nil }
            refill()
        }
        let start = nextLine == 0 ? 0 : ends[nextLine - 1].end
        let line = ends[nextLine]
        out += lines[start..<line.end]
        nextLine += 1
        return Timestamp(seconds: Int64(LineWriter.midnight + line.second))
    }

    private mutating func refill() {
        lines.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        nextLine = 0
        if second == Script.outage.until { sendKept() }
        for (interval, sensors) in due {
            for sensor in sensors[second % interval] { measure(Int(sensor)) }
        }
        while nextScripted < scripted.count, scripted[nextScripted].second == second {
            let step = scripted[nextScripted]
            write(Int(step.sensor), step.value)
            nextScripted += 1
        }
        while nextReport < reports.count, reports[nextReport].second == second {
            let report = reports[nextReport]
            reportNumbers[report.kind.rawValue] += 1
            LineWriter.report(report, number: reportNumbers[report.kind.rawValue], into: &lines)
            ends.append((lines.count, second))
            nextReport += 1
        }
        second += 1
    }

    /// An ordinary reading, unless a script or a fault says otherwise.
    private mutating func measure(_ index: Int) {
        if let taken = taken[index], taken.contains(second) { return }
        let sensor = sensors[index]
        var value = Curve.value(sensor, second, &random)
        let chance = random.below(1000)
        switch sensor.fault {
        case .none, .repeating: break
        case .stuck(let from): if second >= from { value = last[index] }
        case .sentinel: if chance < 50 { value = Fault.value(chance) }
        case .silent(let from, let until): if from <= second, second < until { return }
        }
        if Fault.sentinel(value) == nil { last[index] = value }
        write(index, value)
        if sensor.fault == .repeating { write(index, value) }
    }

    private mutating func write(_ index: Int, _ value: Int) {
        if behindOutage[index], second >= Script.outage.from, second < Script.outage.until {
            LineWriter.reading(parts[index], sensors[index], second: second, value: value, into: &kept)
            keptEnds.append((kept.count, second))
        } else {
            LineWriter.reading(parts[index], sensors[index], second: second, value: value, into: &lines)
            ends.append((lines.count, second))
        }
    }

    private mutating func sendKept() {
        lines += kept
        ends += keptEnds
        kept = []
        keptEnds = []
    }

    private static func schedule(_ sensors: [Sensor]) -> [(interval: Int, sensors: [[Int32]])] {
        SensorKind.allCases.map { kind in
            let interval = kind.traits.interval
            var phases = [[Int32]](repeating: [], count: interval)
            for (index, sensor) in sensors.enumerated() where sensor.kind == kind {
                phases[sensor.phase].append(Int32(index))
            }
            return (interval, phases)
        }
    }

    private static func script(
        _ sensors: [Sensor]
    ) -> (steps: [(second: Int, sensor: Int32, value: Int)], taken: [ClosedRange<Int>?]) {
        var steps: [(second: Int, sensor: Int32, value: Int)] = []
        var taken = [ClosedRange<Int>?](repeating: nil, count: sensors.count)
        for (index, sensor) in sensors.enumerated() {
            if sensor.kind == .gas, sensor.number == Script.silentWell.number {
                taken[index] = Script.silentWell.from...Script.silentWell.until - 1
            }
            for script in Script.all where script.kind == sensor.kind && script.number == sensor.number {
                precondition(taken[index] == nil, "one script a sensor")
                taken[index] = script.start...script.end - 1
                for (step, value) in script.values.enumerated() {
                    steps.append((script.start + step * script.every, Int32(index), value))
                }
            }
        }
        steps.sort { ($0.second, $0.sensor) < ($1.second, $1.sensor) }
        return (steps, taken)
    }
}
