import Events

/// Levels: signals move the rungs, the highest held rung is the level, a change of level is a decision.
extension Engine {
    mutating func climb(
        _ rule: Int, _ slot: Int32, values: RuleValues, at time: Timestamp, afterGap: Bool, _ arrival: Arrival?,
        into decisions: inout [Decision]
    ) {
        let prepared = runtimes[rule].prepared
        var isGated = false
        if let gate = prepared.onlyWhile {
            guard let holds = gate.test(values, registered: registered(gate, rule, slot)) else {
                return climb(rule, slot, unknown: values, at: time, afterGap: afterGap, arrival, into: &decisions)
            }
            isGated = !holds
        }
        var rungs = runtimes[rule].keys.read(slot)[0].rungs
        var isUnknown = false
        for index in prepared.ladder.indices {
            let rung = prepared.ladder[index]
            guard prepared.isInForce(rung.at, at: time) else {
                rungs[rung.level] = .out
                continue
            }
            let value = values[rung.of]
            let at = threshold(rung.at, prepared, rule, slot, at: time)
            let clear = rung.clear.map { threshold($0, prepared, rule, slot, at: time) }
            guard isGated || !(value.isNaN || at.isNaN || clear?.isNaN == true) else {
                if !(rung.waits && value.isNaN) { isUnknown = true }
                rungs[rung.level].pass(at: time, restart: afterGap, hold: rung.hold, clearHold: rung.clearHold)
                continue
            }
            let signal = isGated ? .clear : rung.signal(value, at: at, clear: clear)
            rungs[rung.level].observe(
                signal, at: time, restart: afterGap, hold: rung.hold, clearHold: rung.clearHold)
        }
        if isUnknown { runtimes[rule].counters.unknown += 1 }
        for level in prepared.unused { rungs[level] = .out }
        runtimes[rule].keys.write(slot)[0].rungs = rungs
        let before = runtimes[rule].keys.read(slot)[0].score.rounded(.down)
        noteScore(rule, slot, values, isGated: isGated, at: time)
        let points = runtimes[rule].keys.read(slot)[0].score.rounded(.down)
        // One that is not known, as before, moves nothing.
        if points != before, !points.isNaN { move(rule, slot, at: time) }
        if !flap(rule, slot, values: values, at: time, arrival, into: &decisions) {
            settle(rule, slot, values: values, at: time, arrival, into: &decisions)
        }
        arm(rule, slot, from: time)
    }

    /// The gate is not known: no level is entered or left but by a hold that runs.
    private mutating func climb(
        _ rule: Int, _ slot: Int32, unknown values: RuleValues, at time: Timestamp, afterGap: Bool, _ arrival: Arrival?,
        into decisions: inout [Decision]
    ) {
        runtimes[rule].counters.unknown += 1
        let key = runtimes[rule].keys.write(slot)
        for rung in runtimes[rule].prepared.ladder {
            key[0].rungs[rung.level].pass(at: time, restart: afterGap, hold: rung.hold, clearHold: rung.clearHold)
        }
        settle(rule, slot, values: values, at: time, arrival, into: &decisions)
        arm(rule, slot, from: time)
    }

    /// What the registry knows of the key's subject, where a formula over values asks.
    func registered(_ formula: Formula, _ rule: Int, _ slot: Int32) -> Registry.Subject? {
        guard formula.readsRegistry else { return nil }
        let index = runtimes[rule].keys.read(slot)[0].registered
        return index >= 0 ? registry.subjects[Int(index)] : nil
    }

    func threshold(
        _ threshold: PreparedRule.Threshold, _ prepared: PreparedRule, _ rule: Int, _ slot: Int32, at moment: Timestamp
    ) -> Double {
        self.threshold(threshold, prepared, registered: runtimes[rule].keys.read(slot)[0].registered, at: moment)
    }

