import Events

/// Release: when the reason to be silent is gone, an alarm that is still firing is told as it is now.
extension Engine {
    /// The rule's keys may be free to speak at the end of this moment.
    mutating func queueRelease(of rule: Int32) {
        if !releasing.contains(rule) { releasing.append(rule) }
    }

    /// Tells what may be told now of the rules in question, by rule and slot.
    mutating func releaseAll(into decisions: inout [Decision]) {
        for rule in releasing.sorted() {
            for slot in runtimes[Int(rule)].open.sorted() {
                for about in Decision.About.allCases { release(Int(rule), slot, about, into: &decisions) }
            }
        }
    }

    private mutating func release(
        _ rule: Int, _ slot: Int32, _ about: Decision.About, into decisions: inout [Decision]
    ) {
        let state = runtimes[rule].keys.read(slot)[0]
        let told = state[keyPath: Self.told(about)]
        guard told.withheld != .none, state.hasEpisode(about) else { return }
        let reason = withholding(rule, slot)
        guard reason == .none else {
            runtimes[rule].keys.write(slot)[0][keyPath: Self.told(about)].withheld = reason
            if reason == .muted { armCalendar(rule) }
            return
        }
        guard let transition = news(state, told, about) else {
            runtimes[rule].keys.write(slot)[0][keyPath: Self.told(about)].withheld = .none
            return
        }
        var facts = currentFacts(rule, slot, about, at: received)
        facts.previous = told.level
        say(rule, slot, about, transition, facts, into: &decisions)
    }

    /// What consumers have not heard of an episode; nil where they know it as it is.
    private func news(_ state: KeyState, _ told: Told, _ about: Decision.About) -> Decision.Transition? {
        guard about == .value else { return told.isAnnounced ? nil : .raised }
        if state.isFlapping { return told.isFlapping ? nil : .flappingStarted }
        guard told.isAnnounced else { return .raised }
        if told.isFlapping { return .flappingEnded }
        guard state.level != told.level else { return nil }
        return state.level > told.level ? .escalated : .deescalated
    }

    /// A decision that changes nothing of the key's state but what is told of it.
    mutating func say(
        _ rule: Int, _ slot: Int32, _ about: Decision.About, _ transition: Decision.Transition, _ facts: Facts,
        into decisions: inout [Decision]
    ) {
        let state = runtimes[rule].keys.read(slot)[0]
        let previous = Level(rawValue: facts.previous)
        switch about {
        case .value:
            append(
                rule, slot, about: .value, transition, id: nextID(), episode: state.episode,
                level: Level(rawValue: state.level), previous: previous, peak: Level(rawValue: state.peak) ?? .blue,
                startedAt: state.startedAt, facts, into: &decisions)
        case .noData:
            let level = runtimes[rule].rule.noData?.level ?? .blue
            append(
                rule, slot, about: .noData, transition, id: nextID(), episode: state.silence, level: level,
                previous: previous, peak: level, startedAt: state.silentSince, facts, into: &decisions)
        }
    }

    /// What is known of an open episode without a new reading.
    mutating func currentFacts(_ rule: Int, _ slot: Int32, _ about: Decision.About, at moment: Timestamp) -> Facts {
        let state = runtimes[rule].keys.read(slot)[0]
        switch about {
        case .value:
            let values = timerValues(rule, slot, at: state.newest)
            return shown(rule, slot, Level(rawValue: state.level), values, moment, nil)
        case .noData:
            var facts = Facts(at: moment)
            facts.score = (runtimes[rule].rule.noData?.level ?? .blue).scoreAnchor
            return facts
        }
    }
}
