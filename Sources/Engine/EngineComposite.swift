import Events

/// Indexes: when a moment is over, each index whose parts have moved in it is computed anew, parts before wholes.
extension Engine {
    /// A key that may count otherwise for an index: its score, its area or its life has changed.
    struct Moved: BitwiseCopyable, Sendable {
        var rule: Int32
        var slot: Int32
        /// Event time; how far it has come for the key where the stamps moved it, of silence measured the stamp.
        var at: Timestamp
    }

    /// Finds the rules of each index and counts their keys where they are; creates and judges nothing.
    mutating func resolveIndexes() {
        moved.removeAll()
        indexes = []
        for rule in runtimes.indices {
            runtimes[rule].feeds = []
            runtimes[rule].composite = nil
        }
        for index in indexOrder() {
            guard case .index(let composite) = runtimes[index].rule.kind else { continue }
            var state = CompositeState(composite, rules: runtimes, registry: registry)
            for slot in 0..<runtimes[index].keys.count where runtimes[index].keys.read(slot)[0].key >= 0 {
                state.place(slot, area: text(runtimes[index].keys.read(slot)[0].key))
            }
            runtimes[index].composite = state
            for rule in state.rules where rule >= 0 && runtimes[Int(rule)].feeds.last != Int32(index) {
                runtimes[Int(rule)].feeds.append(Int32(index))
                for slot in 0..<runtimes[Int(rule)].keys.count {
                    count(Int(rule), slot, in: index, mayCreate: false)
                }
            }
            indexes.append(Int32(index))
        }
    }

    /// Rules of this kind, each after those that are parts of it; a rule set has no ring.
    private func indexOrder() -> [Int] {
        var order: [Int] = []
        func visit(_ rule: Int) {
            guard !order.contains(rule), case .index(let composite) = runtimes[rule].rule.kind else { return }
            for id in composite.rules {
                if let part = runtimes.firstIndex(where: { $0.rule.id == id }) { visit(part) }
            }
            order.append(rule)
        }
        for rule in runtimes.indices { visit(rule) }
        return order
    }

    /// After a change of rules or registry every index is judged anew, at the event time it had. `unscored`: rules whose keys' scores
    /// nobody has kept, or not by the clock; they are what they are by now.
    mutating func reviewIndexes(unscored: [Int], into decisions: inout [Decision]) {
        for rule in unscored where !runtimes[rule].feeds.isEmpty {
            for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys.read(slot)[0].key >= 0 {
                guard !runtimes[rule].keys.read(slot)[0].isGivenUp else { continue }
                let newest = runtimes[rule].keys.read(slot)[0].newest
                let prepared = runtimes[rule].prepared
                let isByClock = prepared.isSilenceZero && newest > .distantPast
                let moment = isByClock ? max(newest, clock(rule, slot) - prepared.rule.lateness) : newest
                let values = timerValues(rule, slot, at: moment)
                noteScore(rule, slot, values, isGated: isGated(rule, slot, values), at: moment)
                if isByClock, prepared.score == nil, !areEmptied(rule, slot, at: moment),
                    prepared.ladder.allSatisfy({ values[$0.of].isNaN })
                {
                    runtimes[rule].keys.write(slot)[0].score = 0
                }
            }
        }
        for rule in runtimes.indices where !runtimes[rule].feeds.isEmpty {
            for slot in 0..<runtimes[rule].keys.count where runtimes[rule].keys.read(slot)[0].key >= 0 {
                moved.append(Moved(rule: Int32(rule), slot: slot, at: runtimes[rule].keys.read(slot)[0].newest))
            }
        }
        settleIndexes(all: true, into: &decisions)
    }

    private func isGated(_ rule: Int, _ slot: Int32, _ values: RuleValues) -> Bool {
        guard let gate = runtimes[rule].prepared.onlyWhile else { return false }
        return gate.test(values, registered: registered(gate, rule, slot)) == false
    }

    /// Keeps the key's score where an index or the rule's own formula needs it; one that is unknown leaves the last.
    mutating func noteScore(
        _ rule: Int, _ slot: Int32, _ values: RuleValues, isGated: Bool, at time: Timestamp
    ) {
        let prepared = runtimes[rule].prepared
        let number: Double?
        if let score = prepared.score {
            number = score.number(values, registered: registered(score, rule, slot))
        } else if runtimes[rule].feeds.isEmpty {
            return
        } else if isGated {
            number = 0
        } else {
            let isKnown = prepared.ladder.contains { $0.of < values.count && !values[$0.of].isNaN }
            number = isKnown ? derivedScore(rule, slot, values, at: time) : nil
        }
        guard let number, !number.isNaN else { return }
        runtimes[rule].keys.write(slot)[0].score = max(0, min(100, number))
    }

