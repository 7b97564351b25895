import Events

/// Events: each moves its source's time, then meets the rules that read it.
extension Engine {
    mutating func apply(
        _ batch: EventBatch, from department: String, at record: JournalRecord, into decisions: inout [Decision]
    ) {
        var names = BatchNames(batch)
        var sourceOf = [Int32](repeating: -1, count: batch.strings.count + 1)
        let followsEvents = ruleSet.timing.clock == .events
        if !followsEvents { runReceivedTimers(before: record.received, into: &decisions) }
        for event in 0..<batch.count {
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
                for reading in batch.readings(event) {
                    meetRules(batch, event, reading, source, &names, into: &decisions)
                }
            }
            sources[Int(source)].newest = max(sources[Int(source)].newest, time)
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
        if time > newest { runTimers(of: source, before: time, silentFrom: newest, into: &decisions) }
        return true
    }

    private mutating func meetRules(
        _ batch: EventBatch, _ event: Int, _ reading: Int, _ source: Int32, _ names: inout BatchNames,
        into decisions: inout [Decision]
    ) {
        let metric = names.metric(batch.metrics[reading], batch, routes)
        guard metric >= 0 else { return }
        let type = names.type(batch.types[event], batch, routes)
        for target in routes.targets(of: metric) where routes.targets[target].type == type {
            let rule = Int(routes.targets[target].rule)
            let unit = batch.units[reading]
            if unit >= 0, runtimes[rule].unitSymbol >= 0,
                names.symbol(unit, batch, &symbols) != runtimes[rule].unitSymbol
            {
                runtimes[rule].counters.unitMismatch += 1
                continue
            }
            let arrival = Arrival(batch: batch, event: event, reading: reading, source: source)
            evaluate(rule, arrival, &names, into: &decisions)
        }
    }

    /// One reading as one rule sees it.
    struct Arrival {
        let batch: EventBatch
        let event: Int
        let reading: Int
        let source: Int32

        var time: Timestamp { batch.times[event] }
        var value: Double { batch.values[reading] }
        var isExercise: Bool { batch.flags[event].contains(.exercise) }
    }

    private func registered(_ arrival: Arrival) -> Registry.Subject? {
        guard !registry.subjects.isEmpty, let id = arrival.batch.text(arrival.batch.subjects[arrival.event])
        else { return nil }
        return registry.subject(id)
    }

    private mutating func evaluate(
        _ rule: Int, _ arrival: Arrival, _ names: inout BatchNames, into decisions: inout [Decision]
    ) {
        let time = arrival.time
        guard time >= runtimes[rule].rule.effectiveFrom, time < runtimes[rule].rule.effectiveUntil else {
            runtimes[rule].counters.notEffective += 1
            return
        }
        if let condition = runtimes[rule].rule.condition {
            switch condition.test(arrival, registered: registered(arrival)) {
            case true?: break
            case false?:
                runtimes[rule].counters.filtered += 1
                return
            case nil:
                runtimes[rule].counters.unknown += 1
                return
            }
        }
        guard let slot = slot(of: rule, arrival, &names) else { return }
        let state = runtimes[rule].keys.read(slot)
        let previous = state[0].newest
        if time < previous {
            takeOutOfOrder(rule, slot, arrival)
            return
        }
        endSilence(rule, slot, arrival, into: &decisions)
        let maxGap = runtimes[rule].rule.maxGap
        let isAfterGap = maxGap.map { previous > .distantPast && time - previous > $0 } ?? false
        if isAfterGap { runtimes[rule].keys.write(slot)[0].armedDue = .distantFuture }
        if !isAfterGap { wake(rule, slot, before: time, into: &decisions) }
        note(arrival, rule, slot, &names)
        let values = computeValues(rule, slot, arrival)
        runtimes[rule].counters.evaluated += 1
        climb(rule, slot, values: values, at: time, afterGap: isAfterGap, arrival, into: &decisions)
    }

    /// A reading behind the key's newest one changes no level; within lateness it lands in its pane.
    private mutating func takeOutOfOrder(_ rule: Int, _ slot: Int32, _ arrival: Arrival) {
        let watermark = sources[Int(arrival.source)].newest - runtimes[rule].rule.lateness
        guard arrival.time >= watermark else {
            runtimes[rule].counters.late += 1
            sources[Int(arrival.source)].late += 1
            return
        }
        runtimes[rule].counters.outOfOrder += 1
        sources[Int(arrival.source)].outOfOrder += 1
        addToWindows(rule, slot, arrival)
    }

