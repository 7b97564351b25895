import Events

/// Timers on `received`: keys that fall silent or are forgotten, sources that fall idle.
extension Engine {
    mutating func runReceivedTimers(before moment: Timestamp, into decisions: inout [Decision]) {
        run(until: moment, including: false, into: &decisions)
        received = max(received, moment)
    }

    mutating func runReceivedTimers(through moment: Timestamp, into decisions: inout [Decision]) {
        run(until: moment, including: true, into: &decisions)
    }

    private mutating func run(until moment: Timestamp, including: Bool, into decisions: inout [Decision]) {
        var instant = Timestamp.distantPast
        let end = including ? moment + TimeSpan(microseconds: 1) : moment
        while true {
            guard let timer = nextReceivedTimer(before: end) else {
                guard isMomentOpen else { return }
                endMoment(into: &decisions)
                continue
            }
            guard beginMoment(timer.due, after: &instant, into: &decisions) else { continue }
            _ = receivedTimers.popFirst()
            received = max(received, ruleSet.timing.clock == .events ? timer.due : moment)
            if timer.rule < 0 {
                checkIdle(timer, into: &decisions)
            } else if timer.slot < 0 {
                checkCalendar(timer)
            } else {
                checkKey(timer, into: &decisions)
            }
        }
    }

    mutating func pushReceived(_ timer: EngineTimer) {
        receivedTimers.push(timer)
        if receivedTimers.isToBeCleaned { clean(\.receivedTimers) { $0.isArmed($1) } }
    }

    /// Drops what nobody is armed for, and what is there twice: each waits for one moment.
    mutating func clean(_ heap: WritableKeyPath<Engine, TimerHeap>, _ isArmed: (Engine, EngineTimer) -> Bool) {
        // Taken out, for who is armed is asked of the engine, and a copy would be one of all timers.
        var timers = TimerHeap()
        swap(&timers, &self[keyPath: heap])
        defer { swap(&timers, &self[keyPath: heap]) }
        // Of the sources first, then of each rule that waits; of those, the first place is the calendar's.
        var isThere = [[Bool]](repeating: [], count: runtimes.count + 1)
        timers.removeAll { timer in
            guard isArmed(self, timer) else { return true }
            let (rule, place) = (Int(timer.rule) + 1, Int(timer.slot) + 1)
            if isThere[rule].isEmpty {
                let count = rule > 0 ? Int(runtimes[rule - 1].keys.count) : sources.count
                isThere[rule] = Array(repeating: false, count: count + 1)
            }
            defer { isThere[rule][place] = true }
            return isThere[rule][place]
        }
    }

    /// As `nextTimer` of a source.
    private mutating func nextReceivedTimer(before moment: Timestamp) -> EngineTimer? {
        while let timer = receivedTimers.first, timer.due < moment {
            if isArmed(timer) { return timer }
            _ = receivedTimers.popFirst()
        }
        return nil
    }

    private func isArmed(_ timer: EngineTimer) -> Bool {
        if timer.rule < 0 { return sources[Int(timer.slot)].idleDue == timer.due }
        let rule = Int(timer.rule)
        guard rule < runtimes.count else { return false }
        if timer.slot < 0 { return runtimes[rule].calendarDue == timer.due }
        // Slots at the end may be gone since.
        guard timer.slot < runtimes[rule].keys.count else { return false }
        let state = runtimes[rule].keys.read(timer.slot)[0]
        return state.key >= 0 && state.receivedDue == timer.due
    }

    mutating func armIdle(_ source: Int32) {
        let due = sources[Int(source)].lastReceived + ruleSet.timing.idleTimeout
        guard due < sources[Int(source)].idleDue else { return }
        pushIdle(source, due)
    }

    private mutating func pushIdle(_ source: Int32, _ due: Timestamp) {
        sources[Int(source)].idleDue = due
        pushReceived(EngineTimer(due: due, rule: -1, slot: source))
    }

