import Events

/// The key of a reading: the subject, the source, the area or a field, and its slot in the rule.
extension Engine {
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
            guard value.kind == .string else { return -1 }
            // A NUL would end the key wherever it is written down.
            return columns.strings.withBytes(value.string) { $0.contains(0) ? -1 : symbols.intern($0) }
        }
        return -1
    }
}
