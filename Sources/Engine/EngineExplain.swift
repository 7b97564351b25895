import Events

/// Answers "why": read-only views of a key's state and of what a rule sees in an event.
extension Engine {
    /// Why a key of a rule fires, waits or is quiet; nil where there is no such rule.
    public func explain(rule id: String, key: String, exercise: Bool = false) -> Explanation? {
        guard let rule = runtimes.firstIndex(where: { $0.rule.id == id }) else { return nil }
        var explanation = Explanation(
            rule: runtimes[rule].rule, key: key, exercise: exercise, received: received,
            counters: runtimes[rule].counters)
        guard let slot = slot(of: rule, key: key, exercise: exercise) else { return explanation }
        // Reading a window moves it on: a copy is asked.
        var copy = self
        explanation.state = copy.explainState(rule, slot)
        explanation.source = explainSource(runtimes[rule].keys.read(slot)[0].source)
        return explanation
    }

    /// Keys that a rule has state for, at most `limit`, in no order that means anything.
    public func keys(of id: String, limit: Int = 10_000) -> [String] {
        guard let runtime = runtimes.first(where: { $0.rule.id == id }) else { return [] }
        var keys: [String] = []
        for slot in 0..<runtime.keys.count where runtime.keys.read(slot)[0].key >= 0 {
            guard keys.count < limit else { break }
            keys.append(keyText(runtime.rule, runtime.keys.read(slot)[0]))
        }
        return keys
    }

    /// Events from the future, kept and not evaluated, of all sources.
    public var futureEvents: Int64 { sources.reduce(0) { $0 + $1.future } }

    /// Of several departments' equal keys the one heard of last.
    private func slot(of rule: Int, key: String, exercise: Bool) -> Int32? {
        let runtime = runtimes[rule]
        var found: Int32?
        for slot in 0..<runtime.keys.count {
            let state = runtime.keys.read(slot)[0]
            guard state.key >= 0, state.exercise == exercise, keyText(runtime.rule, state) == key else { continue }
            if let best = found, runtime.keys.read(best)[0].lastReceived >= state.lastReceived { continue }
            found = slot
        }
        return found
    }

    private func explainSource(_ index: Int32) -> Explanation.Source? {
        guard index >= 0 else { return nil }
        let source = sources[Int(index)]
        return Explanation.Source(
            name: sourceText(index), newest: source.newest, accepted: source.accepted, late: source.late,
            future: source.future, outOfOrder: source.outOfOrder)
    }

    private mutating func explainState(_ rule: Int, _ slot: Int32) -> Explanation.State {
        let state = runtimes[rule].keys.read(slot)[0]
        let prepared = runtimes[rule].prepared
        let now = moment(prepared, state)
        let values =
            prepared.runsOnReceived
            ? RuleValues(first: max(.zero, received - heard(prepared.rule, state)).seconds)
            : timerValues(rule, slot, at: now)
        var isGated = false
        var isGateUnknown = false
        if let gate = prepared.onlyWhile {
            let holds = gate.test(values, registered: registered(gate, rule, slot))
            (isGated, isGateUnknown) = (holds == false, holds == nil)
        }
        let rungs = prepared.rule.ladder.indices.map { index in
            explainRung(rule, slot, index, values, isGated: isGated, isGateUnknown: isGateUnknown)
        }
        return Explanation.State(
            subject: text(state.subject), area: text(state.area), isRegistered: state.registered >= 0,
            newest: state.newest > .distantPast ? state.newest : nil, position: state.position,
            lastReceived: state.lastReceived, values: explainValues(prepared.rule, values),
            parts: explainParts(rule, slot),
            gate: prepared.onlyWhile.map { $0.explained(values, registered: registered($0, rule, slot)) }, rungs: rungs,
            level: state.isFlapping ? state.rungs.highest : Level(rawValue: state.level),
            episode: state.hasEpisode ? state.episode : nil, startedAt: state.hasEpisode ? state.startedAt : nil,
            peak: state.hasEpisode ? Level(rawValue: state.peak) : nil,
            timer: explainTimer(rule, slot, after: now), held: Int(state.waiting.count),
            silence: explainSilence(prepared.rule, state), sending: explainSending(rule, slot))
    }

    /// Looked for anew: a timer stays armed when the hold that it was for is no more.
    private mutating func explainTimer(_ rule: Int, _ slot: Int32, after moment: Timestamp) -> Timestamp? {
        let prepared = runtimes[rule].prepared
        let state = runtimes[rule].keys.read(slot)[0]
        guard !prepared.runsOnReceived else {
            let due = nextAbsence(rule, slot)
            return due < .distantFuture ? due : nil
        }
        var due = nextChange(rule, slot, after: moment)
        if let held = runtimes[rule].firstHeld(slot) { due = min(due, held.time) }
        if state.hasEpisode { due = min(due, prepared.rule.effectiveUntil) }
        return due < .distantFuture ? due + prepared.rule.lateness : nil
    }

