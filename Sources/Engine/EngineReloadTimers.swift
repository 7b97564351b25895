import Events

/// What keys wait for after a reload: as far as they have been judged, and nothing of what passed while their rule was off.
extension Engine {
    /// Timers name rules by number and holds may have changed: all are made anew from the keys' states.
    /// `unchanged`: rules whose keys wait for what they waited for; `wereOff`: rules that waited for nothing.
    mutating func rebuildTimers(but unchanged: Set<Int> = [], wereOff: Set<Int> = []) {
        receivedTimers = TimerHeap()
        for source in sources.indices {
            sources[source].timers = TimerHeap()
            sources[source].idleDue = .distantFuture
        }
        for rule in runtimes.indices {
            runtimes[rule].calendarDue = .distantFuture
            for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys[slot].key >= 0 {
                if unchanged.contains(rule) {
                    rearm(rule, slot)
                } else {
                    armAnew(rule, slot, wasOff: wereOff.contains(rule))
                }
            }
            if explainsByCalendar(rule) { armCalendar(rule) }
        }
    }

    private mutating func rearm(_ rule: Int, _ slot: Int32) {
        let state = runtimes[rule].keys.read(slot)[0]
        if state.armedDue < .distantFuture, state.armedOn >= 0 {
            arm(EngineTimer(due: state.armedDue, rule: Int32(rule), slot: slot), on: state.armedOn)
        } else {
            armStanding(rule, slot)
        }
        if state.receivedDue < .distantFuture {
            pushReceived(EngineTimer(due: state.receivedDue, rule: Int32(rule), slot: slot))
        } else {
            armReceived(rule, slot)
        }
    }

    private mutating func armAnew(_ rule: Int, _ slot: Int32, wasOff: Bool) {
        runtimes[rule].keys.write(slot)[0].receivedDue = .distantFuture
        armReceived(rule, slot)
        let before = runtimes[rule].keys.read(slot)[0]
        guard runtimes[rule].isAwake else {
            // What it waited for is what it goes on with when its rule is on again.
            runtimes[rule].keys.write(slot)[0].armedOn = -1
            return
        }
        runtimes[rule].keys.write(slot)[0].armedDue = .distantFuture
        // After its dates a rule judges nothing, and a hold that nobody waited for when its moment came goes on with the key's
        // next reading only. What the clock moves goes on when its rule is on again.
        let prepared = runtimes[rule].prepared
        let goesOn = wasOff && (prepared.fallsByClock || prepared.hasTumbling)
        let isPast =
            before.rungs.areQuiet || goesOn
            ? isOver(rule, slot)
            : nextChange(rule, slot, after: before.newest) < clock(rule, slot) - prepared.rule.lateness
        let isWaiting = before.armedDue < .distantFuture && !wasOff
        guard isWaiting || !isPast else { return armStanding(rule, slot) }
        guard prepared.isSilenceZero, before.source >= 0 else { return arm(rule, slot, from: before.newest) }
        goOn(rule, slot, before, wasOff: wasOff)
    }

    /// Arms a key of windows over reports from as far on as it has been judged. What they held has left them once.
    private mutating func goOn(_ rule: Int, _ slot: Int32, _ before: KeyState, wasOff: Bool) {
        let prepared = runtimes[rule].prepared
        let clock = clock(rule, slot)
        let due = before.armedDue - prepared.rule.lateness
        let end = before.newest + prepared.reach
        // Before what it waits for, or waited for, nothing changes. Else no moment may be judged anew: of an idle source that is behind
        // again the stamps have been the clock, and lateness may have been less.
        let hasPassed = wasOff && due <= clock - prepared.rule.lateness
        let now = hasPassed ? clock - prepared.rule.lateness : max(received, clock)
        // What changed unseen is judged once, as of now, where they still hold something.
        if hasPassed || before.armedDue == .distantFuture, now > before.newest, now < end,
            nextChange(rule, slot, after: now) < .distantFuture
        {
            arm(rule, slot, at: now)
        }
        let judged = min(hasPassed ? now : min(due, now), end) - TimeSpan(microseconds: 1)
        arm(rule, slot, from: max(before.newest, judged))
    }

    /// Holds that the rule's `max_gap` has stopped stay so, whatever else their key waits for: nobody waits for them any more.
    mutating func forgetStopped(_ rule: Int) {
        let prepared = runtimes[rule].prepared
        guard let gap = prepared.rule.maxGap else { return }
        for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys.read(slot)[0].key >= 0 {
            let state = runtimes[rule].keys.read(slot)[0]
            guard state.armedDue < .distantFuture else { continue }
            let isStopped = prepared.ladder.contains { rung in
                guard let due = state.rungs[rung.level].due(hold: rung.hold, clearHold: rung.clearHold) else {
                    return false
                }
                return due - state.newest <= gap && due + prepared.rule.lateness < state.armedDue
            }
            if isStopped { runtimes[rule].keys.write(slot)[0].armedDue = .distantFuture }
        }
    }

    /// Nobody watched while the rule was off. Holds that have passed raise nothing: those of a number that falls by the clock begin anew,
    /// others with the next reading; where it falls, levels that have cleared end now, and no moment before is looked at for it.
    /// Windows over readings that have ended say nothing, and an index is judged as of now.
    mutating func dropPassed(_ rule: Int) {
        let prepared = runtimes[rule].prepared
        guard !prepared.runsOnReceived else { return }
        for slot in 0..<runtimes[rule].keys.count {
            let state = runtimes[rule].keys.read(slot)[0]
            guard state.key >= 0, !state.isGivenUp else { continue }
            let now = clock(rule, slot) - prepared.rule.lateness
            if !prepared.isSilenceZero { dropWindows(rule, slot, through: now) }
            if prepared.fades, fadeDue(rule, slot, after: state.newest) < now {
                // What it has come to is known once its timers have run.
                runtimes[rule].keys.write(slot)[0].score = .nan
            }
            for rung in prepared.ladder {
                var level = state.rungs[rung.level]
                guard let due = level.due(hold: rung.hold, clearHold: rung.clearHold), due < now else { continue }
                if prepared.fallsByClock {
                    level.since = level.phase == .pending ? now : now - rung.clearHold
                } else if level.phase == .pending {
                    level = .out
                }
                runtimes[rule].keys.write(slot)[0].rungs[rung.level] = level
            }
            guard prepared.isIndex else { continue }
            runtimes[rule].keys.write(slot)[0].held = .nan
            runtimes[rule].keys.write(slot)[0].newest = max(state.newest, now)
        }
    }

    /// Whether the clock of the key is beyond the end of the rule's dates.
    private func isOver(_ rule: Int, _ slot: Int32) -> Bool {
        let definition = runtimes[rule].rule
        return clock(rule, slot) - definition.lateness >= definition.effectiveUntil
    }
}
