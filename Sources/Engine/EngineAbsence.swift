import Events

/// Absence: the silence of a key on `received`, in seconds, is the number that the ladder looks at.
extension Engine {
    /// Longest threshold that is a silence; beyond it none is ever entered.
    private static let longestSilence = TimeSpan.days(3660)

    public static func isSilence(_ seconds: Double) -> Bool { seconds >= 0 && seconds <= longestSilence.seconds }

    /// Any reading that the rule reads ends the silence, however old its event time is.
    mutating func hear(
        _ rule: Int, _ prepared: PreparedRule, _ arrival: Arrival,
        into decisions: inout [Decision]
    ) {
        guard passes(prepared.condition, rule, arrival) else { return }
        guard let slot = slot(of: rule, arrival) else { return }
        if arrival.time >= runtimes[rule].keys.read(slot)[0].newest { note(arrival, rule, slot) }
        runtimes[rule].keys.write(slot)[0].lastReceived = received
        runtimes[rule].counters.evaluated += 1
        climb(
            rule, slot, values: RuleValues(first: 0), at: received, afterGap: false, arrival, into: &decisions)
        armReceived(rule, slot)
    }

    /// Time passed without a reading: levels are entered, and holds mature. Nothing is left by silence, so deadlines
    /// that moved after downtime end no alarm.
    mutating func judgeAbsence(_ rule: Int, _ slot: Int32, at moment: Timestamp, into decisions: inout [Decision]) {
        let prepared = runtimes[rule].prepared
        guard moment < prepared.rule.effectiveUntil else { return expire(rule, slot, into: &decisions) }
        let state = runtimes[rule].keys.read(slot)[0]
        let silence = (moment - heard(prepared.rule, state)).seconds
        var rungs = state.rungs
        for rung in prepared.ladder {
            let at = threshold(rung.at, prepared, rule, slot, at: moment)
            guard !at.isNaN else {
                runtimes[rule].counters.unknown += 1
                rungs[rung.level].pass(at: moment, restart: false, hold: rung.hold, clearHold: rung.clearHold)
                continue
            }
            if rung.signal(silence, at: at, clear: nil) == .enter {
                rungs[rung.level].observe(
                    .enter, at: moment, restart: false, hold: rung.hold, clearHold: rung.clearHold)
            } else if rungs[rung.level].phase == .pending {
                rungs[rung.level] = .out
            } else {
                rungs[rung.level].mature(at: moment, hold: rung.hold, clearHold: rung.clearHold)
            }
        }
        runtimes[rule].keys.write(slot)[0].rungs = rungs
        runtimes[rule].keys.write(slot)[0].held = silence
        noteScore(rule, slot, RuleValues(first: silence), isGated: false, at: moment)
        move(rule, slot, at: moment)
        settle(rule, slot, values: RuleValues(first: silence), at: moment, nil, into: &decisions)
    }

    /// Arms the key's timer on `received` for the next level that silence would enter or hold that matures.
    mutating func armAbsence(_ rule: Int, _ slot: Int32) {
        let next = nextAbsence(rule, slot)
        guard next < runtimes[rule].keys.read(slot)[0].receivedDue else { return }
        runtimes[rule].keys.write(slot)[0].receivedDue = next
        pushReceived(EngineTimer(due: next, rule: Int32(rule), slot: slot))
    }

    /// When silence enters the next level of the key or a hold matures, on `received`; `distantFuture` where none does.
    func nextAbsence(_ rule: Int, _ slot: Int32) -> Timestamp {
        let prepared = runtimes[rule].prepared
        let state = runtimes[rule].keys.read(slot)[0]
        guard prepared.rule.status != .disabled else { return .distantFuture }
        guard received < prepared.rule.effectiveUntil else {
            return state.hasEpisode || !state.rungs.areAllOut ? prepared.rule.effectiveUntil : .distantFuture
        }
        var next = Timestamp.distantFuture
        for rung in prepared.ladder {
            if let due = state.rungs[rung.level].due(hold: rung.hold, clearHold: rung.clearHold) {
                next = min(next, due)
            }
            let at = threshold(rung.at, prepared, rule, slot, at: received)
            // A level that is being left may be entered again.
            guard state.rungs[rung.level].phase != .held, state.rungs[rung.level].phase != .pending,
                Self.isSilence(at)
            else { continue }
            next = min(next, heard(prepared.rule, state) + Self.entering(at, rung.compare))
        }
        if let date = prepared.nextDate(after: received) { next = min(next, date) }
        // After its dates a rule judges nothing: what runs ends.
        if next >= prepared.rule.effectiveUntil || state.hasEpisode {
            let runs = state.hasEpisode || !state.rungs.areAllOut
            next = runs ? min(next, prepared.rule.effectiveUntil) : .distantFuture
        }
        return next
    }

    /// Whether some level may still be entered though nothing comes: the key is not forgotten before.
    func mayEnterAbsence(_ rule: Int, _ state: KeyState, after moment: Timestamp) -> Bool {
        guard runtimes[rule].prepared.runsOnReceived else { return false }
        return runtimes[rule].prepared.ladder.contains { rung in
            let at = threshold(rung.at, runtimes[rule].prepared, registered: state.registered, at: moment)
            guard Self.isSilence(at) else { return false }
            let due = heard(runtimes[rule].rule, state) + Self.entering(at, rung.compare)
            return due > moment && due < runtimes[rule].rule.effectiveUntil
        }
    }

    /// Before its dates a rule hears nobody.
    func heard(_ rule: Rule, _ state: KeyState) -> Timestamp { max(state.lastReceived, rule.effectiveFrom) }

    /// The first microsecond at which a silence of so many seconds is entered.
    static func entering(_ seconds: Double, _ compare: Rule.Comparison) -> TimeSpan {
        var span = TimeSpan(microseconds: Int64((seconds * 1_000_000).rounded(.up)))
        while compare == .greater ? span.seconds <= seconds : span.seconds < seconds { span.microseconds += 1 }
        return span
    }
}
