import Engine
import Events

/// Runs one case on the real engine with a virtual clock; a restart goes through the snapshot's bytes.
struct RuleTestRun {
    let file: RuleTestFile
    let ruleSet: RuleSet
    let input: Rule.Input
    let metrics: MetricCatalogue?

    private enum Action {
        case reading(RuleTestFile.Reading)
        case step(RuleTestFile.Step)
        case started(deaf: TimeSpan)
    }

    /// The decisions about the file's rule up to the end of the case, in order, and what was asked and refused.
    func outcome(of test: RuleTestFile.Case) -> (decisions: [Decision], refused: [TransitionRow]) {
        let timeline = timeline(of: test)
        let end = end(of: test, timeline.last?.at ?? .zero)
        var clock = VirtualClock(engine: Engine(registry: file.registry), now: file.start, tick: Self.tick(for: end))
        // As in life, the rules come through the journal: keys that must report are watched from here on.
        clock.apply(.ruleSet(ruleSet.encoded()))
        // What arrives at one moment is one record: none of it is late for what is due at that moment.
        var arriving = EventBatch()
        for (number, entry) in timeline.enumerated() {
            clock.advance(to: file.start + entry.at)
            guard case .reading(let reading) = entry.action else {
                perform(entry.action, number, &clock)
                continue
            }
            reading.append(
                to: &arriving, for: input, start: file.start, id: "\(reading.subject)/\(number)", metrics: metrics)
            if number + 1 < timeline.count, timeline[number + 1].at == entry.at,
                case .reading = timeline[number + 1].action
            {
                continue
            }
            clock.apply(.events(arriving))
            arriving = EventBatch()
        }
        // Holds that end with the last reading run once its source counts as idle.
        clock.advance(to: file.start + end + ruleSet.timing.idleTimeout + .seconds(2))
        clock.apply(.tick)
        return (clock.decisions.filter { $0.rule == file.rule && $0.at <= file.start + end }, clock.refused)
    }

    private func perform(_ action: Action, _ number: Int, _ clock: inout VirtualClock) {
        switch action {
        case .reading: preconditionFailure("readings come together")
        case .step(.restart): clock.stop()
        case .started(let deaf): clock.start(deaf: deaf)
        case .step(.reload(_, let changes)): clock.apply(.ruleSet(set(with: changes).encoded()))
        case .step(.remove):
            let rest = ruleSet.rules.filter { $0.id != file.rule }
            clock.apply(
                .ruleSet(
                    RuleSet(rules: rest, version: "removed", timing: ruleSet.timing, zones: ruleSet.zones).encoded()))
        case .step(.tick): clock.apply(.tick)
        case .step(.acknowledge(let at, let key)):
            clock.apply(.request(request(number, openEpisode(in: clock.decisions, key)).encoded))
            let said = "\(at.formatted) ack\(key.map { " \($0)" } ?? "")"
            switch clock.engine.outcomes.last?.verdict {
            case .accepted, .malformed, nil: break
            case .notOpen:
                clock.refused.append(.init(expected: said, actual: "refused: no alarm is open", matches: false))
            case .alreadyAcknowledged:
                clock.refused.append(.init(expected: said, actual: "refused: acknowledged before", matches: false))
            }
        case .step(.gap): break
        }
    }

    /// The newest alarm of the rule that is open, or of one of its keys. Where there is none, one that never was: the
    /// request is then refused, and the case fails.
    private func openEpisode(in decisions: [Decision], _ key: String?) -> DecisionID {
        let mine = decisions.filter { $0.rule == file.rule && (key == nil || $0.key == key) }
        let over = mine.filter { $0.transition == .resolved }.map(\.episode)
        return mine.last { !over.contains($0.episode) }?.episode ?? DecisionID(position: 0, ordinal: 0)
    }

    private func request(_ number: Int, _ episode: DecisionID) -> OperatorRequest {
        OperatorRequest(key: "test-\(number)", actor: "test", act: .acknowledge(episode: episode))
    }

    private func set(with changes: RuleTestFile.Changes) -> RuleSet {
        guard let changed = changes.rule else { return ruleSet }
        let rules = ruleSet.rules.filter { $0.id != changed.id } + [changed]
        return RuleSet(
            rules: rules, version: "changed", timing: ruleSet.timing, zones: ZoneFiles.system.tables(for: rules))
    }

    /// By arrival; at one moment steps come first. What is repeated, in a gap or sent to a stopped process never comes.
    private func timeline(of test: RuleTestFile.Case) -> [(at: TimeSpan, action: Action)] {
        var entries: [(at: TimeSpan, action: Action)] = []
        for step in test.steps {
            entries.append((step.at, .step(step)))
            if case .restart(_, let deaf) = step { entries.append((step.end, .started(deaf: deaf))) }
        }
        for reading in test.readings where !reading.isDuplicate {
            let arrival = reading.at + reading.delay
            let isLost = test.steps.contains { step in
                switch step {
                case .gap: reading.at >= step.at && reading.at < step.end
                case .restart: arrival >= step.at && arrival < step.end
                case .reload, .remove, .tick, .acknowledge: false
                }
            }
            if !isLost { entries.append((arrival, .reading(reading))) }
        }
        let sorted = entries.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
        return sorted.map(\.element)
    }

    private func end(of test: RuleTestFile.Case, _ last: TimeSpan) -> TimeSpan {
        max(last, test.until, test.expected.map(\.at).max() ?? .zero)
    }

    /// A second, as in life, and more where a case lasts longer than a day.
    private static func tick(for length: TimeSpan) -> TimeSpan {
        max(.seconds(1), .seconds(length.microseconds / 100_000_000_000))
    }
}

/// An engine with the stamps and positions a journal would give it.
private struct VirtualClock {
    var engine: Engine
    var now: Timestamp
    let tick: TimeSpan
    var position: Int64 = 1
    var decisions: [Decision] = []
    /// What operators asked for and did not get.
    var refused: [TransitionRow] = []
    /// Between stop and start no tick is journaled.
    private var isDown = false

    init(engine: Engine, now: Timestamp, tick: TimeSpan) {
        self.engine = engine
        self.now = now
        self.tick = tick
    }

    mutating func advance(to moment: Timestamp) {
        while !isDown, now + tick < moment {
            now = now + tick
            apply(.tick)
        }
        now = max(now, moment)
    }

    mutating func apply(_ entry: JournalEntry) {
        let record = JournalRecord(position: position, received: now, department: "test", entry: entry)
        engine.apply(record, into: &decisions)
        position += Int64(entry.positions)
    }

    /// The state survives as bytes only.
    mutating func stop() {
        do {
            engine = try Engine(snapshot: engine.snapshot())
        } catch {
            preconditionFailure("the engine cannot read its own snapshot: \(error)")
        }
        isDown = true
    }

    mutating func start(deaf: TimeSpan) {
        isDown = false
        apply(.started(deaf: deaf))
    }
}
