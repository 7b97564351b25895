import Events

/// Flapping: one notice when it starts, quiet while it lasts, one with the current level when it ends.
extension Engine {
    /// Takes note of the level of an evaluated reading. True where flapping has spoken for it, or keeps it quiet.
    mutating func flap(
        _ rule: Int, _ slot: Int32, values: RuleValues, at time: Timestamp, _ arrival: Arrival?,
        into decisions: inout [Decision]
    ) -> Bool {
        let state = runtimes[rule].keys.write(slot)
        let flap = runtimes[rule].prepared.rule.flap
        guard flap != nil || state[0].isFlapping else { return false }
        let level = state[0].rungs.highest
        state[0].history.push(level)
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
        var facts = shown(rule, slot, level, values, time, arrival)
        decide(rule, slot, .flappingEnded, to: level, facts, into: &decisions)
        guard level == nil else { return true }
        facts.reason = .cleared
        decide(rule, slot, .resolved, to: nil, facts, into: &decisions)
        return true
    }
}
