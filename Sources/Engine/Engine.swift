import Events
import Expression

/// The deterministic core: a pure function from (state, journal record) to (state, decisions).
///
/// It knows no clock but the records' stamps, and copies share memory until written, so a snapshot is a copy.
public struct Engine: Sendable {
    /// Grows with every change that can alter a decision.
    public static let version: UInt32 = 10

    public internal(set) var ruleSet: RuleSet
    public internal(set) var registry: Registry
    /// Position after the last record applied.
    public internal(set) var nextPosition: Int64 = 1
    /// The engine's clock: the greatest stamp so far.
    public internal(set) var received = Timestamp.distantPast
    public internal(set) var implausible: Int64 = 0

    var runtimes: [RuleRuntime] = []
    var symbols = StringTable(minimumBuckets: 1024)
    var sources: [SourceState] = []
    /// Source symbol → index in `sources`.
    var sourceIndex = SlotIndex()
    /// Timers on `received`: silence and forgetting of keys; rule −1 stands for a source falling idle.
    var receivedTimers = TimerHeap()
    var routes = Routes()
    /// Decided in the moment that runs and not yet judged; empty between records.
    var pending: [PendingDecision] = []
    /// Keys that may count otherwise for an index since the moment began; empty between records.
    var moved: [Moved] = []
    /// Numbers of the indexes, parts before wholes.
    var indexes: [Int32] = []
    /// Rules whose alarms may be free to be told at the moment's end; empty between records.
    var releasing: [Int32] = []
    /// The newest requests by key, so that a repeat has no second effect.
    var answered: [RequestOutcome] = []
    /// What became of the last record's request.
    public internal(set) var outcomes: [RequestOutcome] = []
    /// The first id of a decision made under what the last record has changed, rules or registry; nil where it changed neither.
    public internal(set) var changed: DecisionID?
    var zones = ZoneSet.none

    /// Room for identities that are counted, kept between events.
    var scratch: [Int64] = []

    /// Of the decision being made.
    var position: Int64 = 0
    var ordinal: Int32 = 0
    /// Symbol of the id of the held reading being applied; −1 where none is.
    var heldEvent: Int32 = -1

    public init(ruleSet: RuleSet = .empty, registry: Registry = .empty) {
        self.ruleSet = ruleSet
        self.registry = registry
        runtimes = ruleSet.rules.map { RuleRuntime(rule: $0) }
        resolveNames()
    }

    /// Applies the next record. Records come in order of position; stamps never go back.
    public mutating func apply(_ record: JournalRecord, into decisions: inout [Decision]) {
        precondition(record.position >= nextPosition, "records come in order")
        precondition(record.received >= received, "stamps never go back")
        begin(record.position)
        outcomes.removeAll(keepingCapacity: true)
        changed = nil
        switch record.entry {
        case .events(let batch): apply(batch, from: record.department, at: record, into: &decisions)
        case .tick: advance(to: record.received, into: &decisions)
        case .started(let deaf): resume(after: deaf, at: record.received)
        case .ruleSet(let bytes):
            advance(to: record.received, into: &decisions)
            replaceRules(with: bytes, into: &decisions)
        case .registry(let bytes):
            advance(to: record.received, into: &decisions)
            replaceRegistry(with: bytes, into: &decisions)
        case .request(let bytes):
            advance(to: record.received, into: &decisions)
            answer(bytes, into: &decisions)
        case .departments: advance(to: record.received, into: &decisions)
        }
        endMoment(into: &decisions)
        nextPosition = record.position + Int64(record.entry.positions)
        forgetSymbols()
    }

    /// Decisions from here on belong to this position; ordinals go on where it is still the same.
    mutating func begin(_ position: Int64) {
        guard position != self.position else { return }
        self.position = position
        ordinal = 0
    }

    /// Moves the clock: what was due before the moment happens first. What is due at the moment itself happens now by
    /// the wall clock (a stamp repeats only while the wall is set back), and with the next later event where events are the clock.
    mutating func advance(to moment: Timestamp, into decisions: inout [Decision]) {
        runReceivedTimers(before: moment, into: &decisions)
        if ruleSet.timing.clock == .wall { runReceivedTimers(through: moment, into: &decisions) }
    }

    /// After downtime nobody is called silent for the time we were deaf. Where events are the clock it stood still
    /// with us: we missed nothing, and deadlines stay where an undisturbed run has them.
    private mutating func resume(after deaf: TimeSpan, at moment: Timestamp) {
        received = moment
        guard deaf > .zero else { return }
        let grace = deaf + ruleSet.timing.idleTimeout
        for index in sources.indices { sources[index].lastReceived = min(moment, sources[index].lastReceived + grace) }
        for rule in runtimes.indices {
            for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys[slot].key >= 0 {
                let state = runtimes[rule].keys.write(slot)
                state[0].lastReceived = min(moment, state[0].lastReceived + grace)
            }
        }
    }

    /// The points of proximity rules: the registry's are placed anew, events' are kept.
    mutating func placePoints() {
        for index in runtimes.indices {
            guard case .proximity(let proximity)? = runtimes[index].prepared.pattern else { continue }
            if proximity.counted < 0 || runtimes[index].points == nil {
                runtimes[index].points = proximity.points(registry)
            }
        }
    }

    /// Fills in what is looked up by name once: routes, units, the registry's subjects.
    mutating func resolveNames() {
        routes = Routes(ruleSet.rules)
        zones = ZoneSet(ruleSet.zones)
        resolveInhibitions()
        resolveCalendars()
        placePoints()
        resolveIndexes()
        for index in runtimes.indices {
            let unit = runtimes[index].rule.input.unit
            runtimes[index].unitSymbol = unit.isEmpty ? -1 : symbols.intern(unit)
            runtimes[index].otherUnits = runtimes[index].rule.inputs.dropFirst().map {
                $0.unit.isEmpty ? -1 : symbols.intern($0.unit)
            }
        }
    }

    /// Of each rule: keys, those of them without a reading for longer than `no_data` allows, counters.
    public var counters: [(rule: String, keys: Int, silent: Int, counters: RuleCounters)] {
        runtimes.map { ($0.rule.id, $0.liveKeys, $0.silentKeys, $0.counters) }
    }
}
