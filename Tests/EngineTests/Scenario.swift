import CivilTime
import Engine
import Events

/// Feeds readings to a real engine, one journal record each, and writes down the decisions as lines.
struct Scenario {
    var engine: Engine
    var decisions: [Decision] = []
    var position: Int64 = 1
    /// Stamp of the next record in seconds; event time where nil.
    var clock: Double?
    var source = "s"

    init(
        _ rules: Rule..., registry: Registry = .empty, timing: Timing = Timing(clock: .events),
        zones: [ZoneTable] = [.shanghai]
    ) {
        engine = Engine(ruleSet: RuleSet(rules: rules, timing: timing, zones: zones), registry: registry)
    }

    static func seconds(_ value: Double) -> Timestamp { .init(microseconds: Int64((value * 1_000_000).rounded())) }

    mutating func apply(_ entry: JournalEntry, at seconds: Double) {
        let stamp = max(engine.received, Self.seconds(seconds))
        let record = JournalRecord(position: position, received: stamp, department: "d", entry: entry)
        engine.apply(record, into: &decisions)
        position += Int64(entry.positions)
    }

    mutating func read(
        _ seconds: Double, _ value: Double, subject: String = "x", metric: String = "m", type: String = "reading",
        area: String? = nil, place: (lon: Double, lat: Double)? = nil, received: Double? = nil
    ) {
        var batch = EventBatch()
        batch.add(
            time: Self.seconds(seconds), value: value, subject: subject, metric: metric, type: type, source: source,
            area: area, place: place)
        apply(.events(batch), at: received ?? clock ?? seconds)
    }

    /// One event with several readings, in this order.
    mutating func read(_ seconds: Double, _ readings: [(metric: String, value: Double)], subject: String = "x") {
        var batch = EventBatch()
        for reading in readings {
            batch.add(time: Self.seconds(seconds), value: reading.value, subject: subject, metric: reading.metric)
        }
        batch.joinReadings()
        apply(.events(batch), at: clock ?? seconds)
    }

    /// The episode acknowledged by 王敏, under a key of its own.
    mutating func acknowledge(_ seconds: Double, _ episode: DecisionID, key: String? = nil, by actor: String = "王敏") {
        let request = OperatorRequest(
            key: key ?? "key-\(position)", actor: actor, note: "已通知", act: .acknowledge(episode: episode))
        apply(.request(request.encoded), at: seconds)
    }

    mutating func tick(_ seconds: Double) { apply(.tick, at: seconds) }

    /// Through the snapshot's bytes and back.
    mutating func restart() throws { engine = try Engine(snapshot: engine.snapshot()) }

    mutating func reload(_ rules: Rule...) { reload(set: rules) }

    mutating func reload(set rules: [Rule]) {
        let set = RuleSet(rules: rules, timing: engine.ruleSet.timing, zones: engine.ruleSet.zones)
        apply(.ruleSet(set.encoded()), at: Double(engine.received.microseconds) / 1_000_000)
    }

    /// `300 raised red`, with the subject where it is not x and the reason where it is not `cleared`.
    var lines: [String] { decisions.map(line) }

    /// What left, with the rule before it.
    var sent: [String] { decisions.filter { $0.withheld == .none }.map { "\($0.rule) \(line($0))" } }

    private func line(_ decision: Decision) -> String {
        let seconds = Double(decision.at.microseconds) / 1_000_000
        let time = seconds == seconds.rounded() ? "\(Int64(seconds))" : "\(seconds)"
        var line = "\(time) \(decision.transition.name)"
        if let level = decision.level { line += " \(level.name)" }
        if decision.about == .noData { line += " no_data" }
        if decision.reason != .none, decision.reason != .cleared { line += " \(decision.reason.name)" }
        if decision.key != "x" { line += " \(decision.key)" }
        if decision.withheld != .none { line += " (\(decision.withheld.name))" }
        return line
    }
}

extension EventBatch {
    mutating func add(
        time: Timestamp, value: Double, subject: String, metric: String = "m", type: String = "reading",
        source: String = "s", area: String? = nil, place: (lon: Double, lat: Double)? = nil
    ) {
        var id = "\(ids.count)"
        id.withUTF8 { ids.append(UnsafeRawBufferPointer($0)) }
        times.append(time)
        periods.append(0)
        types.append(strings.intern(type))
        sources.append(strings.intern(source))
        subjects.append(subject.isEmpty ? Self.absent : strings.intern(subject))
        areas.append(area.map { strings.intern($0) } ?? Self.absent)
        longitudes.append(place?.lon ?? .nan)
        latitudes.append(place?.lat ?? .nan)
        flags.append([])
        metrics.append(strings.intern(metric))
        values.append(value)
        units.append(Self.absent)
        qualities.append(Self.absent)
        readingEnds.append(UInt32(values.count))
        fieldEnds.append(0)
    }
}

extension EventBatch {
    /// All events become the readings of the first.
    mutating func joinReadings() {
        let first = self
        self = EventBatch()
        (times, periods) = ([first.times[0]], [0])
        var id = first.ids.string(0)
        id.withUTF8 { ids.append(UnsafeRawBufferPointer($0)) }
        (types, sources, subjects) = ([first.types[0]], [first.sources[0]], [first.subjects[0]])
        (areas, longitudes, latitudes) = ([first.areas[0]], [.nan], [.nan])
        (flags, metrics, values, units) = ([[]], first.metrics, first.values, first.units)
        (qualities, readingEnds, fieldEnds) = (first.qualities, [UInt32(first.values.count)], [0])
        strings = first.strings
    }
}

extension ZoneTable {
    /// With the summer times of 1986 to 1991.
    static let shanghai = ZoneTable(
        name: "Asia/Shanghai", initialOffsetSeconds: 8 * 3600,
        transitions: [
            (515_527_200, 9), (527_014_800, 8), (545_162_400, 9), (558_464_400, 8), (577_216_800, 9),
            (589_914_000, 8), (608_666_400, 9), (621_968_400, 8), (640_116_000, 9), (653_418_000, 8),
            (671_565_600, 9), (684_867_600, 8),
        ].map { .init(from: $0.0, offsetSeconds: $0.1 * 3600) })
    /// As of 2026: summer time from 29 March to 25 October, 01:00 UTC each.
    static let berlin = ZoneTable(
        name: "Europe/Berlin", initialOffsetSeconds: 3600,
        transitions: [
            .init(from: 1_774_746_000, offsetSeconds: 7200), .init(from: 1_792_890_000, offsetSeconds: 3600),
        ])
}

extension Rule {
    /// A rule over the reading's value with the given ladder.
    static func threshold(_ id: String = "r", _ ladder: Rung..., change: (inout Rule) -> Void = { _ in }) -> Rule {
        var rule = Rule(
            id: id, title: .init(zh: "甲", en: "a"), domain: "gas", message: .init(zh: "", en: ""),
            input: .init(type: "reading", metric: "m", unit: ""), values: [.init(name: "value", kind: .reading)],
            ladder: ladder)
        change(&rule)
        return rule
    }

    var disabled: Rule {
        var off = self
        off.status = .disabled
        return off
    }

    /// The default rule of the scenarios: `value > 50 for 600`.
    static func over50(for hold: Int64 = 600, change: (inout Rule) -> Void = { _ in }) -> Rule {
        threshold("r", Rung(level: .red, compare: .greater, at: .number(50), hold: .seconds(hold)), change: change)
    }
}
