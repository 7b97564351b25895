import Events

/// Proximity: what lies near an event is counted when the event comes, and the key remembers the most of a span.
extension Engine {
    mutating func look(
        _ proximity: PreparedProximity, _ rule: Int, _ prepared: PreparedRule, _ input: Int32, _ arrival: Arrival,
        into decisions: inout [Decision]
    ) {
        // Both roles may belong to one input, each with its own condition; one event is counted as filtered once.
        let isCounted = input == proximity.counted
        let isJudged = input == 0
        let counts = isCounted && passes(proximity.countedWhere, rule, arrival)
        let judges =
            isJudged && (isCounted && proximity.sharesWhere ? counts : passes(prepared.condition, rule, arrival))
        guard counts || judges else { return }
        guard let place = place(of: arrival) else {
            runtimes[rule].counters.noPlace += 1
            return
        }
        if counts, !remember(place, proximity, rule, prepared, arrival) { return }
        if judges { judge(place, proximity, rule, prepared, arrival, into: &decisions) }
    }

    /// The registry's place wins over the event's.
    private func place(of arrival: Arrival) -> GeoPoint? {
        if let known = registered(arrival), !known.longitude.isNaN {
            return GeoPoint(longitude: known.longitude, latitude: known.latitude)
        }
        return GeoPoint(
            longitude: arrival.arrived.columns.longitudes[arrival.event],
            latitude: arrival.arrived.columns.latitudes[arrival.event])
    }

    /// Adds the event to the rule's points; false where it is older than all that are kept.
    private mutating func remember(
        _ place: GeoPoint, _ proximity: PreparedProximity, _ rule: Int, _ prepared: PreparedRule, _ arrival: Arrival
    ) -> Bool {
        let newest = runtimes[rule].points?.newest ?? .distantPast
        guard arrival.time >= newest - proximity.during - prepared.rule.lateness else {
            runtimes[rule].counters.late += 1
            sources[Int(arrival.source)].late += 1
            return false
        }
        let subject = arrival.arrived.columns.subjects[arrival.event]
        // A report without a subject is one of its own.
        let identity =
            subject >= 0
            ? arrival.arrived.columns.strings.withBytes(subject) { Int64(bitPattern: byteHash($0)) } : -1 - position
        let point = NearPoints.Point(
            place: place, time: arrival.time, identity: identity, isExercise: arrival.isExercise)
        runtimes[rule].points?.removeFirst(
            before: max(newest, arrival.time) - proximity.during - prepared.rule.lateness)
        if runtimes[rule].points?.add(point) == false { runtimes[rule].counters.droppedPoints += 1 }
        return true
    }

    private mutating func judge(
        _ place: GeoPoint, _ proximity: PreparedProximity, _ rule: Int, _ prepared: PreparedRule, _ arrival: Arrival,
        into decisions: inout [Decision]
    ) {
        guard let slot = slot(of: rule, arrival) else { return }
        var moment = arrival.time
        let newest = runtimes[rule].keys.read(slot)[0].newest
        if moment < newest {
            guard isInTime(rule, prepared, slot, arrival, into: &decisions) else { return }
            moment = newest
        } else if prepared.reorders {
            var numbers = RuleValues(first: place.x)
            numbers.append(place.y)
            numbers.append(place.z)
            return hold(rule, slot, numbers: numbers, arrival, into: &decisions)
        } else {
            takeBack(rule, slot, at: moment)
            wake(rule, slot, before: moment, into: &decisions)
            endSilence(rule, slot, arrival, into: &decisions)
            note(arrival, rule, slot)
        }
        runtimes[rule].counters.evaluated += 1
        countNear(place, proximity, rule, slot, at: arrival.time, isExercise: arrival.isExercise)
        guard !runtimes[rule].keys.read(slot)[0].isGivenUp else { return }
        let value = faded(rule, slot, at: moment, isTimer: false)
        climb(
            rule, slot, values: RuleValues(first: value), at: moment, afterGap: false, arrival, into: &decisions)
    }

    /// The key remembers what the rule measures around a place at an event's time.
    mutating func countNear(
        _ place: GeoPoint, _ proximity: PreparedProximity, _ rule: Int, _ slot: Int32, at time: Timestamp,
        isExercise: Bool
    ) {
        let number = number(near: place, proximity, rule, at: time, isExercise: isExercise)
        guard number > 0, let cell = runtimes[rule].cells?.write(slot) else { return }
        RecentMaximum(cell).add(number, at: time)
    }

    private mutating func number(
        near place: GeoPoint, _ proximity: PreparedProximity, _ rule: Int, at time: Timestamp, isExercise: Bool
    ) -> Int64 {
        guard let points = runtimes[rule].points else { return 0 }
        switch proximity.measure {
        case .hazards:
            var count: Int64 = 0
            points.forEach(near: place) { _ in count += 1 }
            return count
        case .danger:
            var worst: Int64 = 0
            points.forEach(near: place) { point in
                worst = max(worst, 5 - Int64(registry.subjects[Int(point.identity)].grade))
            }
            return worst
        case .subjects:
            let oldest = time - proximity.during
            var found: [Int64] = []
            swap(&found, &scratch)
            found.removeAll(keepingCapacity: true)
            points.forEach(near: place) { point in
                guard point.time >= oldest, point.time <= time, point.isExercise == isExercise
                else { return }
                found.append(point.identity)
            }
            found.sort()
            let repeats = zip(found, found.dropFirst()).count { $0 == $1 }
            let count = Int64(found.count - repeats)
            swap(&found, &scratch)
            return count
        }
    }
}