    /// An idle source's timers follow the clock, but its watermark stays: a spool drained later is not late.
    private mutating func checkIdle(_ timer: EngineTimer, into decisions: inout [Decision]) {
        let index = Int(timer.slot)
        sources[index].idleDue = .distantFuture
        guard nextTimer(of: timer.slot, before: .distantFuture) != nil else { return }
        let idleFrom = sources[index].lastReceived + ruleSet.timing.idleTimeout
        if idleFrom > timer.due { return pushIdle(timer.slot, idleFrom) }
        runTimers(of: timer.slot, before: received, into: &decisions)
        guard let next = nextTimer(of: timer.slot, before: .distantFuture) else { return }
        pushIdle(timer.slot, max(received, next.due) + TimeSpan(microseconds: 1))
    }

    /// Arms the key's timer on `received`: its silence, or its forgetting, which is looked at again a time to live after
    /// `checked` where it could not happen then; ever more seldom, so that a jump of the clock is few looks.
    mutating func armReceived(_ rule: Int, _ slot: Int32, checked: Timestamp = .distantPast) {
        let prepared = runtimes[rule].prepared
        guard prepared.rule.status != .disabled else { return }
        if prepared.runsOnReceived { armAbsence(rule, slot) }
        let state = runtimes[rule].keys.read(slot)[0]
        var due = state.lastReceived + prepared.rule.keyTTL
        if due <= checked {
            let age = checked - state.lastReceived
            due = checked + max(prepared.rule.keyTTL, TimeSpan(microseconds: age.microseconds / 8))
        }
        if let silence = silenceDue(prepared, state) { due = min(due, silence) }
        due = min(due, responseDue(rule, state))
        guard due < state.receivedDue else { return }
        runtimes[rule].keys.write(slot)[0].receivedDue = due
        pushReceived(EngineTimer(due: due, rule: Int32(rule), slot: slot))
    }

    private mutating func checkKey(_ timer: EngineTimer, into decisions: inout [Decision]) {
        let (rule, slot) = (Int(timer.rule), timer.slot)
        runtimes[rule].keys.write(slot)[0].receivedDue = .distantFuture
        let prepared = runtimes[rule].prepared
        while let due = silenceDue(prepared, runtimes[rule].keys.read(slot)[0]), due <= timer.due {
            goOnBeingSilent(rule, slot, at: due, into: &decisions)
        }
        if prepared.runsOnReceived { judgeAbsence(rule, slot, at: timer.due, into: &decisions) }
        checkResponse(rule, slot, at: timer.due, into: &decisions)
        let now = runtimes[rule].keys.read(slot)[0]
        // What is armed is still waited for: a window that closes, a step that does not come.
        if now.lastReceived + prepared.rule.keyTTL <= timer.due, now.isAtRest, now.armedDue == .distantFuture,
            !isExpected(prepared, now),
            !isCounted(rule, slot), silenceDue(prepared, now) == nil, !mayEnterAbsence(rule, now, after: timer.due)
        {
            // What was decided about the key at this instant is judged while the key is there.
            judgePending(into: &decisions)
            move(rule, slot, at: min(timer.due, clock(rule, slot)))
            runtimes[rule].release(slot)
        } else {
            armReceived(rule, slot, checked: timer.due)
        }
    }

    private func isExpected(_ prepared: PreparedRule, _ state: KeyState) -> Bool {
        let expect = prepared.rule.expected
        guard !expect.isEmpty else { return false }
        return expect.contains(keyText(prepared.rule, state))
    }

    /// When the key's silence goes one step further: it is noted, acted on, or its alarm ends with the rule's dates.
    private func silenceDue(_ prepared: PreparedRule, _ state: KeyState) -> Timestamp? {
        guard let noData = prepared.rule.noData else { return nil }
        let until = prepared.rule.effectiveUntil
        if state.silence.position >= 0 { return until < .distantFuture ? until : nil }
        // Before its dates the rule hears nobody.
        var due = max(state.lastReceived, prepared.rule.effectiveFrom) + noData.after
        if state.isSilent {
            if state.hasActedOnSilence || noData.action == .keep { return nil }
            due = due + noData.hold
        }
        return due < until ? due : nil
    }

