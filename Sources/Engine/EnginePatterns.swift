import Events

/// Rules that are not over values: their number reaches the same ladder.
extension Engine {
    mutating func meetPattern(
        _ rule: Int, _ prepared: PreparedRule, _ input: Int32, _ arrival: Arrival,
        into decisions: inout [Decision]
    ) {
        switch prepared.pattern {
        case .absence?: hear(rule, prepared, arrival, into: &decisions)
        case .sequence(let sequence)?:
            follow(sequence, rule, prepared, input, arrival, into: &decisions)
        case .proximity(let proximity)?:
            look(proximity, rule, prepared, input, arrival, into: &decisions)
        case nil: preconditionFailure("only patterns over events are routed here")
        }
    }

    /// Whether a condition lets the reading pass; one that does not is counted.
    mutating func passes(_ condition: Formula?, _ rule: Int, _ arrival: Arrival) -> Bool {
        guard let condition else { return true }
        switch condition.test(arrival, registered: { registered(arrival) }) {
        case true?: return true
        case false?:
            runtimes[rule].counters.filtered += 1
            return false
        case nil:
            runtimes[rule].counters.unknown += 1
            return false
        }
    }

    /// Whether a reading older than its key's newest may still count; counts it either way. However old, it was heard now.
    mutating func isInTime(
        _ rule: Int, _ prepared: PreparedRule, _ slot: Int32, _ arrival: Arrival, into decisions: inout [Decision]
    ) -> Bool {
        endSilence(rule, slot, arrival, into: &decisions)
        let source = Int(arrival.source)
        guard arrival.time >= sources[source].newest - prepared.rule.lateness else {
            runtimes[rule].counters.late += 1
            sources[source].late += 1
            return false
        }
        runtimes[rule].counters.outOfOrder += 1
        sources[source].outOfOrder += 1
        // From here on the key waits for its source, too.
        noteSource(arrival.source, rule, slot)
        return true
    }

    /// The key's number at a moment of event time, what is too old forgotten.
    mutating func faded(_ rule: Int, _ slot: Int32, at moment: Timestamp, isTimer: Bool) -> Double {
        let prepared = runtimes[rule].prepared
        guard let cell = runtimes[rule].cells?.write(slot) else { return .nan }
        let value: Double
        switch prepared.pattern {
        case .sequence(let sequence)?:
            sequence.match.pass(moment, isTimer: isTimer, cell)
            value = sequence.match.value(cell)
        case .proximity(let proximity)?:
            let recent = RecentMaximum(cell)
            recent.pass(moment, within: proximity.during, isTimer: isTimer)
            value = recent.value
        case .absence?, nil: preconditionFailure("only sequences and proximity fade")
        }
        runtimes[rule].keys.write(slot)[0].held = value
        return value
    }

    /// When the key's number may fall by itself, after a moment.
    func fadeDue(_ rule: Int, _ slot: Int32, after moment: Timestamp) -> Timestamp {
        let prepared = runtimes[rule].prepared
        guard let cell = runtimes[rule].cells?.read(slot) else { return .distantFuture }
        let due: Timestamp?
        let span: TimeSpan
        switch prepared.pattern {
        case .sequence(let sequence)?: (due, span) = (sequence.match.due(cell), sequence.match.within)
        case .proximity(let proximity)?:
            (due, span) = (RecentMaximum.due(cell, within: proximity.during), proximity.during)
        case .absence?, nil: preconditionFailure("only sequences and proximity fade")
        }
        if let due { return due }
        // Emptied by a changed rule: what was held ends as if its last event were the only one.
        let state = runtimes[rule].keys.read(slot)[0]
        let end = state.newest + span
        return state.rungs.areAllOut || end <= moment ? .distantFuture : end
    }

    /// The key's timer has come: its number is computed anew.
    mutating func fade(_ rule: Int, _ slot: Int32, at moment: Timestamp, into decisions: inout [Decision]) {
        let value = faded(rule, slot, at: moment, isTimer: true)
        climb(
            rule, slot, values: RuleValues(first: value), at: moment, afterGap: false, nil, into: &decisions)
    }
}

extension Rule.Kind {
    /// Whether some event must not come between its steps.
    var forbids: Bool {
        if case .sequence(let pattern) = self { pattern.steps.contains(where: \.isNegated) } else { false }
    }

    /// Whether the number depends on the order of the events, holds and windows aside.
    var needsOrder: Bool {
        switch self {
        case .value, .absence, .index: false
        case .sequence(let pattern): pattern.order == .steps
        case .proximity(let proximity): proximity.measure == .subjects
        }
    }

    /// Numbers of an event that is held; nil: one for each of the rule's values.
    var heldNumbers: Int? {
        switch self {
        case .value, .absence, .index: nil
        case .sequence: 0
        case .proximity: 3
        }
    }
}

extension Rule {
    /// Whether another one with its id decides the same, whatever it says with it.
    func judgesLike(_ other: Rule) -> Bool {
        var alike = other
        (alike.title, alike.message, alike.version) = (title, message, version)
        (alike.lead, alike.support, alike.runbook, alike.cites) = (lead, support, runbook, cites)
        return self == alike
    }

    /// Whether state of this rule means something to a changed one with the same key.
    func measuresLike(_ other: Rule) -> Bool {
        switch (kind, other.kind) {
        case (.value, .value), (.absence, .absence), (.proximity, .proximity): input == other.input
        case (.index(let old), .index(let new)): old.areas == new.areas
        case (.sequence, .sequence): true
        case (.value, _), (.absence, _), (.sequence, _), (.proximity, _), (.index, _): false
        }
    }
}

extension RuleValues {
    init(first value: Double) {
        self.init()
        append(value)
    }
}
