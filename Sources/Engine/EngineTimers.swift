import Events

/// Measurement timers: holds that mature and panes that begin, on the watermark of the source that feeds the key.
extension Engine {
    /// Fires the source's timers that lie before the moment, oldest first. A hold does not mature inside a silence of
    /// the whole source (`silentFrom` to the moment) that is longer than the rule's `max_gap`.
    mutating func runTimers(
        of source: Int32, before moment: Timestamp, silentFrom: Timestamp? = nil, into decisions: inout [Decision]
    ) {
        var instant = Timestamp.distantPast
        while let timer = sources[Int(source)].timers.first, timer.due < moment {
            _ = sources[Int(source)].timers.popFirst()
            beginMoment(timer.due, after: &instant, into: &decisions)
            // Slots at the end may be gone since.
            guard timer.slot < runtimes[Int(timer.rule)].keys.count else { continue }
            let state = runtimes[Int(timer.rule)].keys.read(timer.slot)[0]
            guard state.key >= 0, state.source == source, state.armedDue == timer.due else { continue }
            let rule = runtimes[Int(timer.rule)].prepared.rule
            if let silentFrom, let gap = rule.maxGap, moment - silentFrom > gap,
                timer.due - rule.lateness < rule.effectiveUntil, !runtimes[Int(timer.rule)].prepared.hasTumbling
            {
                runtimes[Int(timer.rule)].keys.write(timer.slot)[0].armedDue = .distantFuture
                armExpiry(Int(timer.rule), timer.slot)
            } else {
                fire(Int(timer.rule), timer.slot, into: &decisions)
            }
        }
        endMoment(into: &decisions)
    }

    /// Before a key hears a reading, its timers that lie before it fire.
    mutating func wake(_ rule: Int, _ slot: Int32, before moment: Timestamp, into decisions: inout [Decision]) {
        let lateness = runtimes[rule].prepared.rule.lateness
        while runtimes[rule].keys.read(slot)[0].armedDue - lateness < moment {
            fire(rule, slot, into: &decisions)
        }
    }

    /// The key's armed timer has come: holds mature, unless the reading they rest on is too old to be held.
    private mutating func fire(_ rule: Int, _ slot: Int32, into decisions: inout [Decision]) {
        let state = runtimes[rule].keys.read(slot)[0]
        let due = state.armedDue - runtimes[rule].prepared.rule.lateness
        runtimes[rule].keys.write(slot)[0].armedDue = .distantFuture
        guard due < runtimes[rule].prepared.rule.effectiveUntil else { return expire(rule, slot, into: &decisions) }
        if runtimes[rule].prepared.hasTumbling { return close(rule, slot, at: due, into: &decisions) }
        if let gap = runtimes[rule].prepared.rule.maxGap, due - state.newest > gap { return armExpiry(rule, slot) }
        if runtimes[rule].prepared.fades { return fade(rule, slot, at: due, into: &decisions) }
        if runtimes[rule].prepared.isSilenceZero, runtimes[rule].prepared.hasWindows {
            let values = timerValues(rule, slot, at: due)
            climb(rule, slot, values: values, at: due, afterGap: false, nil, into: &decisions)
            return
        }
        let key = runtimes[rule].keys.write(slot)
        for rung in runtimes[rule].prepared.ladder {
            key[0].rungs[rung.level].mature(at: due, hold: rung.hold, clearHold: rung.clearHold)
        }
        settle(
            rule, slot, values: timerValues(rule, slot, at: state.newest), at: due, nil, into: &decisions)
        arm(rule, slot, from: due)
    }

    /// The values without a new reading: the last one held, windows read at the moment.
    mutating func timerValues(_ rule: Int, _ slot: Int32, at moment: Timestamp) -> RuleValues {
        var values = RuleValues()
        var isFirst = true
        for index in runtimes[rule].windows.indices {
            if runtimes[rule].windows[index] != nil {
                values.append(runtimes[rule].windows[index]?.value(at: moment, slot: slot) ?? .nan)
            } else {
                values.append(isFirst ? runtimes[rule].keys.read(slot)[0].held : .nan)
                isFirst = false
            }
        }
        return values
    }

    /// Arms the key's timer for the next hold to mature or pane to begin after `moment`.
    mutating func arm(_ rule: Int, _ slot: Int32, from moment: Timestamp) {
        let key = runtimes[rule].keys.read(slot)
        defer { armExpiry(rule, slot) }
        let prepared = runtimes[rule].prepared
        if prepared.runsOnReceived { return armAbsence(rule, slot) }
        guard key[0].source >= 0,
            !key[0].rungs.areQuiet || prepared.isSilenceZero || prepared.fades || prepared.hasTumbling
        else { return }
        let state = key[0]
        guard prepared.rule.status != .disabled else { return }
        var next = prepared.fades ? fadeDue(rule, slot, after: moment) : .distantFuture
        for rung in prepared.ladder {
            if let due = state.rungs[rung.level].due(hold: rung.hold, clearHold: rung.clearHold) {
                next = min(next, due)
            }
        }
        if prepared.isSilenceZero, !state.rungs.areAllOut {
            for case let window? in runtimes[rule].windows {
                if let change = window.nextChange(after: moment, slot: slot) { next = min(next, change) }
            }
        } else if prepared.hasTumbling {
            for case let window? in runtimes[rule].windows where window.isTumbling {
                if let end = window.nextChange(after: moment, slot: slot) { next = min(next, end) }
            }
        }
        guard next != .distantFuture else { return }
        arm(rule, slot, at: next)
    }

    private mutating func arm(_ rule: Int, _ slot: Int32, at moment: Timestamp) {
        let state = runtimes[rule].keys.read(slot)[0]
        let due = moment + runtimes[rule].prepared.rule.lateness
        guard due < state.armedDue else { return }
        runtimes[rule].keys.write(slot)[0].armedDue = due
        sources[Int(state.source)].timers.push(EngineTimer(due: due, rule: Int32(rule), slot: slot))
        armIdle(state.source)
    }

    /// An episode does not outlive its rule's dates.
    private mutating func armExpiry(_ rule: Int, _ slot: Int32) {
        let until = runtimes[rule].prepared.rule.effectiveUntil
        guard until < .distantFuture, runtimes[rule].prepared.rule.status != .disabled else { return }
        let state = runtimes[rule].keys.read(slot)
        guard state[0].source >= 0, state[0].level > 0 else { return }
        arm(rule, slot, at: until)
    }

    /// The time of the key's source has passed the end of the rule's dates: nothing is pending, what is open ends.
    private mutating func expire(_ rule: Int, _ slot: Int32, into decisions: inout [Decision]) {
        let state = runtimes[rule].keys.write(slot)
        state[0].rungs = Rungs()
        guard state[0].level > 0 else { return }
        var facts = Facts(at: max(runtimes[rule].prepared.rule.effectiveUntil, state[0].startedAt))
        facts.reason = .expired
        decide(rule, slot, .resolved, to: nil, facts, into: &decisions)
    }
}