    /// The key may count otherwise from here on.
    mutating func move(_ rule: Int, _ slot: Int32, at time: Timestamp) {
        guard !runtimes[rule].feeds.isEmpty else { return }
        moved.append(Moved(rule: Int32(rule), slot: slot, at: time))
    }

    /// Computes the indexes that the moment's movements touch.
    mutating func settleIndexes(all: Bool = false, into decisions: inout [Decision]) {
        guard all || !moved.isEmpty else { return }
        for index in indexes.map(Int.init) {
            var touched: [Touched] = []
            // Indexes that moved in this loop stand behind in the list and are heard by those after them.
            for movement in moved where runtimes[Int(movement.rule)].feeds.contains(Int32(index)) {
                touched += touch(movement, index)
            }
            if runtimes[index].composite?.isToBeRecounted == true {
                touched += recount(index, at: touched.map(\.at).max() ?? .distantPast)
            }
            if all { touched += everyArea(of: index) }
            touched.sort { $0.slot < $1.slot }
            var next = 0
            while next < touched.count {
                var area = touched[next]
                next += 1
                while next < touched.count, touched[next].slot == area.slot {
                    area.at = max(area.at, touched[next].at)
                    area.source = max(area.source, touched[next].source)
                    next += 1
                }
                judgeIndex(index, area, into: &decisions)
            }
        }
        moved.removeAll(keepingCapacity: true)
    }

    /// An area whose index is to be computed.
    private struct Touched {
        var slot: Int32
        var at: Timestamp
        /// Whose clock the area's holds follow; −1: as before.
        var source: Int32
    }

    private func everyArea(of index: Int) -> [Touched] {
        (0..<runtimes[index].keys.count).compactMap { slot in
            let state = runtimes[index].keys.read(slot)
            return state[0].key >= 0 ? Touched(slot: slot, at: state[0].newest, source: -1) : nil
        }
    }

    private mutating func touch(_ movement: Moved, _ index: Int) -> [Touched] {
        let (rule, slot) = (Int(movement.rule), movement.slot)
        let isThere = slot < runtimes[rule].keys.count && runtimes[rule].keys.read(slot)[0].key >= 0
        let source = isThere ? runtimes[rule].keys.read(slot)[0].source : -1
        return count(rule, slot, in: index, mayCreate: true).map { Touched(slot: $0, at: movement.at, source: source) }
    }

    /// Counts a key of a rule with the score and in the areas that it has now; gives the areas where that changed anything.
    @discardableResult
    private mutating func count(_ rule: Int, _ slot: Int32, in index: Int, mayCreate: Bool) -> [Int32] {
        guard case .index(let composite) = runtimes[index].prepared.rule.kind else { return [] }
        let points = points(rule, slot)
        let places =
            points == AreaScores.none
            ? composite.areas.map { _ in -1 } : places(of: rule, slot, in: index, composite, mayCreate)
        return runtimes[index].composite?.count(slot, of: Int32(rule), points, in: places) ?? []
    }

    /// What a key counts in whole points: nothing where it is gone, asleep, or resolved for want of data.
    private func points(_ rule: Int, _ slot: Int32) -> UInt8 {
        guard slot < runtimes[rule].keys.count, runtimes[rule].isAwake else { return AreaScores.none }
        let state = runtimes[rule].keys.read(slot)
        guard state[0].key >= 0, !state[0].score.isNaN else { return AreaScores.none }
        // From a damaged snapshot it may be anything.
        return UInt8(max(0, min(100, state[0].score)).rounded(.down))
    }

    /// The index's keys for the areas that a key lies in.
    private mutating func places(
        of rule: Int, _ slot: Int32, in index: Int, _ composite: Rule.Composite, _ mayCreate: Bool
    ) -> [Int32] {
        let state = runtimes[rule].keys.read(slot)[0]
        let code = areaDigits(area(of: rule, slot))
        return composite.areas.map { digits in
            guard code.utf8.count >= digits else { return -1 }
            let area = String(code.prefix(digits))
            let symbol = mayCreate ? symbols.intern(area) : symbols.find(area)
            if let symbol, let found = runtimes[index].index.find(SlotIndex.key(symbol, exercise: state.exercise)) {
                return found
            }
            guard mayCreate, let symbol, let made = makePlace(symbol, area, in: index, state) else {
                runtimes[index].composite?.hasUncounted = true
                return -1
            }
            return made
        }
    }

