import Engine
import Events
import Journal

/// Rule sets over a recorded journal, side by side: the same engine, the journal's own positions and stamps.
///
/// Only reads, so the platform may run meanwhile. One rule set stands for all that the journal activated, from the first
/// on; registries, starts and requests are applied as they were recorded.
public struct ReplayJournal {
    /// Where the state at the first record comes from.
    public enum Start: Equatable, Sendable {
        /// Position 1: every key began empty, as it did then.
        case beginning
        case snapshot(position: Int64, received: Timestamp)
        /// The older part is pruned and no snapshot reaches back: keys begin empty, without a registry.
        case firstKept(position: Int64)
    }

    public struct Progress: Sendable {
        public var events: Int64 = 0
        /// Of them, how many readings the first rule set's rules have looked at; once it is over.
        public var met: Int64 = 0
        /// Of the last record applied, within the positions to read.
        public var position: Int64
        public var positions: Range<Int64>
        public var received = Timestamp.distantPast

        /// 0…1
        public var fraction: Double {
            positions.isEmpty ? 1 : Double(position - positions.lowerBound) / Double(positions.count)
        }
    }

    /// The rules that the journal ran last; candidates run with its clock and tolerances.
    public let live: RuleSet
    public let start: Start
    /// Stamps of the first and the last record.
    public let received: ClosedRange<Timestamp>
    private let data: String
    private let initial: Engine
    private let positions: Range<Int64>

    /// `nearest`: begins at the newest snapshot that is not after this moment, where there is one.
    public init(data: String, nearest: Timestamp? = nil) throws(PlatformError) {
        do {
            let info = try Journal.info(data: data)
            let snapshots = SnapshotFiles(data: data)
            guard let received = info.received else { throw PlatformError.start("the journal in \(data) is empty") }
            self.data = data
            self.received = received
            let near = try nearest.flatMap { try snapshots.newest(receivedBefore: $0, from: info.positions.lowerBound) }
            switch (near, info.positions.lowerBound) {
            case (let near?, _):
                initial = near
                start = .snapshot(position: near.nextPosition, received: near.received)
            case (nil, ...1):
                initial = Engine()
                start = .beginning
            case (nil, let first):
                let oldest = try snapshots.oldest(from: first)
                initial = oldest ?? Engine()
                start =
                    oldest.map { .snapshot(position: $0.nextPosition, received: $0.received) }
                    ?? .firstKept(position: first)
            }
            positions = max(initial.nextPosition, info.positions.lowerBound)..<info.positions.upperBound
            guard let live = try Self.lastRuleSet(data, snapshots, info.positions.upperBound) else {
                throw PlatformError.start("the journal in \(data) has never had a rule set")
            }
            self.live = live
        } catch let error as PlatformError {
            throw error
        } catch {
            throw .start("\(error)")
        }
    }

    /// The stamp of the last record.
    public static func end(of data: String) throws -> Timestamp {
        guard let received = try Journal.info(data: data).received else {
            throw PlatformError.start("the journal in \(data) is empty")
        }
        return received.upperBound
    }

    /// The newest rule set: the last one activated or, where that is pruned, the newest snapshot's.
    private static func lastRuleSet(_ data: String, _ snapshots: SnapshotFiles, _ end: Int64) throws -> RuleSet? {
        if let last = try Journal.ruleSets(data: data, limit: 1).first {
            try last.requireReadable()
            if case .ruleSet(let bytes) = last.entry { return try RuleSet(decoding: bytes) }
        }
        let kept = try snapshots.newest(upTo: end).found?.engine.ruleSet
        return kept.flatMap { $0.version.isEmpty ? nil : $0 }
    }

    /// A candidate as it would run here: with the live set's clock and tolerances.
    public func candidate(_ ruleSet: RuleSet) -> RuleSet {
        ruleSet.activated(live.activation, timing: live.timing)
    }

    /// Applies every record up to the first that is stamped after `until`; `each` hears, for each rule set, what a
    /// record made it decide. `progress` is called every thousand records.
    public func run(
        _ ruleSets: [RuleSet], until: Timestamp = .distantFuture, progress: (Progress) -> Void = { _ in },
        each: (Int, [Decision]) throws -> Void
    ) throws -> Progress {
        var sides = ruleSets.map { Side(engine: initial, ruleSet: $0, isActive: false) }
        if start != .beginning { for index in sides.indices { try sides[index].activate { try each(index, $0) } } }
        var state = Progress(position: positions.lowerBound, positions: positions)
        var reader = try Journal.read(data: data, from: positions.lowerBound)
        var records = 0
        while let stored = try reader.next() {
            let record = stored.record
            guard record.position >= positions.lowerBound else { continue }
            try record.requireReadable()
            for index in sides.indices { try sides[index].apply(record) { try each(index, $0) } }
            if case .events(let batch) = record.entry { state.events += Int64(batch.count) }
            (state.position, state.received) = (record.position + Int64(record.entry.positions), record.received)
            records += 1
            if records % 1000 == 0 { progress(state) }
            if record.received > until { break }
        }
        state.met = sides.first?.engine.counters.reduce(0) { $0 + $1.counters.met } ?? 0
        return state
    }

    /// Follows one key of one rule up to a moment, under the rules that the journal ran; nil: to the end.
    ///
    /// Under `clock: wall` the state is that of the moment itself, what was due by then included; under `clock: events`
    /// that after the last event before or at it.
    public func trace(
        rule: String, key: String, exercise: Bool = false, at moment: Timestamp? = nil, since: Timestamp,
        progress: (Progress) -> Void = { _ in }
    ) throws -> ReplayTrace {
        var trace = ReplayTrace(rule: rule, key: key, exercise: exercise, engine: initial, since: since)
        var state = Progress(position: positions.lowerBound, positions: positions)
        var reader = try Journal.read(data: data, from: positions.lowerBound)
        var records = 0
        while let stored = try reader.next() {
            let record = stored.record
            guard record.position >= positions.lowerBound else { continue }
            try record.requireReadable()
            if let moment, record.received > moment {
                if case .events(let batch) = record.entry, trace.engine.ruleSet.timing.clock == .events {
                    for event in 0..<batch.count where batch.times[event] <= moment {
                        trace.apply(record, batch, event)
                    }
                }
                break
            }
            trace.apply(record)
            (state.position, state.received) = (record.position + Int64(record.entry.positions), record.received)
            records += 1
            if records % 1000 == 0 { progress(state) }
        }
        if let moment, moment > trace.engine.received { trace.pass(to: moment) }
        return trace
    }

    /// One engine on its way through the journal.
    private struct Side {
        var engine: Engine
        let ruleSet: RuleSet
        var isActive: Bool
        var decisions: [Decision] = []

        init(engine: Engine, ruleSet: RuleSet, isActive: Bool) {
            (self.engine, self.ruleSet, self.isActive) = (engine, ruleSet, isActive)
        }

        mutating func activate(_ each: ([Decision]) throws -> Void) rethrows {
            decisions.removeAll(keepingCapacity: true)
            engine.adopt(ruleSet, into: &decisions)
            isActive = true
            try each(decisions)
        }

        mutating func apply(_ record: JournalRecord, _ each: ([Decision]) throws -> Void) rethrows {
            var record = record
            if case .ruleSet = record.entry {
                record.entry = isActive ? .tick : .ruleSet(ruleSet.encoded())
                isActive = true
            }
            decisions.removeAll(keepingCapacity: true)
            engine.apply(record, into: &decisions)
            try each(decisions)
        }
    }
}
