import AlertStore
import Engine
import Events
import Ingest
import Journal

/// The same engine over recorded events and the rules of a directory, without sockets, journal or store.
public struct Replay {
    private var engine: Engine
    private var clock: EventClock
    private var position: Int64 = 1
    private let source: RuleSource
    public private(set) var events: Int64 = 0
    /// Follows one key of one rule beside the replay.
    public private(set) var trace: ReplayTrace?
    public var ruleSet: RuleSet { source.ruleSet }
    /// The clock: the greatest event time so far.
    public var received: Timestamp { engine.received }

    /// The clock of a replay is the events' own time, however the platform's is set.
    public init(_ configuration: Configuration) throws(PlatformError) {
        var configuration = configuration
        configuration.clock = .events
        clock = EventClock(step: configuration.maxStep)
        source = try RuleSource.load(configuration)
        engine = Engine()
    }

    /// From here on a trace runs along.
    public mutating func follow(rule: String, key: String, exercise: Bool = false) {
        trace = ReplayTrace(rule: rule, key: key, exercise: exercise, engine: engine, since: .distantPast)
    }

    /// Takes a batch; returns what it made the rules decide.
    public mutating func apply(_ recorded: EventBatch, department: String) -> [Decision] {
        guard !recorded.isEmpty else { return [] }
        begin(with: recorded)
        var batch = recorded
        clock.follow(&batch)
        let received = max(engine.received, clock.now ?? engine.received)
        var made: [Decision] = []
        take(
            JournalRecord(position: position, received: received, department: department, entry: .events(batch)), &made)
        events += Int64(batch.count)
        return made
    }

    /// As a platform begins: what must report is waited for from the first event on.
    private mutating func begin(with batch: EventBatch) {
        guard position == 1, let first = batch.times.first else { return }
        var none: [Decision] = []
        for entry in [JournalEntry.registry(source.registry.encoded()), .ruleSet(source.ruleSet.encoded())] {
            take(JournalRecord(position: position, received: first, department: "", entry: entry), &none)
        }
        precondition(none.isEmpty, "rules decide nothing before the first event")
    }

    private mutating func take(_ record: JournalRecord, _ made: inout [Decision]) {
        trace?.apply(record)
        engine.apply(record, into: &made)
        position = record.position + Int64(record.entry.positions)
    }

    /// Every event that a journal keeps, in order; `first` hears the position of the oldest record.
    public mutating func run(journal data: String, first: (Int64) -> Void, each: ([Decision]) -> Void) throws {
        var reader = try Journal.read(data: data, from: nil)
        var isFirst = true
        while let stored = try reader.next() {
            if isFirst { first(stored.record.position) }
            isFirst = false
            guard case .events(let batch) = stored.record.entry else { continue }
            each(apply(batch, department: stored.record.department))
        }
    }

    /// NDJSON lines, a chunk of whole lines at a time; refused lines are told with their number. `batch` sees what
    /// was read with the state before it.
    public mutating func run(
        department: Department, chunks: () throws -> [UInt8]?, refused: (Finding) -> Void,
        batch show: (EventBatch, Engine) throws -> Void = { _, _ in }, each: ([Decision]) -> Void
    ) throws {
        var department = department
        (department.maxFuture, department.refuseFuture) = (nil, nil)
        var parser = EventParser(department: department, view: source.view())
        while let chunk = try chunks() {
            let (batch, errors) = parser.parse(chunk, lines: true, now: engine.received)
            errors.forEach(refused)
            begin(with: batch)
            try show(batch, engine)
            each(apply(batch, department: department.id))
        }
    }

    public var counters: [(rule: String, keys: Int, silent: Int, counters: RuleCounters)] { engine.counters }
}
