import Events

/// Sending: whether what was decided leaves. Everything decided at one moment (one event, or the timers of one instant)
/// is judged together at its end, so that the order of rules does not matter.
extension Engine {
    /// A decision of this moment, not yet judged.
    struct PendingDecision: BitwiseCopyable, Sendable {
        /// Place in the caller's list.
        var index: Int
        var rule: Int32
        var slot: Int32
    }

    /// Judges what was decided since the moment began.
    mutating func endMoment(into decisions: inout [Decision]) {
        // Most events decide nothing and move nothing.
        guard isMomentOpen else { return }
        settleIndexes(into: &decisions)
        guard !pending.isEmpty || !releasing.isEmpty else { return }
        judgePending(into: &decisions)
        guard !releasing.isEmpty else { return }
        releaseAll(into: &decisions)
        judgePending(into: &decisions)
        // What is told late changes nobody's level: it frees no other.
        releasing.removeAll(keepingCapacity: true)
    }

    mutating func judgePending(into decisions: inout [Decision]) {
        for decision in pending { judge(decision, into: &decisions) }
        pending.removeAll(keepingCapacity: true)
    }

    /// Whether something is to be judged at the moment's end.
    var isMomentOpen: Bool { !moved.isEmpty || !pending.isEmpty || !releasing.isEmpty }

    /// A timer of another instant begins a moment; false where the end of the one before may have armed an earlier timer.
    mutating func beginMoment(
        _ due: Timestamp, after instant: inout Timestamp, into decisions: inout [Decision]
    ) -> Bool {
        guard due != instant else { return true }
        instant = due
        guard isMomentOpen else { return true }
        endMoment(into: &decisions)
        return false
    }

    private mutating func judge(_ pending: PendingDecision, into decisions: inout [Decision]) {
        let (rule, slot) = (Int(pending.rule), pending.slot)
        let field = Self.told(decisions[pending.index].about)
        var told = runtimes[rule].keys.read(slot)[0][keyPath: field]
        if decisions[pending.index].episode == decisions[pending.index].id { told = Told() }
        let (transition, wasAnswerable) = (decisions[pending.index].transition, told.isAnswerable)
        switch transition {
        case .raised, .escalated, .deescalated, .flappingStarted, .flappingEnded:
            announce(&decisions[pending.index], withholding(rule, slot), &told)
            noteAnswerable(rule, slot, &told)
        case .resolved:
            followUp(&decisions[pending.index], withholding(rule, slot), told)
            told = Told()
        case .acknowledged, .unacknowledged, .unhandled:
            followUp(&decisions[pending.index], withholding(rule, slot), told)
            if runtimes[rule].rule.status == .sandbox { decisions[pending.index].withheld = .sandbox }
        }
        runtimes[rule].keys.write(slot)[0][keyPath: field] = told
        runtimes[rule].noteOpen(slot)
        if told.withheld == .muted || explainsByCalendar(rule) { armCalendar(rule) }
        if told.isAnswerable, !wasAnswerable { armReceived(rule, slot) }
        if Self.mayFree(transition) { for other in runtimes[rule].inhibited { queueRelease(of: other) } }
    }

    /// Whether those that the alarm inhibits may speak after it.
    private static func mayFree(_ transition: Decision.Transition) -> Bool {
        switch transition {
        case .deescalated, .resolved, .flappingEnded: true
        case .raised, .escalated, .flappingStarted, .acknowledged, .unacknowledged, .unhandled: false
        }
    }

    static func told(_ about: Decision.About) -> WritableKeyPath<KeyState, Told> {
        switch about {
        case .value: \.told
        case .noData: \.silenceTold
        }
    }

    /// What leaves is told against what was told before: the first word of an episode is its raise, whatever its level
    /// has done unheard, and a change back to what was told is no news.
    private func announce(_ decision: inout Decision, _ reason: Decision.Withheld, _ told: inout Told) {
        let unheard = told.withheld
        told.withheld = reason
        guard reason == .none else {
            decision.withheld = reason
            return
        }
        guard let transition = Self.news(decision, told) else {
            decision.withheld = unheard
            // Nobody has heard of it yet: its end is not told either.
            if !told.isAnnounced { told.withheld = unheard }
            return
        }
        decision.transition = transition
        decision.previous = Level(rawValue: told.level)
        told.isAnnounced = true
        told.level = decision.level?.rawValue ?? 0
        told.isFlapping = transition == .flappingStarted
    }

    /// What a decision is to consumers who heard only what was told; nil where they know it as it is.
    private static func news(_ decision: Decision, _ told: Told) -> Decision.Transition? {
        let starts = decision.transition == .flappingStarted
        guard told.isAnnounced else { return starts ? .flappingStarted : decision.level == nil ? nil : .raised }
        if starts { return told.isFlapping ? nil : .flappingStarted }
        if told.isFlapping { return .flappingEnded }
        guard let level = decision.level?.rawValue, level != told.level else { return nil }
        return level > told.level ? .escalated : .deescalated
    }

    /// The end of an episode, and what people did or did not do about it: sent exactly where its raise was.
    private func followUp(_ decision: inout Decision, _ reason: Decision.Withheld, _ told: Told) {
        guard !told.isAnnounced else { return }
        decision.withheld = told.withheld == .none ? reason : told.withheld
    }

    /// Why nothing new of a key may leave now.
    func withholding(_ rule: Int, _ slot: Int32) -> Decision.Withheld {
        if runtimes[rule].rule.status == .sandbox { return .sandbox }
        if isInhibited(rule, slot) { return .inhibited }
        return isMuted(rule) ? .muted : .none
    }
}
