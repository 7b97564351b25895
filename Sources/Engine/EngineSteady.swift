import Events

/// The usual reading: it changes no level and moves no timer, so that it only has to be written down.
struct SteadyLane: BitwiseCopyable, Sendable {
    /// What the rule's one value is.
    enum Measure: BitwiseCopyable {
        case reading
        /// A window over the reading's own value.
        case window
        /// How long nothing came, which a reading sets to 0.
        case silence
    }

    /// nil: the rule's readings all take the long way.
    var measure: Measure?
    /// A key at rest stays there while its value lies between them, both included.
    var low = -Double.infinity
    var high = Double.infinity
    /// Of silence: the shortest time until something may happen though nothing comes.
    var patience = TimeSpan.zero

    static let none = SteadyLane(measure: nil)
}

extension PreparedRule {
    /// For a rule of one value whose thresholds are numbers.
    var steadyLane: SteadyLane {
        if case .absence? = pattern { return silenceLane }
        guard canStaySteady, kinds.count == 1, !reorders else { return .none }
        var lane = SteadyLane.none
        switch kinds[0] {
        case .reading: lane.measure = .reading
        case .window where windowed[0] == nil && !isDistinct[0]: lane.measure = .window
        case .window, .formula: return .none
        }
        return bounded(lane)
    }

    /// For an absence that waits for nothing but the next reading.
    private var silenceLane: SteadyLane {
        guard onlyWhile == nil, score == nil, rule.flap == nil, rule.noData == nil,
            rule.effectiveFrom == .distantPast, rule.effectiveUntil == .distantFuture
        else { return .none }
        var lane = bounded(SteadyLane(measure: .silence))
        lane.patience = rule.keyTTL
        for rung in ladder where Engine.isSilence(rung.at.number) {
            lane.patience = min(lane.patience, Engine.entering(rung.at.number, rung.compare))
        }
        return lane
    }

    /// The lane with the band in which no level is entered; none where a threshold is no number.
    private func bounded(_ steady: SteadyLane) -> SteadyLane {
        var lane = steady
        for rung in ladder {
            guard rung.at.isNumber, rung.at.number.isFinite, rung.clear.map({ $0.isNumber && !$0.number.isNaN }) ?? true
            else { return .none }
            switch rung.compare {
            case .greaterOrEqual: lane.high = min(lane.high, rung.at.number.nextDown)
            case .greater: lane.high = min(lane.high, rung.at.number)
            case .lessOrEqual: lane.low = max(lane.low, rung.at.number.nextUp)
            case .less: lane.low = max(lane.low, rung.at.number)
            }
        }
        return lane
    }
}

extension RuleRuntime {
    enum Steadiness {
        /// The reading is written down, or nothing to the rule.
        case steady
        /// Nothing was done: the rule must be asked in full.
        case unknown
        /// It takes the long way, and nothing was done.
        case unsteady
        /// It takes the long way with this value: its window has it already.
        case measured(Double)
    }

    /// Does with a reading what the engine would, where that is to write it down or to filter it, and where its key stands
    /// is known already: `foreseen` is only a guess.
    @inline(__always)
    mutating func meet(
        _ arrival: Engine.Arrival, _ input: Int32, _ unit: Int32, _ foreseen: Foresight.Place?
    ) -> Steadiness {
        guard let place = foreseen, place.moves == keys.moves, hasUnit(unit, input),
            arrival.time >= plan.effectiveFrom, arrival.time < plan.effectiveUntil
        else { return .unknown }
        if let condition = plan.condition {
            guard let passes = condition._withUnsafeGuaranteedRef({ $0.quickAnswer(arrival) }) else { return .unknown }
            guard passes else {
                counters.filtered += 1
                return .steady
            }
        }
        guard place.key[0].key == arrival.subject, place.key[0].exercise == arrival.isExercise else {
            inStep = 0
            return .unknown
        }
        return staySteady(place, arrival)
    }

    /// Whether the reading's unit is the input's, or one of them is open.
    @inline(__always)
    func hasUnit(_ unit: Int32, _ input: Int32) -> Bool {
        let wanted = input == 0 ? unitSymbol : otherUnits[Int(input) - 1]
        return unit < 0 || wanted < 0 || unit == wanted
    }

