import Events

/// Measurement timers: holds that mature, panes that begin and readings that were held, on the watermark of the key's
/// slowest source.
extension Engine {
    /// Fires the source's timers that lie before the moment, oldest first. A hold does not mature inside a silence of
    /// the whole source (`silentFrom` to the moment) that is longer than the rule's `max_gap`, unless another source of the
    /// key was heard meanwhile.
    mutating func runTimers(
        of source: Int32, before moment: Timestamp, silentFrom: Timestamp? = nil, into decisions: inout [Decision]
    ) {
        var instant = Timestamp.distantPast
        while true {
            guard let timer = nextTimer(of: source, before: moment) else {
                // What the end of a moment arms may be due, too.
                guard isMomentOpen else { return }
                endMoment(into: &decisions)
                continue
            }
            guard beginMoment(timer.due, after: &instant, into: &decisions) else { continue }
            _ = sources[Int(source)].timers.popFirst()
            let (rule, slot) = (Int(timer.rule), timer.slot)
            if let other = laggard(of: runtimes[rule].keys.read(slot)[0].sources, beside: source, until: timer.due) {
                arm(timer, on: other)
            } else if let silentFrom, isInSilence(timer, from: silentFrom, to: moment, beside: source) {
                runtimes[rule].keys.write(slot)[0].armedDue = .distantFuture
                armStanding(rule, slot)
            } else {
                fire(rule, slot, into: &decisions)
                hasten(rule, slot, on: source, before: moment, into: &decisions)
            }
        }
    }

    /// What is armed now may wait for a source that is past it: it comes in its turn here.
    private mutating func hasten(
        _ rule: Int, _ slot: Int32, on source: Int32, before moment: Timestamp, into decisions: inout [Decision]
    ) {
        let state = runtimes[rule].keys.read(slot)[0]
        guard state.armedOn != source, state.armedDue < watermark(rule, slot) else { return }
        guard state.armedDue < moment else { return fireOverdue(rule, slot, into: &decisions) }
        arm(EngineTimer(due: state.armedDue, rule: Int32(rule), slot: slot), on: source)
    }

    /// The source's next timer, if it lies before the moment. What its key is not armed for any more is dropped: were it a
    /// moment, decisions would be others than after a restart, which knows nothing of it.
    mutating func nextTimer(of source: Int32, before moment: Timestamp) -> EngineTimer? {
        while let timer = sources[Int(source)].timers.first, timer.due < moment {
            if isArmed(timer, on: source) { return timer }
            _ = sources[Int(source)].timers.popFirst()
        }
        return nil
    }

    private func isArmed(_ timer: EngineTimer, on source: Int32) -> Bool {
        // Slots at the end may be gone since, and rules while they are replaced.
        guard Int(timer.rule) < runtimes.count, timer.slot < runtimes[Int(timer.rule)].keys.count else { return false }
        let state = runtimes[Int(timer.rule)].keys.read(timer.slot)[0]
        return state.key >= 0 && state.armedOn == source && state.armedDue == timer.due
    }

    /// The watermark may be past what is armed now: a key whose clock is behind its gateway's, or whose slow source has
    /// fallen idle.
    mutating func fireOverdue(_ rule: Int, _ slot: Int32, into decisions: inout [Decision]) {
        while runtimes[rule].keys.read(slot)[0].armedDue < watermark(rule, slot) {
            fire(rule, slot, into: &decisions)
        }
    }

    private func isInSilence(
        _ timer: EngineTimer, from silentFrom: Timestamp, to moment: Timestamp, beside source: Int32
    ) -> Bool {
        let rule = Int(timer.rule)
        let prepared = runtimes[rule].prepared
        let due = timer.due - prepared.rule.lateness
        guard let gap = prepared.rule.maxGap, moment - silentFrom > gap, due >= silentFrom,
            due < prepared.rule.effectiveUntil, !prepared.hasTumbling
        else { return false }
        if let held = runtimes[rule].firstHeld(timer.slot), held.time <= due { return false }
        var isDeaf = true
        runtimes[rule].keys.read(timer.slot)[0].sources.visit { other in
            if other != source, sources[Int(other)].newest > silentFrom { isDeaf = false }
        }
        return isDeaf
    }

    /// Before a key hears a reading, its timers that lie before it fire.
    mutating func wake(_ rule: Int, _ slot: Int32, before moment: Timestamp, into decisions: inout [Decision]) {
        let lateness = runtimes[rule].prepared.rule.lateness
        while runtimes[rule].keys.read(slot)[0].armedDue - lateness < moment {
            fire(rule, slot, into: &decisions)
        }
    }