    private mutating func addToWindows(_ rule: Int, _ slot: Int32, _ arrival: Arrival) {
        for index in runtimes[rule].windows.indices {
            guard runtimes[rule].steps.kinds[index] == .window else { continue }
            var sample = arrival.value
            if let of = runtimes[rule].windows[index]?.window.of {
                sample = of.number(arrival, registered: registered(arrival)) ?? .nan
            }
            guard !sample.isNaN else { continue }
            if runtimes[rule].windows[index]?.add(sample, at: arrival.time, slot: slot) == false {
                runtimes[rule].counters.late += 1
            }
        }
    }

    private mutating func computeValues(_ rule: Int, _ slot: Int32, _ arrival: Arrival) -> RuleValues {
        addToWindows(rule, slot, arrival)
        var values = RuleValues()
        for index in runtimes[rule].steps.kinds.indices {
            switch runtimes[rule].steps.kinds[index] {
            case .reading: values.append(arrival.value)
            case .formula:
                guard case .formula(let formula) = runtimes[rule].rule.values[index].kind else {
                    preconditionFailure("the steps are the rule's")
                }
                values.append(formula.number(arrival, registered: registered(arrival)) ?? .nan)
            case .window:
                values.append(runtimes[rule].windows[index]?.value(at: arrival.time, slot: slot) ?? .nan)
            }
        }
        if let index = runtimes[rule].steps.held {
            runtimes[rule].keys.write(slot)[0].held = values[index]
        }
        return values
    }

    /// The key's slot, made at its first reading; nil where the event has no such key or the rule has too many.
    private mutating func slot(of rule: Int, _ arrival: Arrival, _ names: inout BatchNames) -> Int32? {
        let batch = arrival.batch
        let subject = names.symbol(batch.subjects[arrival.event], batch, &symbols)
        let symbol: Int32 =
            switch runtimes[rule].rule.by {
            case .subject: subject
            case .source: sources[Int(arrival.source)].symbol
            case .area(let digits): areaSymbol(batch, arrival.event, digits)
            case .field(let name): fieldSymbol(batch, arrival.event, name, &names)
            }
        guard symbol >= 0 else {
            runtimes[rule].counters.noKey += 1
            return nil
        }
        let key = SlotIndex.key(symbol, exercise: arrival.isExercise)
        if let slot = runtimes[rule].index.find(key) { return slot }
        let area = names.symbol(batch.areas[arrival.event], batch, &symbols)
        var state = KeyState(
            key: symbol, subject: subject, area: area, source: arrival.source, exercise: arrival.isExercise,
            lastReceived: received)
        state.registered = subject >= 0 ? Int32(registry.index(of: symbols.string(subject)) ?? -1) : -1
        guard let slot = runtimes[rule].slot(for: key, state: state) else { return nil }
        armReceived(rule, slot)
        return slot
    }

    private mutating func areaSymbol(_ batch: EventBatch, _ event: Int, _ digits: Int) -> Int32 {
        let number = batch.areas[event]
        guard number >= 0 else { return -1 }
        return batch.strings.withBytes(number) { bytes in
            bytes.count >= digits ? symbols.intern(UnsafeRawBufferPointer(rebasing: bytes[0..<digits])) : -1
        }
    }

    private mutating func fieldSymbol(
        _ batch: EventBatch, _ event: Int, _ name: String, _ names: inout BatchNames
    ) -> Int32 {
        guard let number = batch.strings.find(name) else { return -1 }
        for field in batch.fields(event) where batch.fieldNames[field] == number {
            let value = batch.fieldValues[field]
            return value.kind == .string ? names.symbol(value.string, batch, &symbols) : -1
        }
        return -1
    }

    /// Writes down where the newest reading came from.
    private mutating func note(_ arrival: Arrival, _ rule: Int, _ slot: Int32, _ names: inout BatchNames) {
        let batch = arrival.batch
        let subject = names.symbol(batch.subjects[arrival.event], batch, &symbols)
        let area = names.symbol(batch.areas[arrival.event], batch, &symbols)
        let state = runtimes[rule].keys.write(slot)
        if state[0].source != arrival.source {
            state[0].source = arrival.source
            state[0].armedDue = .distantFuture
        }
        state[0].subject = subject
        if area >= 0 { state[0].area = area }
        state[0].newest = arrival.time
        state[0].lastReceived = received
        state[0].position = position
        state[0].longitude = batch.longitudes[arrival.event]
        state[0].latitude = batch.latitudes[arrival.event]
    }
}