    /// Writes a reading down where that is all there is to do.
    @inline(__always)
    mutating func staySteady(_ place: Foresight.Place, _ arrival: Engine.Arrival) -> Steadiness {
        guard let measure = plan.lane.measure, feeds.isEmpty, place.key[0].isAtRest(for: arrival), !arrival.value.isNaN
        else { return plan.hasPattern ? .unknown : .unsteady }
        let value: Double
        switch measure {
        case .reading: value = arrival.value
        case .window: value = measureWindow(place, arrival)
        case .silence:
            // The timer that is armed comes no later than the one that this reading would arm.
            guard place.key[0].receivedDue <= arrival.received + plan.lane.patience else { return .unknown }
            value = 0
        }
        guard value >= plan.lane.low, value <= plan.lane.high else {
            switch measure {
            case .reading: return .unsteady
            case .window: return .measured(value)
            case .silence: return .unknown
            }
        }
        if measure == .reading { place.key[0].held = value }
        place.key[0].note(arrival)
        counters.evaluated += 1
        return .steady
    }

    /// Adds the reading to the window and says what the window says at its moment.
    @inline(__always)
    private mutating func measureWindow(_ place: Foresight.Place, _ arrival: Engine.Arrival) -> Double {
        guard let ring = plan.ring, let cell = place.cell else { return measureOther(place.slot, arrival) }
        let (outcome, value) = ring.measure(arrival.value, at: arrival.time, of: cell)
        count(outcome)
        return value
    }

    private mutating func measureOther(_ slot: Int32, _ arrival: Engine.Arrival) -> Double {
        guard let outcome = windows[0]?.add(arrival.value, at: arrival.time, slot: slot) else {
            preconditionFailure("a value that is a window has cells")
        }
        count(outcome)
        return windows[0]?.value(at: arrival.time, slot: slot) ?? .nan
    }

    /// A sample that a window has no place for is counted.
    mutating func count(_ outcome: WindowCells.Outcome) {
        switch outcome {
        case .taken: break
        case .late: counters.late += 1
        case .refused: counters.refusedSamples += 1
        }
    }
}

extension KeyState {
    /// Whether nothing runs and nothing is held, and the reading comes in order from where the newest came.
    fileprivate func isAtRest(for arrival: Engine.Arrival) -> Bool {
        rungs.areAllOut && isCalm && isUndisturbed(by: arrival)
    }

    /// Whether no timer, silence or flapping runs, and the reading comes in order from where the newest came.
    private func isUndisturbed(by arrival: Engine.Arrival) -> Bool {
        armedDue == .distantFuture && arrival.time >= newest && source == arrival.source
            && sources.newest == arrival.source && subject == arrival.subject && isUndisturbed
    }

    /// Whether nothing runs, and the level told is the one held; where it is one, alarms of the same area may go by it.
    fileprivate func isSteady(for arrival: Engine.Arrival) -> Bool {
        isUndisturbed(by: arrival) && rungs.areQuiet && rungs.highest?.rawValue ?? 0 == level
            && (level == 0 || arrival.area < 0 || arrival.area == area)
    }

    /// Writes down where the newest reading came from; its source is another matter.
    mutating func note(_ arrival: Engine.Arrival) {
        if arrival.area >= 0 { area = arrival.area }
        newest = arrival.time
        lastReceived = arrival.received
        position = arrival.position
        longitude = arrival.longitude
        latitude = arrival.latitude
    }
}

extension Engine {
    /// The same for rules of several values, of expressions and of limits, and for keys that hold a level. False: the
    /// reading takes the long way, and nothing was done but its measuring.
    mutating func staysSteady(
        _ rule: Int, _ prepared: PreparedRule, _ slot: Int32, _ values: RuleValues, _ arrival: Arrival
    ) -> Bool {
        let state = runtimes[rule].keys.write(slot)
        guard state[0].isSteady(for: arrival), state[0].level == 0 || prepared.rule.effectiveUntil == .distantFuture
        else { return false }
        for rung in prepared.ladder {
            let value = values[rung.of]
            let at =
                rung.at.isNumber ? rung.at.number : threshold(rung.at, prepared, rule, slot, at: arrival.time)
            let clear = rung.clear.map {
                $0.isNumber ? $0.number : threshold($0, prepared, rule, slot, at: arrival.time)
            }
            guard !(value.isNaN || at.isNaN || clear?.isNaN == true) else { return false }
            let changing: RungState.Signal = state[0].rungs[rung.level].isHeld ? .clear : .enter
            guard rung.signal(value, at: at, clear: clear) != changing else { return false }
        }
        for level in prepared.unused where state[0].rungs[level].isHeld { return false }
        state[0].note(arrival)
        runtimes[rule].counters.evaluated += 1
        return true
    }
}
