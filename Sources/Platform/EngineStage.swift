import AlertStore
import Engine
import Events
import Foundation
import Synchronization

/// The engine's thread: applies durable records in order, commits what they decide, sets its state aside for a snapshot now and then.
final class EngineStage: Sendable {
    /// What other threads may know of the engine.
    struct View: Sendable {
        /// How far it has come.
        var reached: Int64 = 1
        /// As of which position the rest is: it is shown five times a second.
        var nextPosition: Int64 = 1
        var received = Timestamp.distantPast
        var ruleSetVersion = ""
        var counters: [(rule: String, keys: Int, silent: Int, counters: RuleCounters)] = []
        var decisions: Int64 = 0
    }

    private struct Wiring: Sendable {
        var engine: Engine?
        var onRules: @Sendable (Engine) -> Void = { _ in }
        var commit: @Sendable (Turn) throws -> Void = { _ in preconditionFailure("an engine runs connected") }
    }

    let queue: BoundedQueue<[JournalRecord]>
    private let snapshots: SnapshotStage
    private let snapshotEvery: TimeSpan
    /// Makes durable that the store has applied everything: a snapshot never reaches beyond what the store knows of.
    private let beforeSnapshot: SnapshotStage.Preparation
    private let wiring: Mutex<Wiring>
    let view = Mutex(View())

    init(
        _ engine: Engine, queue: BoundedQueue<[JournalRecord]>, snapshots: SnapshotStage, snapshotEvery: TimeSpan,
        beforeSnapshot: @escaping SnapshotStage.Preparation
    ) {
        wiring = Mutex(Wiring(engine: engine))
        self.queue = queue
        self.snapshots = snapshots
        self.snapshotEvery = snapshotEvery
        self.beforeSnapshot = beforeSnapshot
    }

    /// Before `run`: whom to tell of rules and registry, and who stores what is decided.
    func connect(
        onRules: @escaping @Sendable (Engine) -> Void, commit: @escaping @Sendable (Turn) throws -> Void
    ) {
        wiring.withLock {
            $0.onRules = onRules
            $0.commit = commit
        }
    }

    /// Runs until the queue is closed and empty; then the state is at the journal's end and is written as a snapshot.
    func run() throws {
        let (taken, onRules, commit) = wiring.withLock { ($0.engine.take(), $0.onRules, $0.commit) }
        guard var engine = consume taken else { preconditionFailure("an engine runs once") }
        var lastSnapshot = BootClock.now()
        var lastPublished = Timestamp.distantPast
        var isPublished = false
        func publishInTime(_ now: Timestamp, _ engine: borrowing Engine) {
            guard !isPublished, now - lastPublished >= .milliseconds(200) else { return }
            publish(engine)
            (lastPublished, isPublished) = (now, true)
        }
        publishInTime(BootClock.now(), engine)
        while let groups = queue.take(within: isPublished ? .seconds(1) : .milliseconds(200)) {
            for group in groups {
                try turn(group, &engine, onRules, commit)
                isPublished = false
                publishInTime(BootClock.now(), engine)
            }
            let now = BootClock.now()
            publishInTime(now, engine)
            if now - lastSnapshot >= snapshotEvery, snapshots.isIdle {
                snapshots.offer(engine.setAside(), after: beforeSnapshot)
                lastSnapshot = now
            }
        }
        publish(engine)
        snapshots.close()
        try snapshots.write(engine.setAside(), after: beforeSnapshot)
    }

    /// The records of one journal commit, whose decisions are one commit of the store. A record that changes the rules
    /// or the registry is a turn of its own, because notices are worded by what holds after their turn, but for what was due before the change.
    private func turn(
        _ records: [JournalRecord], _ engine: inout Engine, _ onRules: (Engine) -> Void, _ commit: (Turn) throws -> Void
    ) throws {
        var decisions: [Decision] = []
        var requests: [RequestOutcome] = []
        var first = records.first?.position ?? engine.nextPosition
        func finish(_ engine: borrowing Engine, _ names: (RuleSet, Registry)? = nil) throws {
            guard engine.nextPosition > first else { return }
            try commit(Turn(of: engine, from: first, decisions, requests, before: names))
            let count = Int64(decisions.count)
            view.withLock { [reached = engine.nextPosition] view in
                view.decisions += count
                view.reached = reached
            }
            decisions.removeAll(keepingCapacity: true)
            requests.removeAll(keepingCapacity: true)
            first = engine.nextPosition
        }
        for record in records {
            guard Self.changesNames(record.entry) else {
                engine.apply(record, into: &decisions)
                requests += engine.outcomes
                continue
            }
            try finish(engine)
            let names = (engine.ruleSet, engine.registry)
            engine.apply(record, into: &decisions)
            try finish(engine, names)
            // Who waits for the change reads of it in the status.
            publish(engine)
            onRules(engine)
        }
        try finish(engine)
    }

    /// Whether notices are worded otherwise after the entry.
    static func changesNames(_ entry: JournalEntry) -> Bool {
        switch entry {
        case .ruleSet, .registry: true
        case .events, .tick, .started, .departments, .request: false
        }
    }

    private func publish(_ engine: borrowing Engine) {
        let position = engine.nextPosition
        let received = engine.received
        let version = engine.ruleSet.version
        let counters = engine.counters
        view.withLock { view in
            (view.reached, view.nextPosition) = (position, position)
            view.received = received
            view.ruleSetVersion = version
            view.counters = counters
        }
    }
}

extension Turn {
    /// Everything from a position up to where the engine is now. `names`: what the rules and the registry were before the one record
    /// that may have changed them.
    init(
        of engine: borrowing Engine, from first: Int64, _ decisions: [Decision], _ requests: [RequestOutcome],
        before names: (ruleSet: RuleSet, registry: Registry)? = nil
    ) {
        var earlier: Earlier?
        if let names, let changed = engine.changed {
            earlier = Earlier(ruleSet: names.ruleSet, registry: names.registry, below: changed)
        }
        self.init(
            positions: first...max(first, engine.nextPosition - 1), decisions: decisions, requests: requests,
            ruleSet: engine.ruleSet,
            registry: engine.registry, received: engine.received, earlier: earlier)
    }
}
