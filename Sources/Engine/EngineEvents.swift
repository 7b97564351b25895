import Events

/// Events: each moves its source's time, then meets the rules that read it.
extension Engine {
    mutating func apply(
        _ batch: EventBatch, from department: String, at record: JournalRecord, into decisions: inout [Decision]
    ) {
        let arrived = ArrivedBatch(batch, zones: zones)
        withExtendedLifetime(arrived) {
            Foresight.with { apply(arrived, from: department, at: record, $0, into: &decisions) }
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
            // Beyond the record's stamp lies only what the clock did not follow.
            let isAhead = batch.flags[event].contains(.ahead) || (followsEvents && time > record.received)
            if followsEvents, !isAhead, time > received {
                if sources.isEmpty { beginClock(at: time) }
                advance(to: time, into: &decisions)
            }
            let local = Int(batch.sources[event] + 1)
            if sourceOf[local] < 0 { sourceOf[local] = source(department, batch.text(batch.sources[event]) ?? "") }
            let source = sourceOf[local]
            let latest = isAhead ? Timestamp.distantPast : received + ruleSet.timing.maxFuture
            guard noteArrival(of: time, from: source, latest: latest, into: &decisions) else { continue }
            if batch.flags[event].contains(.implausible) {
                implausible += 1
            } else {
                let coming = ahead.event(event)
                let readings = batch.readings(event)
                var place = coming.start
                for reading in readings {
                    let isFirst = reading == readings.lowerBound
                    let targets = isFirst ? coming.targets : names.targets(batch.metrics[reading], routes)
                    guard !targets.isEmpty else { continue }
                    let subject =
                        coming.subject >= 0 ? coming.subject : names.symbol(batch.subjects[event], &symbols)
                    let arrival = Arrival(
                        arrived, event: event, reading: reading, source: source, subject: subject,
                        area: names.symbol(batch.areas[event], &symbols), position: position, received: received)
                    let unit = names.symbol(batch.units[reading], &symbols)
                    meetRules(
                        arrival, targets, names.type(batch.types[event], routes), unit, routes, ahead, place,
                        into: &decisions)
                    place += targets.count
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
    private mutating func noteArrival(
        of time: Timestamp, from source: Int32, latest: Timestamp, into decisions: inout [Decision]
    ) -> Bool {
        let state = sources[Int(source)].take(time, received, latest: latest)
        if case .runsTimers(let newest) = state {
            runTimers(of: source, before: time, silentFrom: newest, into: &decisions)
        }
        return state != .future
    }

    /// `place`: where in `ahead` the places of the targets begin.
    private mutating func meetRules(
        _ arrival: Arrival, _ targets: Range<Int>, _ type: Int32, _ unit: Int32, _ routes: Routes,
        _ ahead: Foresight, _ place: Int, into decisions: inout [Decision]
    ) {
        let slots = place - targets.lowerBound
        var next = targets.lowerBound
        while next < targets.upperBound {
            // One look at the array for all rules that only write the reading down.
            let steadiness = runtimes.withUnsafeMutableBufferPointer { rules in
                while next < targets.upperBound {
                    let target = routes.targets[next]
                    next += 1
                    guard target.type == type else { continue }
                    let steadiness = rules[Int(target.rule)].meet(
                        arrival, target.input, unit, ahead[slots + next - 1])
                    guard case .steady = steadiness else { return steadiness }
                }
                return .steady
            }
            let target = routes.targets[next - 1]
            let rule = Int(target.rule)
            switch steadiness {
            case .steady: return
            case .unknown: evaluate(rule, target.input, unit, arrival, into: &decisions)
            case .unsteady: takeTheLongWay(rule, ahead[slots + next - 1]!.slot, arrival, nil, into: &decisions)
            case .measured(let value):
                takeTheLongWay(
                    rule, ahead[slots + next - 1]!.slot, arrival, RuleValues(first: value), into: &decisions)
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
        if plan.condition != nil, !passes(runtimes[rule].prepared.condition, rule, arrival) { return }
        guard let slot = slot(of: rule, arrival) else { return }
        switch runtimes[rule].staySteady(runtimes[rule].place(of: slot, nextPosition), arrival) {
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
        // What is measured comes of a reading with a number, the key's newest; the window has it already.
        guard let numbers = measured ?? numbers(rule, prepared, arrival) else { return }
        if time < previous { return takeOutOfOrder(rule, prepared, slot, numbers, arrival, into: &decisions) }
        let isAfterGap = prepared.rule.maxGap.map { previous > .distantPast && time - previous > $0 } ?? false
        takeBack(rule, slot, at: time)
        if !isAfterGap { wake(rule, slot, before: time, into: &decisions) }
        if prepared.hasTumbling { closeWindows(rule, slot, through: time, into: &decisions) }
        let values = measured ?? values(of: numbers, rule, prepared, slot, at: time)
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
    mutating func takeOutOfOrder(
        _ rule: Int, _ prepared: PreparedRule, _ slot: Int32, _ numbers: RuleValues, _ arrival: Arrival,
        into decisions: inout [Decision]
    ) {
        // However old, it was heard now.
        endSilence(rule, slot, arrival, into: &decisions)
        let watermark = sources[Int(arrival.source)].newest - prepared.rule.lateness
        guard arrival.time >= watermark else {
            runtimes[rule].counters.late += 1
            sources[Int(arrival.source)].late += 1
            return
        }
        runtimes[rule].counters.outOfOrder += 1
        sources[Int(arrival.source)].outOfOrder += 1
        // From here on the key waits for it, too.
        noteSource(arrival.source, rule, slot)
        let newest = runtimes[rule].keys.read(slot)[0].newest
        // No window is held here: its page would move when written, and the addresses that were looked up ahead with it.
        for index in runtimes[rule].windows.indices where runtimes[rule].windows[index] != nil {
            guard !numbers[index].isNaN else { continue }
            // One that holds nothing yet does not begin with a window that is over.
            if let end = runtimes[rule].windows[index]?.end(holding: arrival.time), end <= newest {
                runtimes[rule].count(.late)
            } else {
                take(numbers[index], into: index, rule, slot, at: arrival.time)
            }
        }
        // It may have begun a window, which ends.
        if prepared.hasTumbling { arm(rule, slot, from: newest) }
    }

    /// What the reading is to each of the rule's values, to a window its sample; nil, and counted, where it has a number for none
    /// of them, which is as if it had not come.
    mutating func numbers(_ rule: Int, _ prepared: PreparedRule, _ arrival: Arrival) -> RuleValues? {
        var numbers = RuleValues()
        var isHeard = false
        for index in prepared.kinds.indices {
            let number =
                switch prepared.kinds[index] {
                case .reading: arrival.value
                case .formula(let formula): formula.number(arrival) { registered(arrival) } ?? .nan
                case .window: sample(prepared, index, arrival)
                }
            if !number.isNaN { isHeard = true }
            numbers.append(number)
        }
        guard isHeard else {
            runtimes[rule].counters.unknown += 1
            return nil
        }
        return numbers
    }

    /// Gives each window its sample.
    private mutating func take(_ numbers: RuleValues, _ rule: Int, _ slot: Int32, at time: Timestamp) {
        for index in runtimes[rule].windows.indices where runtimes[rule].windows[index] != nil {
            if !numbers[index].isNaN { take(numbers[index], into: index, rule, slot, at: time) }
        }
    }

    /// The rule's values once its windows have their samples.
    mutating func values(
        of numbers: RuleValues, _ rule: Int, _ prepared: PreparedRule, _ slot: Int32, at time: Timestamp
    ) -> RuleValues {
        if prepared.hasWindows { take(numbers, rule, slot, at: time) }
        var values = RuleValues()
        for index in prepared.kinds.indices {
            values.append(runtimes[rule].windows[index]?.value(at: time, slot: slot) ?? numbers[index])
        }
        if let first = prepared.firstPlain { runtimes[rule].keys.write(slot)[0].held = values[first] }
        return values
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
        let isExplaining =
            state[0].isOpen && !(runtimes[rule].inhibitors.isEmpty && runtimes[rule].inhibited.isEmpty)
        let (before, place) = (state[0].subject, isExplaining ? self.area(of: rule, slot) : "")
        if state[0].subject != subject {
            state[0].subject = subject
            state[0].registered = registryIndex(of: subject)
        }
        if area >= 0 { state[0].area = area }
        move(rule, slot, at: time)
        guard isExplaining else { return }
        // It may be explained by nobody there, and explain nobody here any more: all that is open is looked through, so
        // only for those who go by what has changed.
        let isElsewhere = place != self.area(of: rule, slot)
        func concerns(_ inhibitor: Inhibitor) -> Bool { inhibitor.digits > 0 ? isElsewhere : before != subject }
        if runtimes[rule].inhibitors.contains(where: concerns) { queueRelease(of: Int32(rule)) }
        for other in runtimes[rule].inhibited {
            let isConcerned = runtimes[Int(other)].inhibitors.contains { $0.rule == rule && concerns($0) }
            if isConcerned { queueRelease(of: other) }
        }
    }
}