    /// An area's key; nil where the index has no room for one more.
    private mutating func makePlace(_ symbol: Int32, _ area: String, in index: Int, _ state: KeyState) -> Int32? {
        let fresh = KeyState(
            key: symbol, subject: -1, area: symbols.intern(wholeCode(area)), source: state.source,
            exercise: state.exercise, lastReceived: received)
        let key = SlotIndex.key(symbol, exercise: state.exercise)
        guard let made = runtimes[index].slot(for: key, state: fresh) else { return nil }
        runtimes[index].composite?.place(made, area: area)
        if runtimes[index].composite?.hasUncounted == true { runtimes[index].composite?.isToBeRecounted = true }
        armReceived(index, made)
        return made
    }

    /// Keys that lay in an area when there was no room for it, and have not moved since, count there now as they do after
    /// a restart.
    private mutating func recount(_ index: Int, at moment: Timestamp) -> [Touched] {
        // A copy of its state, held here, would have all of it copied at the first count.
        let rules = Set(runtimes[index].composite?.rules ?? [])
        runtimes[index].composite?.isToBeRecounted = false
        runtimes[index].composite?.hasUncounted = false
        var touched: [Touched] = []
        for rule in rules.sorted() where rule >= 0 {
            for slot in 0..<runtimes[Int(rule)].keys.count {
                touched += count(Int(rule), slot, in: index, mayCreate: false)
                    .map { Touched(slot: $0, at: moment, source: -1) }
            }
        }
        return touched
    }

    /// The ladder looks at the index of one area where it has changed.
    private mutating func judgeIndex(_ index: Int, _ area: Touched, into decisions: inout [Decision]) {
        guard runtimes[index].isAwake else { return }
        let slot = area.slot
        let moment = max(area.at, runtimes[index].keys.read(slot)[0].newest)
        let rule = runtimes[index].prepared.rule
        guard moment >= rule.effectiveFrom, moment < rule.effectiveUntil else {
            runtimes[index].counters.notEffective += 1
            return
        }
        wake(index, slot, before: moment, into: &decisions)
        let value = runtimes[index].composite?.value(in: slot) ?? .nan
        let before = runtimes[index].keys.read(slot)[0]
        let isCounted = isCounted(index, slot)
        // Where nobody is left, the number may be the same: of exposures alone.
        let isLeft = !before.held.isNaN || !before.score.isNaN || before.hasEpisode || !before.rungs.areAllOut
        guard isCounted ? value != before.held : isLeft else { return }
        let state = runtimes[index].keys.write(slot)
        if area.source >= 0 { state[0].source = area.source }
        state[0].newest = moment
        state[0].lastReceived = received
        state[0].position = position
        if area.source >= 0 { noteSource(area.source, index, slot) }
        guard isCounted else { return giveUp(index, slot, at: moment, into: &decisions) }
        guard !value.isNaN else {
            runtimes[index].counters.unknown += 1
            return
        }
        runtimes[index].keys.write(slot)[0].held = value
        runtimes[index].counters.evaluated += 1
        climb(
            index, slot, values: RuleValues(first: value), at: moment, afterGap: false, nil, into: &decisions)
    }

    /// Whether any key rests in an area of an index.
    func isCounted(_ index: Int, _ slot: Int32) -> Bool { runtimes[index].composite?.isAlive(slot) ?? false }

    /// Nothing is left in the area that the index could rest on: not zero, but no data.
    private mutating func giveUp(_ index: Int, _ slot: Int32, at moment: Timestamp, into decisions: inout [Decision]) {
        let state = runtimes[index].keys.write(slot)
        state[0].held = .nan
        state[0].score = .nan
        state[0].rungs = Rungs()
        move(index, slot, at: moment)
        guard state[0].hasEpisode else { return }
        var facts = Facts(at: moment)
        facts.reason = .noData
        decide(index, slot, .resolved, to: nil, facts, into: &decisions)
    }
}

/// A code as registries and topics have it: a city's or province's own digits are followed by zeros.
func wholeCode(_ area: String) -> String {
    area + String(repeating: "0", count: max(0, 6 - area.utf8.count))
}
