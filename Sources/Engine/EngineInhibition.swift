import Events

/// Inhibition: whether a rule that explains an alarm is firing for the same subject or area.
extension Engine {
    /// An inhibition with its rule found.
    struct Inhibitor: BitwiseCopyable, Sendable {
        var rule: Int32
        var level: UInt8
        /// Of the area; 0: the subject.
        var digits: Int
    }

    /// Finds the rules that `inhibited_by` names; one that is not there inhibits nothing.
    mutating func resolveInhibitions() {
        for rule in runtimes.indices {
            runtimes[rule].inhibitors = []
            runtimes[rule].inhibited = []
        }
        for rule in runtimes.indices {
            for inhibition in runtimes[rule].rule.inhibitedBy {
                guard let other = runtimes.firstIndex(where: { $0.rule.id == inhibition.rule }) else { continue }
                let digits: Int =
                    switch inhibition.same {
                    case .subject: 0
                    case .area(let digits): digits
                    }
                runtimes[rule].inhibitors.append(
                    Inhibitor(rule: Int32(other), level: inhibition.level.rawValue, digits: digits))
                if runtimes[other].inhibited.last != Int32(rule) { runtimes[other].inhibited.append(Int32(rule)) }
            }
        }
    }

    func isInhibited(_ rule: Int, _ slot: Int32) -> Bool {
        runtimes[rule].inhibitors.contains { speaks($0, for: rule, slot) }
    }

    /// Ids of the rules that inhibit a key now.
    func inhibitors(of rule: Int, _ slot: Int32) -> [String] {
        runtimes[rule].inhibitors.filter { speaks($0, for: rule, slot) }.map { runtimes[Int($0.rule)].rule.id }
    }

    private func speaks(_ inhibitor: Inhibitor, for rule: Int, _ slot: Int32) -> Bool {
        inhibitor.digits == 0 ? speaksForSubject(inhibitor, rule, slot) : speaksForArea(inhibitor, rule, slot)
    }

    private func speaksForSubject(_ inhibitor: Inhibitor, _ rule: Int, _ slot: Int32) -> Bool {
        let state = runtimes[rule].keys.read(slot)
        let (subject, exercise) = (state[0].subject, state[0].exercise)
        let other = Int(inhibitor.rule)
        guard subject >= 0 else { return false }
        if runtimes[other].rule.by == .subject {
            guard let found = runtimes[other].index.find(SlotIndex.key(subject, exercise: exercise)) else {
                return false
            }
            return spoken(other, found) >= inhibitor.level
        }
        return runtimes[other].open.contains { open in
            let key = runtimes[other].keys.read(open)
            return key[0].subject == subject && key[0].exercise == exercise && spoken(other, open) >= inhibitor.level
        }
    }

    private func speaksForArea(_ inhibitor: Inhibitor, _ rule: Int, _ slot: Int32) -> Bool {
        let other = Int(inhibitor.rule)
        let exercise = runtimes[rule].keys.read(slot)[0].exercise
        let area = area(of: rule, slot).utf8.prefix(inhibitor.digits)
        guard area.count == inhibitor.digits, !runtimes[other].open.isEmpty else { return false }
        if runtimes[other].rule.by == .area(digits: inhibitor.digits) {
            guard let symbol = symbols.find(String(decoding: area, as: UTF8.self)),
                let found = runtimes[other].index.find(SlotIndex.key(symbol, exercise: exercise))
            else { return false }
            return spoken(other, found) >= inhibitor.level
        }
        return runtimes[other].open.contains { open in
            runtimes[other].keys.read(open)[0].exercise == exercise && spoken(other, open) >= inhibitor.level
                && self.area(of: other, open).utf8.starts(with: area)
        }
    }

    /// The level at which a key's alarm speaks for those that it inhibits, 0 where it does not. What nobody may hear of
    /// explains nothing: the sandbox, and what its own calendar keeps quiet. One that is inhibited itself does speak, for
    /// its own inhibitor is heard. While it flaps it counts at its peak, so that the others do not flap with it.
    private func spoken(_ rule: Int, _ slot: Int32) -> UInt8 {
        switch runtimes[rule].rule.status {
        case .sandbox, .disabled: return 0
        case .incubating, .stable, .deprecated: break
        }
        let state = runtimes[rule].keys.read(slot)[0]
        let level = state.isFlapping ? state.peak : state.level
        guard isMuted(rule) else { return level }
        guard state.told.isAnnounced else { return 0 }
        return min(level, state.heard(state.told))
    }

    /// The area code of a key as its decisions carry it; empty where unknown.
    func area(of rule: Int, _ slot: Int32) -> String {
        let state = runtimes[rule].keys.read(slot)[0]
        if case .area = runtimes[rule].rule.by { return symbols.string(state.key) }
        if state.registered >= 0, !registry.subjects[Int(state.registered)].area.isEmpty {
            return registry.subjects[Int(state.registered)].area
        }
        return state.area >= 0 ? symbols.string(state.area) : ""
    }
}