    private mutating func goOnBeingSilent(
        _ rule: Int, _ slot: Int32, at moment: Timestamp, into decisions: inout [Decision]
    ) {
        let state = runtimes[rule].keys.read(slot)[0]
        if state.silence.position >= 0 {
            var facts = Facts(at: moment)
            facts.reason = .expired
            closeSilence(rule, slot, facts, into: &decisions)
        } else if state.isSilent {
            actOnSilence(rule, slot, at: moment, into: &decisions)
        } else {
            runtimes[rule].keys.write(slot)[0].isSilent = true
            runtimes[rule].silentKeys += 1
        }
    }

    private mutating func actOnSilence(
        _ rule: Int, _ slot: Int32, at moment: Timestamp, into decisions: inout [Decision]
    ) {
        guard let noData = runtimes[rule].rule.noData else { return }
        // Nothing newer came: what is held was all there is to know.
        if noData.action == .resolve { applyHeld(rule, slot, into: &decisions) }
        runtimes[rule].keys.write(slot)[0].hasActedOnSilence = true
        var facts = Facts(at: moment)
        switch noData.action {
        case .keep: break
        case .resolve:
            runtimes[rule].keys.write(slot)[0].rungs = Rungs()
            runtimes[rule].keys.write(slot)[0].armedDue = .distantFuture
            runtimes[rule].keys.write(slot)[0].isGivenUp = true
            runtimes[rule].keys.write(slot)[0].score = .nan
            forgetWindows(rule, slot)
            move(rule, slot, at: min(moment, clock(rule, slot)))
            guard runtimes[rule].keys.read(slot)[0].hasEpisode else { break }
            facts.reason = .noData
            decide(rule, slot, .resolved, to: nil, facts, into: &decisions)
        case .alarm:
            let id = nextID()
            runtimes[rule].keys.write(slot)[0].silence = id
            runtimes[rule].keys.write(slot)[0].silentSince = moment
            facts.score = noData.level.scoreAnchor
            append(
                rule, slot, about: .noData, .raised, id: id, episode: id, level: noData.level, previous: nil,
                peak: noData.level, startedAt: moment, facts, into: &decisions)
        }
    }

    /// A key that was given up is known again by its next reading in order, except what ended meanwhile.
    mutating func takeBack(_ rule: Int, _ slot: Int32, at moment: Timestamp) {
        guard runtimes[rule].keys.read(slot)[0].isGivenUp else { return }
        dropWindows(rule, slot, through: moment)
        runtimes[rule].keys.write(slot)[0].isGivenUp = false
        move(rule, slot, at: moment)
    }

    /// A reading ends the silence of its key.
    mutating func endSilence(_ rule: Int, _ slot: Int32, _ arrival: Arrival, into decisions: inout [Decision]) {
        runtimes[rule].keys.write(slot)[0].lastReceived = received
        guard runtimes[rule].keys.read(slot)[0].isSilent else { return }
        let state = runtimes[rule].keys.read(slot)[0]
        runtimes[rule].keys.write(slot)[0].isSilent = false
        runtimes[rule].keys.write(slot)[0].hasActedOnSilence = false
        runtimes[rule].silentKeys -= 1
        move(rule, slot, at: arrival.time)
        if state.silence.position >= 0 {
            var facts = Facts(at: arrival.time)
            facts.reason = .cleared
            facts.eventID = arrival.eventID
            facts.position = position
            closeSilence(rule, slot, facts, into: &decisions)
        }
        armReceived(rule, slot)
    }

    mutating func closeSilence(_ rule: Int, _ slot: Int32, _ facts: Facts, into decisions: inout [Decision]) {
        let state = runtimes[rule].keys.read(slot)[0]
        runtimes[rule].keys.write(slot)[0].silence = DecisionID(position: -1, ordinal: 0)
        let level = runtimes[rule].rule.noData?.level ?? .blue
        append(
            rule, slot, about: .noData, .resolved, id: nextID(), episode: state.silence, level: nil, previous: level,
            peak: level, startedAt: state.silentSince, facts, into: &decisions)
    }
}