    /// The key's armed timer has come: the reading held for it is applied, or holds mature, unless the reading they rest
    /// on is too old to be held.
    mutating func fire(_ rule: Int, _ slot: Int32, into decisions: inout [Decision]) {
        let state = runtimes[rule].keys.read(slot)[0]
        let due = state.armedDue - runtimes[rule].prepared.rule.lateness
        runtimes[rule].keys.write(slot)[0].armedDue = .distantFuture
        if let held = runtimes[rule].firstHeld(slot), held.time <= due {
            return applyFirstHeld(rule, slot, into: &decisions)
        }
        fire(rule, slot, at: due, into: &decisions)
        endIdleFlapping(rule, slot, at: due, into: &decisions)
        // A timer that armed itself for its own moment would fire for ever, and in each replay again. None does; should
        // one, it waits for the key's next reading.
        if runtimes[rule].keys.read(slot)[0].armedDue <= state.armedDue, runtimes[rule].firstHeld(slot) == nil {
            assertionFailure("the timer of \(runtimes[rule].rule.id) at \(due) is armed again for then")
            runtimes[rule].keys.write(slot)[0].armedDue = .distantFuture
        }
    }

    private mutating func fire(_ rule: Int, _ slot: Int32, at due: Timestamp, into decisions: inout [Decision]) {
        let state = runtimes[rule].keys.read(slot)[0]
        guard due < runtimes[rule].prepared.rule.effectiveUntil else { return expire(rule, slot, into: &decisions) }
        if runtimes[rule].prepared.hasTumbling { return close(rule, slot, at: due, into: &decisions) }
        if let gap = runtimes[rule].prepared.rule.maxGap, due - state.newest > gap { return armStanding(rule, slot) }
        if runtimes[rule].prepared.fades { return fade(rule, slot, at: due, into: &decisions) }
        if runtimes[rule].prepared.isSilenceZero, runtimes[rule].prepared.hasWindows {
            let values = timerValues(rule, slot, at: due)
            emptyRungs(rule, slot, values, at: due)
            return climb(rule, slot, values: values, at: due, afterGap: false, nil, into: &decisions)
        }
        if runtimes[rule].prepared.hasChanged(since: state.newest, by: due) {
            let values = timerValues(rule, slot, at: state.newest)
            climb(rule, slot, values: values, at: due, afterGap: false, nil, into: &decisions)
            return
        }
        let key = runtimes[rule].keys.write(slot)
        for rung in runtimes[rule].prepared.ladder {
            key[0].rungs[rung.level].mature(at: due, hold: rung.hold, clearHold: rung.clearHold)
        }
        let values = timerValues(rule, slot, at: state.newest)
        if !flap(rule, slot, values: values, at: due, nil, into: &decisions) {
            settle(rule, slot, values: values, at: due, nil, into: &decisions)
        }
        arm(rule, slot, from: due)
    }

    /// The last report has left a window, and of none there is no mean: it holds no level, and scores nothing.
    /// `isClosing`: only windows that close, of which the others are judged with the event of the moment.
    mutating func emptyRungs(
        _ rule: Int, _ slot: Int32, _ values: RuleValues, at moment: Timestamp, isClosing: Bool = false
    ) {
        let (prepared, newest) = (runtimes[rule].prepared, runtimes[rule].keys.read(slot)[0].newest)
        let areEmptied = areEmptied(rule, slot, at: moment)
        let empty = prepared.ladder.filter { rung in
            guard rung.of < values.count, values[rung.of].isNaN, let window = runtimes[rule].windows[rung.of] else {
                return false
            }
            guard !isClosing || window.isTumbling else { return false }
            let span = prepared.spans[rung.of]
            return areEmptied
                ? span > .zero && moment >= newest + span : window.isEmpty(at: moment, slot: slot)
        }
        for rung in empty { runtimes[rule].keys.write(slot)[0].rungs[rung.level] = .out }
        guard !empty.isEmpty, empty.count == prepared.ladder.count, runtimes[rule].keys.read(slot)[0].score > 0,
            prepared.score == nil
        else { return }
        runtimes[rule].keys.write(slot)[0].score = 0
        move(rule, slot, at: moment)
    }

    /// Windows that were emptied by a reload know nothing: that is no zero until what they held would have left them.
    func areEmptied(_ rule: Int, _ slot: Int32, at moment: Timestamp) -> Bool {
        let (prepared, newest) = (runtimes[rule].prepared, runtimes[rule].keys.read(slot)[0].newest)
        let isCountedDown = prepared.isSilenceZero && prepared.reach > .zero && moment >= newest + prepared.reach
        return !isCountedDown && runtimes[rule].windows.allSatisfy { $0?.isBlank(slot) ?? true }
    }

    /// The values without a new reading: the last one held, windows read at the moment.
    mutating func timerValues(_ rule: Int, _ slot: Int32, at moment: Timestamp) -> RuleValues {
        var values = RuleValues()
        var isFirst = true
        let isEmptied = areEmptied(rule, slot, at: moment)
        for index in runtimes[rule].windows.indices {
            if runtimes[rule].windows[index] != nil {
                let value = isEmptied ? .nan : runtimes[rule].windows[index]?.value(at: moment, slot: slot)
                values.append(value ?? .nan)
            } else {
                values.append(isFirst ? runtimes[rule].keys.read(slot)[0].held : .nan)
                isFirst = false
            }
        }
        return values
    }

