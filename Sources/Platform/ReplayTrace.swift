import Engine
import Events
import Journal

/// Follows one key of one rule through recorded events: what became of each of its readings, what was decided, and
/// the state at the end.
public struct ReplayTrace {
    /// Readings and decisions kept, the newest: what fits a screen.
    public static let kept = 200

    public struct Step: Sendable {
        public var position: Int64
        public var received: Timestamp
        public var reading: ExplainedReading
        /// Names of the counters that it moved: `evaluated`, `filtered`, `late`, …; `future` and `implausible` too.
        public var outcomes: [String]
    }

    public let rule: String
    public let key: String
    public let exercise: Bool
    public private(set) var steps: [Step] = []
    public private(set) var decisions: [Decision] = []
    public private(set) var engine: Engine
    /// Events that the rule's input names, of any key, since the trace began.
    public private(set) var read: Int64 = 0
    /// Readings are traced from this stamp on.
    private let since: Timestamp

    init(rule: String, key: String, exercise: Bool, engine: Engine, since: Timestamp) {
        (self.rule, self.key, self.exercise) = (rule, key, exercise)
        (self.engine, self.since) = (engine, since)
    }

    /// Why the key is as it is at the end; nil where there is no such rule.
    public var explanation: Explanation? { engine.explain(rule: rule, key: key, exercise: exercise) }

    mutating func apply(_ record: JournalRecord) {
        if case .events(let batch) = record.entry, record.received >= since { trace(batch, record) }
        var made: [Decision] = []
        engine.apply(record, into: &made)
        decisions += made.filter { $0.rule == rule && $0.key == key && $0.exercise == exercise }
        if decisions.count > 2 * Self.kept { decisions.removeFirst(decisions.count - Self.kept) }
    }

    /// One event of a record.
    mutating func apply(_ record: JournalRecord, _ batch: EventBatch, _ event: Int) {
        apply(
            JournalRecord(
                position: record.position + Int64(event), received: record.received, department: record.department,
                entry: .events(batch.single(event))))
    }

    /// Nothing came until then.
    mutating func pass(to moment: Timestamp) {
        apply(JournalRecord(position: engine.nextPosition, received: moment, department: "", entry: .tick))
    }

    /// What each event of the key moves is seen on a copy of the state, event by event: batches change no decision.
    private mutating func trace(_ batch: EventBatch, _ record: JournalRecord) {
        let readings = (0..<batch.count).map { engine.explain(rule: rule, batch, event: $0) }
        read += readings.reduce(0) { $0 + Int64($1.count) }
        func isOurs(_ reading: ExplainedReading) -> Bool { reading.key == key && reading.exercise == exercise }
        guard let last = readings.lastIndex(where: { $0.contains(where: isOurs) }) else { return }
        var probe = engine
        for event in 0...last {
            let ours = readings[event].filter(isOurs)
            let before = ours.isEmpty ? nil : Counts(probe, rule)
            probe.step(batch, event, record)
            guard let before else { continue }
            let outcomes = Counts(probe, rule).grown(since: before)
            for reading in ours {
                steps.append(
                    Step(
                        position: record.position + Int64(event), received: record.received, reading: reading,
                        outcomes: outcomes))
            }
        }
        if steps.count > 2 * Self.kept { steps.removeFirst(steps.count - Self.kept) }
    }
}

/// Every counter by its name, so that a counter added to the engine is told here without a word more.
private struct Counts {
    private var values: [(name: String, count: Int64)] = []

    init(_ engine: Engine, _ rule: String) {
        let counters = engine.counters.first { $0.rule == rule }?.counters ?? RuleCounters()
        for child in Mirror(reflecting: counters).children {
            guard let name = child.label, let count = child.value as? Int64, name != "decisions" else { continue }
            values.append((name, count))
        }
        values.append(("future", engine.futureEvents))
        values.append(("implausible", engine.implausible))
    }

    func grown(since before: Counts) -> [String] {
        zip(values, before.values).filter { $0.count > $1.count }.map(\.0.name)
    }
}

extension Engine {
    fileprivate mutating func step(_ batch: EventBatch, _ event: Int, _ record: JournalRecord) {
        var made: [Decision] = []
        apply(
            JournalRecord(
                position: record.position + Int64(event), received: record.received, department: record.department,
                entry: .events(batch.single(event))), into: &made)
    }
}

extension EventBatch {
    /// One event as a batch of its own; it keeps the whole string table.
    func single(_ event: Int) -> EventBatch {
        var one = EventBatch()
        var id = ids.string(event)
        id.withUTF8 { one.ids.append(UnsafeRawBufferPointer($0)) }
        one.strings = strings
        one.times = [times[event]]
        one.periods = [periods[event]]
        one.types = [types[event]]
        one.sources = [sources[event]]
        one.subjects = [subjects[event]]
        one.areas = [areas[event]]
        one.longitudes = [longitudes[event]]
        one.latitudes = [latitudes[event]]
        one.flags = [flags[event]]
        one.metrics = Array(metrics[readings(event)])
        one.values = Array(values[readings(event)])
        one.units = Array(units[readings(event)])
        one.qualities = Array(qualities[readings(event)])
        one.readingEnds = [UInt32(one.values.count)]
        one.fieldNames = Array(fieldNames[fields(event)])
        one.fieldValues = Array(fieldValues[fields(event)])
        one.fieldEnds = [UInt32(one.fieldValues.count)]
        return one
    }
}