    private func explainSending(_ rule: Int, _ slot: Int32) -> Explanation.Sending {
        let state = runtimes[rule].keys.read(slot)[0]
        let zoned = runtimes[rule].calendar
        let due = runtimes[rule].rule.response?.due(state.told) ?? .distantFuture
        return Explanation.Sending(
            withheld: withholding(rule, slot),
            mutedUntil: isMuted(rule) ? zoned.map { $0.calendar.nextStart(after: received, in: $0.zone) } : nil,
            inhibitors: inhibitors(of: rule, slot), isFlapping: state.isFlapping,
            change: runtimes[rule].rule.flap.map { state.history.change(over: $0.history) },
            isAnnounced: state.told.isAnnounced, isAnswerable: state.told.isAnswerable,
            isAcknowledged: state.told.isAcknowledged, answerDue: due < .distantFuture ? due : nil)
    }

    private func explainParts(_ rule: Int, _ slot: Int32) -> [Explanation.Part] {
        guard let state = runtimes[rule].composite else { return [] }
        let score = { state.score($0, in: slot) }
        return state.composite.parts.enumerated().map { number, part in
            var explained = Explanation.Part(
                name: part.name, weight: part.weight, score: score(number).isNaN ? nil : score(number),
                share: state.composite.share(number, score), key: "", isStale: false)
            guard let key = state.worstKey(number, in: slot) else { return explained }
            let worst = runtimes[Int(state.rules[number])]
            let found = worst.keys.read(key)[0]
            (explained.key, explained.isStale) = (keyText(worst.rule, found), found.isSilent)
            return explained
        }
    }

    /// Windows over reports run on with their source's clock; those over readings stand where the newest reading is.
    private func moment(_ prepared: PreparedRule, _ state: KeyState) -> Timestamp {
        guard prepared.isSilenceZero, state.source >= 0 else { return state.newest }
        return max(state.newest, sources[Int(state.source)].newest - prepared.rule.lateness)
    }

    private func explainValues(_ rule: Rule, _ values: RuleValues) -> [Explanation.Value] {
        rule.values.indices.map { index in
            let isWindow = if case .window = rule.values[index].kind { true } else { false }
            return Explanation.Value(
                name: rule.values[index].name, value: index < values.count ? values[index] : .nan, isWindow: isWindow)
        }
    }

    private func explainRung(
        _ rule: Int, _ slot: Int32, _ index: Int, _ values: RuleValues, isGated: Bool, isGateUnknown: Bool
    ) -> Explanation.Rung {
        let definition = runtimes[rule].rule.ladder[index]
        let prepared = runtimes[rule].prepared.ladder[index]
        let value = values.count > definition.of ? values[definition.of] : .nan
        let at = explainThreshold(definition.at, rule, slot)
        let clear = definition.clear.map { explainThreshold($0, rule, slot) }
        let signal: Explanation.Signal
        if isGateUnknown || (!isGated && (value.isNaN || at.value.isNaN || clear?.value.isNaN == true)) {
            signal = .unknown
        } else if isGated {
            signal = .gated
        } else {
            switch prepared.signal(value, at: at.value, clear: clear?.value) {
            case .enter: signal = .enter
            case .stay: signal = .stay
            case .clear: signal = .clear
            }
        }
        let rung = runtimes[rule].keys.read(slot)[0].rungs[definition.level]
        let phase: Explanation.Phase =
            switch rung.phase {
            case .out: .out
            case .pending: .pending(since: rung.since, until: rung.since + definition.hold)
            case .held: .held(since: rung.since)
            case .clearing: .clearing(since: rung.since, until: rung.since + definition.clearHold)
            }
        return Explanation.Rung(
            level: definition.level, valueName: runtimes[rule].rule.values[definition.of].name, value: value,
            compare: definition.compare, at: at, clear: clear, signal: signal, phase: phase)
    }

    private func explainThreshold(_ threshold: Rule.Threshold, _ rule: Int, _ slot: Int32) -> Explanation.Threshold {
        switch threshold {
        case .number(let value): return Explanation.Threshold(value: value, origin: .number)
        case .dated:
            let newest = runtimes[rule].keys.read(slot)[0].newest
            guard let now = threshold.inForce(at: newest) else {
                return Explanation.Threshold(value: .nan, origin: .notYet)
            }
            return explainThreshold(now, rule, slot)
        case .limit(let name, let fallback):
            let registered = runtimes[rule].keys.read(slot)[0].registered
            let limits = registered >= 0 ? registry.subjects[Int(registered)].limits : []
            if let limit = limits.first(where: { $0.name == name }) {
                return Explanation.Threshold(value: limit.value, origin: .limit(name))
            }
            guard let fallback else { return Explanation.Threshold(value: .nan, origin: .missing(name)) }
            return Explanation.Threshold(value: fallback, origin: .fallback(name))
        }
    }

    private func explainSilence(_ rule: Rule, _ state: KeyState) -> Explanation.Silence? {
        guard let noData = rule.noData else { return nil }
        return Explanation.Silence(
            after: noData.after, action: noData.action, due: max(state.lastReceived, rule.effectiveFrom) + noData.after,
            since: state.isSilent ? max(state.lastReceived, rule.effectiveFrom) + noData.after : nil,
            episode: state.silence.position >= 0 ? state.silence : nil)
    }
}
