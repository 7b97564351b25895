import Events

/// Events: each moves its source's time, then meets the rules that read it.
extension Engine {
    mutating func apply(
        _ batch: EventBatch, from department: String, at record: JournalRecord, into decisions: inout [Decision]
    ) {
        let arrived = ArrivedBatch(batch, zones: zones)
        withExtendedLifetime(arrived) {
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: Foresight.size) { room in
                apply(arrived, from: department, at: record, Foresight(in: room), into: &decisions)
            }
        }
    }

    private mutating func apply(
        _ arrived: ArrivedBatch, from department: String, at record: JournalRecord, _ foresight: Foresight,
        into decisions: inout [Decision]
    ) {
        let batch = arrived.columns
        var names = BatchNames(arrived)
        var sourceOf = [Int32](repeating: -1, count: batch.strings.count + 1)
        let followsEvents = ruleSet.timing.clock == .events
        if !followsEvents { runReceivedTimers(before: record.received, into: &decisions) }
        let routes = routes
        var ahead = foresight
        for event in 0..<batch.count {
            if event == ahead.end { foresee(&ahead, of: arrived, routes, &names) }
            begin(record.position + Int64(event))
            let time = batch.times[event]
            if followsEvents {
                let moment = max(received, min(time, record.received))
                if moment > received { advance(to: moment, into: &decisions) }
            }
            let local = Int(batch.sources[event] + 1)
            if sourceOf[local] < 0 { sourceOf[local] = source(department, batch.text(batch.sources[event]) ?? "") }
            let source = sourceOf[local]
            guard noteArrival(of: time, from: source, into: &decisions) else { continue }
            if batch.flags[event].contains(.implausible) {
                implausible += 1
            } else {
                var place = ahead.start(of: event)
                for reading in batch.readings(event) {
                    meetRules(arrived, event, reading, source, routes, &names, ahead, &place, into: &decisions)
                }
            }
            sources[Int(source)].newest = max(sources[Int(source)].newest, time)
            endMoment(into: &decisions)
        }
        if !followsEvents { runReceivedTimers(through: record.received, into: &decisions) }
    }

    /// The index of a source, made at its first event.
    private mutating func source(_ department: String, _ source: String) -> Int32 {
        let symbol = symbols.intern(department + "\0" + source)
        let key = SlotIndex.key(symbol, exercise: false)
        if let index = sourceIndex.find(key) { return index }
        let index = Int32(sources.count)
        sources.append(SourceState(symbol: symbol, lastReceived: received))
        sourceIndex.insert(key, slot: index)
        return index
    }

    /// Counts the event, refuses one from the future, and runs the source's timers that lie before it.
    private mutating func noteArrival(of time: Timestamp, from source: Int32, into decisions: inout [Decision]) -> Bool
    {
        let index = Int(source)
        sources[index].accepted += 1
        sources[index].lastReceived = received
        guard time <= received + ruleSet.timing.maxFuture else {
            sources[index].future += 1
            return false
        }
        let newest = sources[index].newest
        if let timer = sources[index].timers.first, timer.due < time, time > newest {
            runTimers(of: source, before: time, silentFrom: newest, into: &decisions)
        }
        return true
    }

    /// `place`: where in `ahead` the slots of the reading's rules begin; moved past them.
    private mutating func meetRules(
        _ arrived: ArrivedBatch, _ event: Int, _ reading: Int, _ source: Int32, _ routes: Routes,
        _ names: inout BatchNames, _ ahead: Foresight, _ place: inout Int, into decisions: inout [Decision]
    ) {
        let metric = names.metric(arrived.columns.metrics[reading], routes)
        guard metric >= 0 else { return }
        let type = names.type(arrived.columns.types[event], routes)
        let unit = names.symbol(arrived.columns.units[reading], &symbols)
        let arrival = Arrival(
            arrived, event: event, reading: reading, source: source,
            subject: names.symbol(arrived.columns.subjects[event], &symbols),
            area: names.symbol(arrived.columns.areas[event], &symbols), position: position, received: received)
        let targets = routes.targets(of: metric)
        let slots = place - targets.lowerBound
        place += targets.count
        var next = targets.lowerBound
        while next < targets.upperBound {
            let turn = nextPosition
            // One look at the array for all rules that only write the reading down.
            let steadiness = runtimes.withUnsafeMutableBufferPointer { rules in
                while next < targets.upperBound {
                    let target = routes.targets[next]
                    next += 1
                    guard target.type == type else { continue }
                    let steadiness = rules[Int(target.rule)].meet(
                        arrival, target.input, unit, ahead[slots + next - 1], turn)
                    guard case .steady = steadiness else { return steadiness }
                }
                return .steady
            }
            let target = routes.targets[next - 1]
            let rule = Int(target.rule)
            switch steadiness {
            case .steady: return
            case .unknown: evaluate(rule, target.input, unit, arrival, into: &decisions)
            case .unsteady: takeTheLongWay(rule, ahead[slots + next - 1], arrival, nil, into: &decisions)
            case .measured(let value):
                takeTheLongWay(
                    rule, ahead[slots + next - 1], arrival, RuleValues(first: value), into: &decisions)
            }
        }
    }

    private mutating func evaluate(
        _ rule: Int, _ input: Int32, _ unit: Int32, _ arrival: Arrival, into decisions: inout [Decision]
    ) {
        guard runtimes[rule].hasUnit(unit, input) else {
            runtimes[rule].counters.unitMismatch += 1
            return
        }
        let plan = runtimes[rule].plan
        guard arrival.time >= plan.effectiveFrom, arrival.time < plan.effectiveUntil else {
            runtimes[rule].counters.notEffective += 1
            return
        }
        if plan.hasPattern { return meetPattern(rule, runtimes[rule].prepared, input, arrival, into: &decisions) }
        if plan.hasCondition, !passes(runtimes[rule].prepared.condition, rule, arrival) { return }
        guard let slot = slot(of: rule, arrival) else { return }
        switch runtimes[rule].staySteady(slot, arrival, nextPosition) {
        case .steady: return
        case .unknown, .unsteady: takeTheLongWay(rule, slot, arrival, nil, into: &decisions)
        case .measured(let value):
            takeTheLongWay(rule, slot, arrival, RuleValues(first: value), into: &decisions)
        }
    }

    /// `measured`: the rule's values where its windows have the reading already.
    private mutating func takeTheLongWay(
        _ rule: Int, _ slot: Int32, _ arrival: Arrival, _ measured: RuleValues?, into decisions: inout [Decision]
    ) {
        let prepared = runtimes[rule].prepared
        if prepared.reorders { return hold(rule, prepared, slot, arrival, into: &decisions) }
        let time = arrival.time
        let previous = runtimes[rule].keys.read(slot)[0].newest
        if time < previous {
            takeOutOfOrder(rule, prepared, slot, arrival)
            return
        }
        let isAfterGap = prepared.rule.maxGap.map { previous > .distantPast && time - previous > $0 } ?? false
        if !isAfterGap { wake(rule, slot, before: time, into: &decisions) }
        if prepared.hasTumbling { closeWindows(rule, slot, through: time, into: &decisions) }
        guard let values = measured ?? computeValues(rule, prepared, slot, arrival) else {
            runtimes[rule].counters.unknown += 1
            return
        }
        // An index hears of every score.
        if runtimes[rule].plan.canStaySteady, runtimes[rule].feeds.isEmpty,
            staysSteady(rule, prepared, slot, values, arrival)
        {
            return
        }
        endSilence(rule, slot, arrival, into: &decisions)
        if isAfterGap { runtimes[rule].keys.write(slot)[0].armedDue = .distantFuture }
        note(arrival, rule, slot)
        runtimes[rule].counters.evaluated += 1
        climb(rule, slot, values: values, at: time, afterGap: isAfterGap, arrival, into: &decisions)
    }

    /// A reading behind the key's newest one changes no level; within lateness it lands in its pane.
    mutating func takeOutOfOrder(_ rule: Int, _ prepared: PreparedRule, _ slot: Int32, _ arrival: Arrival) {
        let watermark = sources[Int(arrival.source)].newest - prepared.rule.lateness
        guard arrival.time >= watermark else {
            runtimes[rule].counters.late += 1
            sources[Int(arrival.source)].late += 1
            return
        }
        runtimes[rule].counters.outOfOrder += 1
        sources[Int(arrival.source)].outOfOrder += 1
        addToWindows(rule, prepared, slot, arrival)
    }

    /// Whether a window has a new number to count.
    @discardableResult
    private mutating func addToWindows(
        _ rule: Int, _ prepared: PreparedRule, _ slot: Int32, _ arrival: Arrival
    ) -> Bool {
        guard prepared.hasWindows else { return false }
        var isHeard = false
        for index in runtimes[rule].windows.indices where runtimes[rule].windows[index] != nil {
            let sample = sample(prepared, index, arrival)
            guard !sample.isNaN else { continue }
            isHeard = true
            take(sample, into: index, rule, slot, at: arrival.time)
        }
        return isHeard
    }

    /// Gives a window a sample; one that it has no place for is counted.
    mutating func take(_ sample: Double, into index: Int, _ rule: Int, _ slot: Int32, at time: Timestamp) {
        if let outcome = runtimes[rule].windows[index]?.add(sample, at: time, slot: slot) {
            runtimes[rule].count(outcome)
        }
    }

    /// What the reading is to one window; NaN: nothing.
    func sample(_ prepared: PreparedRule, _ index: Int, _ arrival: Arrival) -> Double {
        guard let formula = prepared.windowed[index] else {
            let value = arrival.value
            return prepared.isDistinct[index] && !value.isNaN ? sampleIdentity(value) : value
        }
        let sample =
            prepared.isDistinct[index]
            ? formula.identity(arrival) { registered(arrival) } : formula.number(arrival) { registered(arrival) }
        return sample ?? .nan
    }

    /// The rule's values; nil where the reading has no number for any of them, which is as if it had not come.
    private mutating func computeValues(
        _ rule: Int, _ prepared: PreparedRule, _ slot: Int32, _ arrival: Arrival
    ) -> RuleValues? {
        var isHeard = addToWindows(rule, prepared, slot, arrival)
        var values = RuleValues()
        for index in prepared.kinds.indices {
            switch prepared.kinds[index] {
            case .reading: values.append(arrival.value)
            case .formula(let formula):
                values.append(formula.number(arrival) { registered(arrival) } ?? .nan)
            case .window:
                values.append(runtimes[rule].windows[index]?.value(at: arrival.time, slot: slot) ?? .nan)
                continue
            }
            if !values[index].isNaN { isHeard = true }
        }
        guard isHeard else { return nil }
        if let first = prepared.firstPlain { runtimes[rule].keys.write(slot)[0].held = values[first] }
        return values
    }

    /// The key's slot, made at its first reading; nil where the event has no such key or the rule has too many.
    mutating func slot(of rule: Int, _ arrival: Arrival) -> Int32? {
        let symbol = runtimes[rule].plan.isBySubject ? arrival.subject : otherKey(runtimes[rule].rule.by, arrival)
        guard symbol >= 0 else {
            runtimes[rule].counters.noKey += 1
            return nil
        }
        let key = SlotIndex.key(symbol, exercise: arrival.isExercise)
        return runtimes[rule].index.find(key) ?? newSlot(of: rule, symbol, key, arrival)
    }

    private mutating func newSlot(of rule: Int, _ symbol: Int32, _ key: UInt32, _ arrival: Arrival) -> Int32? {
        var state = KeyState(
            key: symbol, subject: arrival.subject, area: arrival.area, source: arrival.source,
            exercise: arrival.isExercise, lastReceived: received)
        state.registered = registryIndex(of: arrival.subject)
        guard let slot = runtimes[rule].slot(for: key, state: state) else { return nil }
        armReceived(rule, slot)
        return slot
    }

    /// Of the subject with this symbol; −1 where the registry does not know it.
    func registryIndex(of subject: Int32) -> Int32 {
        guard subject >= 0, !registry.subjects.isEmpty else { return -1 }
        return Int32(registry.index(of: symbols.string(subject)) ?? -1)
    }

    private mutating func otherKey(_ by: Rule.Key, _ arrival: Arrival) -> Int32 {
        switch by {
        case .subject: arrival.subject
        case .source: sources[Int(arrival.source)].symbol
        case .area(let digits): areaSymbol(arrival, digits)
        case .field(let name): fieldSymbol(arrival, name)
        }
    }

    private mutating func areaSymbol(_ arrival: Arrival, _ digits: Int) -> Int32 {
        let number = arrival.arrived.columns.areas[arrival.event]
        guard number >= 0 else { return -1 }
        return arrival.arrived.columns.strings.withBytes(number) { bytes in
            bytes.count >= digits ? symbols.intern(UnsafeRawBufferPointer(rebasing: bytes[0..<digits])) : -1
        }
    }

    private mutating func fieldSymbol(_ arrival: Arrival, _ name: String) -> Int32 {
        let columns = arrival.arrived.columns
        guard let number = columns.strings.find(name) else { return -1 }
        for field in columns.fields(arrival.event) where columns.fieldNames[field] == number {
            let value = columns.fieldValues[field]
            return value.kind == .string ? columns.strings.withBytes(value.string) { symbols.intern($0) } : -1
        }
        return -1
    }

    /// Writes down where the newest reading came from.
    mutating func note(_ arrival: Arrival, _ rule: Int, _ slot: Int32) {
        notePlace(arrival.subject, arrival.area, rule, slot, at: arrival.time)
        let state = runtimes[rule].keys.write(slot)
        state[0].source = arrival.source
        state[0].note(arrival)
        noteSource(arrival.source, rule, slot)
    }

    /// Whose the newest reading is and where; indexes hear of a key that is elsewhere now.
    mutating func notePlace(_ subject: Int32, _ area: Int32, _ rule: Int, _ slot: Int32, at time: Timestamp) {
        let state = runtimes[rule].keys.write(slot)
        guard state[0].subject != subject || (area >= 0 && state[0].area != area) else { return }
        if state[0].subject != subject {
            state[0].subject = subject
            state[0].registered = registryIndex(of: subject)
        }
        if area >= 0 { state[0].area = area }
        move(rule, slot, at: time)
    }
}
