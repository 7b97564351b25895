import Events

/// The usual reading: it changes no level and moves no timer, so that it only has to be written down.
extension Engine {
    /// Writes the reading down where that is all there is to do; false: it takes the long way, and nothing was done.
    mutating func staysSteady(
        _ rule: Int, _ prepared: PreparedRule, _ slot: Int32, _ values: RuleValues, _ arrival: Arrival,
        _ names: inout BatchNames
    ) -> Bool {
        let subject = names.symbol(arrival.arrived.columns.subjects[arrival.event], &symbols)
        let area = names.symbol(arrival.arrived.columns.areas[arrival.event], &symbols)
        let state = runtimes[rule].keys.write(slot)
        guard state[0].isSteady, state[0].source == arrival.source, state[0].sources.newest == arrival.source,
            state[0].subject == subject, state[0].level == 0 || prepared.rule.effectiveUntil == .distantFuture
        else { return false }
        for rung in prepared.ladder {
            let value = values[rung.of]
            let at =
                rung.at.isNumber ? rung.at.number : threshold(rung.at, prepared, rule, slot, at: arrival.time)
            let clear = rung.clear.map {
                $0.isNumber ? $0.number : threshold($0, prepared, rule, slot, at: arrival.time)
            }
            guard !(value.isNaN || at.isNaN || clear?.isNaN == true) else { return false }
            let changing: RungState.Signal = state[0].rungs[rung.level].isHeld ? .clear : .enter
            guard rung.signal(value, at: at, clear: clear) != changing else { return false }
        }
        for level in prepared.unused where state[0].rungs[level].isHeld { return false }
        if area >= 0 { state[0].area = area }
        state[0].newest = arrival.time
        state[0].lastReceived = received
        state[0].position = position
        state[0].longitude = arrival.arrived.columns.longitudes[arrival.event]
        state[0].latitude = arrival.arrived.columns.latitudes[arrival.event]
        return true
    }
}

extension KeyState {
    /// Whether nothing runs: no hold, no timer, no silence, no flapping, and the level told is the one held.
    fileprivate var isSteady: Bool {
        armedDue == .distantFuture && !isSilent && !isFlapping && rungs.areQuiet
            && rungs.highest?.rawValue ?? 0 == level
    }
}
