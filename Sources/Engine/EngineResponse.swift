import Events

/// What people must answer: a notice to the next unit where nobody acknowledged, or where the alarm goes on too long.
extension Engine {
    /// From the first telling at the rule's level on people have to answer; while it flaps an alarm counts at its peak.
    func noteAnswerable(_ rule: Int, _ slot: Int32, _ told: inout Told) {
        guard let response = runtimes[rule].rule.response, told.isAnnounced, !told.isAnswerable else { return }
        if runtimes[rule].keys.read(slot)[0].heard(told) >= response.level.rawValue { told.answerableFrom = received }
    }

    /// A rule that now asks for an answer to what it told before: from now on.
    mutating func noteAnswerable(but unchanged: Set<Int>) {
        for rule in runtimes.indices where !unchanged.contains(rule) {
            for slot in runtimes[rule].open {
                for field in Decision.About.allCases.map(Self.told) {
                    var told = runtimes[rule].keys.read(slot)[0][keyPath: field]
                    noteAnswerable(rule, slot, &told)
                    runtimes[rule].keys.write(slot)[0][keyPath: field] = told
                }
            }
        }
    }

    /// When the key's response is due next.
    func responseDue(_ rule: Int, _ state: KeyState) -> Timestamp {
        guard let response = runtimes[rule].rule.response, state.openIndex >= 0 else { return .distantFuture }
        // What was told of an episode that has ended in this moment is forgotten at its end only.
        return Decision.About.allCases.filter(state.hasEpisode).map { response.due(state[keyPath: Self.told($0)]) }
            .min() ?? .distantFuture
    }

    /// Says what is due by the moment, of the value's episode and of the silence's; nobody is asked about one that ends in it.
    mutating func checkResponse(_ rule: Int, _ slot: Int32, at moment: Timestamp, into decisions: inout [Decision]) {
        guard let response = runtimes[rule].rule.response else { return }
        for about in Decision.About.allCases where runtimes[rule].keys.read(slot)[0].hasEpisode(about) {
            let field = Self.told(about)
            if response.acknowledgeDue(runtimes[rule].keys.read(slot)[0][keyPath: field]) <= moment {
                runtimes[rule].keys.write(slot)[0][keyPath: field].isUnacknowledged = true
                remind(rule, slot, about, .unacknowledged, response.escalateTo, at: moment, into: &decisions)
            }
            if response.handleDue(runtimes[rule].keys.read(slot)[0][keyPath: field]) <= moment {
                runtimes[rule].keys.write(slot)[0][keyPath: field].isUnhandled = true
                remind(rule, slot, about, .unhandled, response.escalateTo, at: moment, into: &decisions)
            }
        }
    }

    private mutating func remind(
        _ rule: Int, _ slot: Int32, _ about: Decision.About, _ transition: Decision.Transition, _ units: [String],
        at moment: Timestamp, into decisions: inout [Decision]
    ) {
        var facts = currentFacts(rule, slot, about, at: moment)
        facts.escalateTo = units
        say(rule, slot, about, transition, facts, into: &decisions)
    }
}
