import Events

/// Flapping: one notice when it starts, quiet while it lasts, one with the current level when it ends.
extension Engine {
    /// Takes note of the level of an evaluated reading, or of one that the clock has changed. True where flapping has
    /// spoken for it, or keeps it quiet.
    mutating func flap(
        _ rule: Int, _ slot: Int32, values: RuleValues, at time: Timestamp, _ arrival: Arrival?,
        into decisions: inout [Decision]
    ) -> Bool {
        let state = runtimes[rule].keys.write(slot)
        let flap = runtimes[rule].prepared.rule.flap
        guard flap != nil || state[0].isFlapping else { return false }
        let level = state[0].rungs.highest
        let isReading = arrival != nil || heldEvent >= 0
        if isReading || state[0].history[0] != level?.rawValue ?? 0 { state[0].history.push(level) }
        let change = flap.map { state[0].history.change(over: $0.history) } ?? 0
        guard state[0].isFlapping else {
            guard let flap, change > flap.high, level != nil || state[0].hasEpisode else { return false }
            let facts = shown(rule, slot, level, values, time, arrival)
            decide(rule, slot, .flappingStarted, to: level, facts, into: &decisions)
            return true
        }
        guard change < flap?.low ?? 1 else {
            state[0].peak = max(state[0].peak, level?.rawValue ?? 0)
            return true
        }
        endFlapping(rule, slot, values: values, at: time, arrival, into: &decisions)
        return true
    }

    private mutating func endFlapping(
        _ rule: Int, _ slot: Int32, values: RuleValues, at time: Timestamp, _ arrival: Arrival?,
        into decisions: inout [Decision]
    ) {
        let level = runtimes[rule].keys.read(slot)[0].rungs.highest
        var facts = shown(rule, slot, level, values, time, arrival)
        decide(rule, slot, .flappingEnded, to: level, facts, into: &decisions)
        guard level == nil else { return }
        facts.reason = .cleared
        decide(rule, slot, .resolved, to: nil, facts, into: &decisions)
    }

    /// The clock has counted a key down, and long nothing new has come: it flaps no more.
    mutating func endIdleFlapping(
        _ rule: Int, _ slot: Int32, at time: Timestamp, into decisions: inout [Decision]
    ) {
        let state = runtimes[rule].keys.read(slot)[0]
        let prepared = runtimes[rule].prepared
        guard state.isFlapping, state.rungs.areAllOut, prepared.isSilenceZero || prepared.fades,
            time >= state.newest + prepared.calmAfter
        else { return }
        endFlapping(rule, slot, values: timerValues(rule, slot, at: time), at: time, nil, into: &decisions)
    }

    /// Rules that look for no flapping any more tell what is.
    mutating func endFlapping(into decisions: inout [Decision]) {
        for rule in runtimes.indices
        where runtimes[rule].rule.flap == nil && runtimes[rule].rule.status != .disabled {
            for slot in runtimes[rule].open.sorted() where runtimes[rule].keys.read(slot)[0].isFlapping {
                let newest = runtimes[rule].keys.read(slot)[0].newest
                endFlapping(rule, slot, values: timerValues(rule, slot, at: newest), at: newest, nil, into: &decisions)
            }
        }
    }
}