    /// `registered`: the subject's number in the registry, −1 where it is unknown.
    func threshold(
        _ threshold: PreparedRule.Threshold, _ prepared: PreparedRule, registered: Int32, at moment: Timestamp
    ) -> Double {
        let threshold = prepared.inForce(threshold, at: moment)
        guard threshold.limit >= 0 else { return threshold.number }
        guard registered >= 0 else { return threshold.number }
        let name = prepared.limits[Int(threshold.limit)]
        for limit in registry.subjects[Int(registered)].limits where limit.name == name { return limit.value }
        return threshold.number
    }

    /// Compares the level with what was and says so.
    mutating func settle(
        _ rule: Int, _ slot: Int32, values: RuleValues, at time: Timestamp, _ arrival: Arrival?,
        into decisions: inout [Decision]
    ) {
        let state = runtimes[rule].keys.read(slot)
        let old = Level(rawValue: state[0].level)
        let new = state[0].rungs.highest
        guard old != new, !state[0].isFlapping else { return }
        let transition: Decision.Transition =
            switch (old, new) {
            case (nil, _): .raised
            case (_, nil): .resolved
            case (let old?, let new?): new > old ? .escalated : .deescalated
            }
        var facts = shown(rule, slot, new, values, time, arrival)
        facts.reason = new == nil ? .cleared : .none
        decide(rule, slot, transition, to: new, facts, into: &decisions)
    }

    /// What explains a change to a level: on the way up its threshold, on the way down the clear of the level that is left.
    func shown(
        _ rule: Int, _ slot: Int32, _ new: Level?, _ values: RuleValues, _ time: Timestamp, _ arrival: Arrival?
    ) -> Facts {
        let prepared = runtimes[rule].prepared
        let old = Level(rawValue: runtimes[rule].keys.read(slot)[0].level)
        let isLeft = new.map { new in old.map { new < $0 } ?? false } ?? true
        let rung = prepared.ladder.first { $0.level == (isLeft ? old : new) }
        var facts = Facts(at: time)
        facts.eventID = arrival?.eventID ?? text(heldEvent)
        if let rung {
            facts.valueName = prepared.rule.values[rung.of].name
            facts.value = values.count > rung.of ? values[rung.of] : .nan
            facts.compare = rung.compare
            let shownThreshold = isLeft ? rung.clear ?? rung.at : rung.at
            facts.threshold = threshold(shownThreshold, prepared, rule, slot, at: time)
        }
        facts.score = score(rule, slot, values, at: time)
        return facts
    }

    private func score(_ rule: Int, _ slot: Int32, _ values: RuleValues, at moment: Timestamp) -> Double {
        guard values.count > 0 else { return 0 }
        let prepared = runtimes[rule].prepared
        let own = runtimes[rule].keys.read(slot)[0].score
        if prepared.score != nil, !own.isNaN { return own }
        return derivedScore(rule, slot, values, at: moment)
    }

    /// What the levels' thresholds make of the values; an index is a score itself.
    func derivedScore(_ rule: Int, _ slot: Int32, _ values: RuleValues, at moment: Timestamp) -> Double {
        let prepared = runtimes[rule].prepared
        if prepared.isIndex { return values[0].isNaN ? 0 : values[0] }
        return ladderScore(
            prepared.ladder.map { rung in
                (rung.level, rung.compare, threshold(rung.at, prepared, rule, slot, at: moment), values[rung.of])
            })
    }

    /// What a decision says beyond the key's state.
    struct Facts {
        var at: Timestamp
        var reason = Decision.Reason.none
        var eventID = ""
        /// Of that event, where the key has not written it down yet.
        var position: Int64?
        var valueName = ""
        var value = Double.nan
        var threshold = Double.nan
        var compare = Rule.Comparison.greaterOrEqual
        var score = 0.0
        /// Level told before, where the decision says anew what is; 0 for none.
        var previous: UInt8 = 0
        var actor = ""
        var note = ""
        var escalateTo: [String] = []

        init(at: Timestamp) { self.at = at }
    }

