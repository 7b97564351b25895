import Events

/// Order within lateness: a rule that looks at time holds the readings of a key until the watermark has passed them, and
/// then applies them by event time.
extension Engine {
    /// Takes in a reading of a rule over values.
    mutating func hold(
        _ rule: Int, _ prepared: PreparedRule, _ slot: Int32, _ arrival: Arrival,
        into decisions: inout [Decision]
    ) {
        guard let numbers = numbers(rule, prepared, arrival) else { return }
        guard arrival.time >= runtimes[rule].keys.read(slot)[0].newest else {
            return takeOutOfOrder(rule, prepared, slot, numbers, arrival, into: &decisions)
        }
        hold(rule, slot, numbers: numbers, arrival, into: &decisions)
    }

    /// Puts a reading in its place among those that its key holds. Beyond the bound the oldest is applied early: order is
    /// lost there, and no reading.
    mutating func hold(
        _ rule: Int, _ slot: Int32, steps: UInt16 = 0, numbers: RuleValues = RuleValues(), _ arrival: Arrival,
        into decisions: inout [Decision]
    ) {
        endSilence(rule, slot, arrival, into: &decisions)
        let columns = arrival.arrived.columns
        let event = columns.ids.bytes.withUnsafeBytes { bytes in
            symbols.intern(UnsafeRawBufferPointer(rebasing: bytes[columns.ids.range(arrival.event)]))
        }
        let reading = HeldReading(
            time: arrival.time, position: position, source: arrival.source,
            subject: arrival.subject, area: arrival.area, event: event, longitude: arrival.longitude,
            latitude: arrival.latitude, steps: steps, numbers: numbers)
        if runtimes[rule].keys.read(slot)[0].source < 0 { runtimes[rule].keys.write(slot)[0].source = arrival.source }
        noteSource(arrival.source, rule, slot)
        if !runtimes[rule].hasRoomToHold(slot) {
            runtimes[rule].counters.appliedEarly += 1
            let oldest = runtimes[rule].firstHeld(slot)
            guard let oldest, oldest.time <= reading.time else { return apply(reading, rule, slot, into: &decisions) }
            applyFirstHeld(rule, slot, into: &decisions)
        }
        runtimes[rule].counters.held += 1
        runtimes[rule].hold(reading, slot)
        armStanding(rule, slot)
        fireOverdue(rule, slot, into: &decisions)
    }

    mutating func applyFirstHeld(_ rule: Int, _ slot: Int32, into decisions: inout [Decision]) {
        guard let reading = runtimes[rule].popHeld(slot) else { return }
        apply(reading, rule, slot, into: &decisions)
    }

    /// Applies all that a key holds, though the watermark has not passed it.
    mutating func applyHeld(_ rule: Int, _ slot: Int32, into decisions: inout [Decision]) {
        while runtimes[rule].firstHeld(slot) != nil { applyFirstHeld(rule, slot, into: &decisions) }
    }

    /// Likewise for all keys of a rule.
    mutating func applyHeld(_ rule: Int, into decisions: inout [Decision]) {
        guard runtimes[rule].heldReadings > 0 else { return }
        for slot in 0..<runtimes[rule].keys.count { applyHeld(rule, slot, into: &decisions) }
    }

    /// As `evaluate` does with a reading that has just come.
    private mutating func apply(
        _ reading: HeldReading, _ rule: Int, _ slot: Int32, into decisions: inout [Decision]
    ) {
        let prepared = runtimes[rule].prepared
        let previous = runtimes[rule].keys.read(slot)[0].newest
        let isAfterGap = prepared.rule.maxGap.map { previous > .distantPast && reading.time - previous > $0 } ?? false
        takeBack(rule, slot, at: reading.time)
        if !isAfterGap { wake(rule, slot, before: reading.time, into: &decisions) }
        if prepared.hasTumbling { closeWindows(rule, slot, through: reading.time, into: &decisions) }
        let values = values(of: reading, rule, prepared, slot)
        notePlace(reading.subject, reading.area, rule, slot, at: reading.time)
        let state = runtimes[rule].keys.write(slot)
        if isAfterGap { state[0].armedDue = .distantFuture }
        state[0].source = reading.source
        state[0].newest = reading.time
        state[0].position = reading.position
        (state[0].longitude, state[0].latitude) = (reading.longitude, reading.latitude)
        runtimes[rule].counters.evaluated += 1
        heldEvent = reading.event
        climb(rule, slot, values: values, at: reading.time, afterGap: isAfterGap, nil, into: &decisions)
        heldEvent = -1
    }

    private mutating func values(
        of reading: HeldReading, _ rule: Int, _ prepared: PreparedRule, _ slot: Int32
    ) -> RuleValues {
        switch prepared.pattern {
        case .sequence(let sequence)?:
            if let cell = runtimes[rule].cells?.write(slot) {
                sequence.match.take(reading.steps, at: reading.time, cell)
            }
            return RuleValues(first: faded(rule, slot, at: reading.time, isTimer: false))
        case .proximity(let proximity)?:
            let isExercise = runtimes[rule].keys.read(slot)[0].exercise
            let place = GeoPoint(x: reading.numbers[0], y: reading.numbers[1], z: reading.numbers[2])
            // From a damaged snapshot it may be anything.
            if place.isOnEarth {
                countNear(place, proximity, rule, slot, at: reading.time, isExercise: isExercise)
            }
            return RuleValues(first: faded(rule, slot, at: reading.time, isTimer: false))
        case .absence?: preconditionFailure("silence has no order")
        case nil: break
        }
        return values(of: reading.numbers, rule, prepared, slot, at: reading.time)
    }
}