    /// Arms the key's timer for the next hold to mature or pane to begin after `moment`.
    mutating func arm(_ rule: Int, _ slot: Int32, from moment: Timestamp) {
        defer { armStanding(rule, slot) }
        if runtimes[rule].prepared.runsOnReceived { return armAbsence(rule, slot) }
        let next = nextChange(rule, slot, after: moment)
        if next < .distantFuture { arm(rule, slot, at: next) }
    }

    /// When the next hold of the key matures or pane begins, without lateness; `distantFuture` where none does.
    mutating func nextChange(_ rule: Int, _ slot: Int32, after moment: Timestamp) -> Timestamp {
        let prepared = runtimes[rule].prepared
        let key = runtimes[rule].keys.read(slot)
        // One that has had no number yet has no time either.
        guard key[0].source >= 0, key[0].newest > .distantPast,
            !key[0].rungs.areQuiet || prepared.isSilenceZero || prepared.fades || prepared.hasTumbling
        else { return .distantFuture }
        let state = key[0]
        guard prepared.rule.status != .disabled, !state.isGivenUp else { return .distantFuture }
        var next = prepared.fades ? fadeDue(rule, slot, after: moment) : .distantFuture
        for rung in prepared.ladder {
            guard let due = state.rungs[rung.level].due(hold: rung.hold, clearHold: rung.clearHold) else { continue }
            // Beyond the gap its reading is too old for it, also where a window closes then.
            if let gap = prepared.rule.maxGap, due - state.newest > gap { continue }
            next = min(next, due)
        }
        let isOfInterest =
            !state.rungs.areAllOut || prepared.mayEnterBySilence || !runtimes[rule].feeds.isEmpty
        let calm = state.newest + prepared.calmAfter
        if state.isFlapping, state.rungs.areAllOut, prepared.isSilenceZero || prepared.fades, calm > moment {
            next = min(next, calm)
        }
        if prepared.isSilenceZero, isOfInterest {
            for (span, window) in zip(prepared.spans, runtimes[rule].windows) {
                guard let window else { continue }
                let isOver = span == .zero || moment >= state.newest + span
                // Panes go on for ever; beyond the newest sample's last one nothing changes.
                if state.rungs.areAllOut, span > .zero, isOver { continue }
                // One that a reload has emptied has no change of its own.
                guard let change = window.nextChange(after: moment, slot: slot) ?? (isOver ? nil : state.newest + span)
                else { continue }
                next = min(next, change)
            }
        } else if prepared.hasTumbling {
            for case let window? in runtimes[rule].windows where window.isTumbling {
                if let end = window.nextChange(after: moment, slot: slot) { next = min(next, end) }
            }
        }
        return next
    }

    mutating func arm(_ rule: Int, _ slot: Int32, at moment: Timestamp) {
        let state = runtimes[rule].keys.read(slot)[0]
        let due = moment + runtimes[rule].prepared.rule.lateness
        guard due < state.armedDue else { return }
        arm(EngineTimer(due: due, rule: Int32(rule), slot: slot), on: slowest(of: state.sources))
    }

    mutating func arm(_ timer: EngineTimer, on source: Int32) {
        let state = runtimes[Int(timer.rule)].keys.write(timer.slot)
        (state[0].armedDue, state[0].armedOn) = (timer.due, source)
        sources[Int(source)].timers.push(timer)
        if sources[Int(source)].timers.isToBeCleaned {
            clean(\.sources[Int(source)].timers) { $0.isArmed($1, on: source) }
        }
        armIdle(source)
    }

    /// Arms for what no hold and no window knows of: a reading that is held does not wait beyond the watermark, and an
    /// episode does not outlive its rule's dates.
    mutating func armStanding(_ rule: Int, _ slot: Int32) {
        let prepared = runtimes[rule].prepared
        guard prepared.rule.status != .disabled else { return }
        if let held = runtimes[rule].firstHeld(slot) { arm(rule, slot, at: held.time) }
        guard prepared.rule.effectiveUntil < .distantFuture else { return }
        let state = runtimes[rule].keys.read(slot)
        guard state[0].source >= 0 else { return }
        if state[0].hasEpisode {
            arm(rule, slot, at: prepared.rule.effectiveUntil)
        } else if state[0].rungs.areQuiet, state[0].armedDue == prepared.rule.effectiveUntil + prepared.rule.lateness {
            // Nothing is left to end there: the key may be forgotten.
            runtimes[rule].keys.write(slot)[0].armedDue = .distantFuture
        }
    }

    /// The time of the key's source has passed the end of the rule's dates: nothing is pending, what is open ends.
    mutating func expire(_ rule: Int, _ slot: Int32, into decisions: inout [Decision]) {
        let state = runtimes[rule].keys.write(slot)
        state[0].rungs = Rungs()
        guard state[0].hasEpisode else { return }
        var facts = Facts(at: runtimes[rule].prepared.rule.effectiveUntil)
        facts.reason = .expired
        decide(rule, slot, .resolved, to: nil, facts, into: &decisions)
    }
}
