import Events

/// Sequences: each event is one or more of the steps, and the key remembers how far its chains have come.
extension Engine {
    mutating func follow(
        _ sequence: PreparedSequence, _ rule: Int, _ prepared: PreparedRule, _ input: Int32, _ arrival: Arrival,
        into decisions: inout [Decision]
    ) {
        let bits = bits(of: sequence.matchers[Int(input)], rule, arrival)
        guard bits != 0 else { return }
        guard let slot = slot(of: rule, arrival) else { return }
        var moment = arrival.time
        let newest = runtimes[rule].keys.read(slot)[0].newest
        if moment < newest {
            guard isInTime(rule, prepared, slot, arrival, into: &decisions), sequence.match.order == .any else {
                return
            }
            moment = newest
        } else if prepared.reorders {
            return hold(rule, slot, steps: bits, arrival, into: &decisions)
        } else {
            takeBack(rule, slot, at: moment)
            wake(rule, slot, before: moment, into: &decisions)
            endSilence(rule, slot, arrival, into: &decisions)
            note(arrival, rule, slot)
        }
        runtimes[rule].counters.evaluated += 1
        // Without cells there is no sequence: the runtime has them from its rule.
        if let cell = runtimes[rule].cells?.write(slot) { sequence.match.take(bits, at: arrival.time, cell) }
        guard !runtimes[rule].keys.read(slot)[0].isGivenUp else { return }
        let value = faded(rule, slot, at: moment, isTimer: false)
        climb(
            rule, slot, values: RuleValues(first: value), at: moment, afterGap: false, arrival, into: &decisions)
    }

    /// What the event is; an event that is nothing is counted.
    private mutating func bits(
        of matchers: [PreparedSequence.Matcher], _ rule: Int, _ arrival: Arrival
    ) -> UInt16 {
        var bits: UInt16 = 0
        var isUnknown = false
        for matcher in matchers {
            guard let condition = matcher.condition else {
                bits |= matcher.bit
                continue
            }
            switch condition.test(arrival, registered: { registered(arrival) }) {
            case true?: bits |= matcher.bit
            case false?: break
            case nil: isUnknown = true
            }
        }
        if isUnknown {
            runtimes[rule].counters.unknown += 1
        } else if bits == 0 {
            runtimes[rule].counters.filtered += 1
        }
        return bits
    }
}