    /// Records a transition of the value's episode and appends the decision.
    mutating func decide(
        _ rule: Int, _ slot: Int32, _ transition: Decision.Transition, to new: Level?, _ facts: Facts,
        into decisions: inout [Decision]
    ) {
        let id = nextID()
        let state = runtimes[rule].keys.write(slot)
        let old = Level(rawValue: state[0].level)
        if transition == .raised || (transition == .flappingStarted && !state[0].hasEpisode) {
            state[0].episode = id
            state[0].startedAt = facts.at
            state[0].peak = 0
        }
        state[0].level = new?.rawValue ?? 0
        switch transition {
        case .flappingStarted: state[0].isFlapping = true
        case .flappingEnded, .resolved: state[0].isFlapping = false
        case .raised, .escalated, .deescalated, .acknowledged, .unacknowledged, .unhandled: break
        }
        state[0].peak = max(state[0].peak, state[0].level)
        let peak = Level(rawValue: state[0].peak) ?? .blue
        append(
            rule, slot, about: .value, transition, id: id, episode: state[0].episode, level: new, previous: old,
            peak: peak, startedAt: state[0].startedAt, facts, into: &decisions)
        if transition == .resolved { armStanding(rule, slot) }
    }

    mutating func nextID() -> DecisionID {
        defer { ordinal += 1 }
        return DecisionID(position: position, ordinal: ordinal)
    }

    /// None is before its episode began, though a reading of before may come late.
    mutating func append(
        _ rule: Int, _ slot: Int32, about: Decision.About, _ transition: Decision.Transition, id: DecisionID,
        episode: DecisionID, level: Level?, previous: Level?, peak: Level, startedAt: Timestamp, _ facts: Facts,
        into decisions: inout [Decision]
    ) {
        let state = runtimes[rule].keys.read(slot)[0]
        let definition = runtimes[rule].rule
        pending.append(PendingDecision(index: decisions.count, rule: Int32(rule), slot: slot))
        let known = state.registered >= 0 ? registry.subjects[Int(state.registered)] : nil
        runtimes[rule].counters.decisions += 1
        decisions.append(
            Decision(
                id: id, episode: episode, rule: definition.id, ruleVersion: definition.version, about: about,
                transition: transition, reason: facts.reason, level: level, previous: previous, peak: peak,
                score: facts.score, key: keyText(definition, state), subject: text(state.subject),
                area: areaText(definition, state),
                longitude: known.map { $0.longitude.isNaN ? state.longitude : $0.longitude } ?? state.longitude,
                latitude: known.map { $0.latitude.isNaN ? state.latitude : $0.latitude } ?? state.latitude,
                valueName: facts.valueName, value: facts.value, threshold: facts.threshold, compare: facts.compare,
                startedAt: startedAt, at: max(facts.at, startedAt), decidedAt: received,
                source: sourceText(state.source),
                eventID: facts.eventID, eventPosition: facts.position ?? state.position, exercise: state.exercise,
                withheld: .none, revision: runtimes[rule].revision, actor: facts.actor, note: facts.note,
                escalateTo: facts.escalateTo))
    }

    func text(_ symbol: Int32) -> String { symbol >= 0 ? symbols.string(symbol) : "" }

    /// The source alone; the department before the NUL is not shown.
    func sourceText(_ source: Int32) -> String {
        guard source >= 0 else { return "" }
        let text = symbols.string(sources[Int(source)].symbol)
        return text.split(separator: "\0", maxSplits: 1, omittingEmptySubsequences: false).last.map(String.init) ?? ""
    }

    func keyText(_ rule: Rule, _ state: KeyState) -> String {
        switch rule.by {
        // Two departments may have sources of one name.
        case .source: text(state.key).split(separator: "\0").joined(separator: " ")
        case .subject, .area, .field: text(state.key)
        }
    }

    /// What is known of an area as a whole is not told as of the street where its last event was.
    private func areaText(_ rule: Rule, _ state: KeyState) -> String {
        if case .area = rule.by { return wholeCode(text(state.key)) }
        let registered = state.registered >= 0 ? registry.subjects[Int(state.registered)].area : ""
        return registered.isEmpty ? text(state.area) : registered
    }
}
