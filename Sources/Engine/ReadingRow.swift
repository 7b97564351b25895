import Events
import Expression

/// A reading's slots as scalar tests ask for them: the commonest are read where they stand.
struct ReadingRow: ScalarRow {
    private let arrival: Engine.Arrival
    private let inputs: [Formula.Input]

    init(_ arrival: Engine.Arrival, _ inputs: [Formula.Input]) {
        self.arrival = arrival
        self.inputs = inputs
    }

    func double(_ slot: Int) -> Double? {
        if case .value = inputs[slot] { return arrival.value.isNaN ? nil : arrival.value }
        if case .double(let value)? = rare(slot) { return value }
        return nil
    }

    func int(_ slot: Int) -> Int64? { if case .int(let value)? = rare(slot) { value } else { nil } }

    func bool(_ slot: Int) -> Bool? { if case .bool(let value)? = rare(slot) { value } else { nil } }

    func isText(_ slot: Int, _ text: String) -> Bool? {
        let columns = arrival.arrived.columns
        let number: Int32
        switch inputs[slot] {
        case .quality:
            number = columns.qualities[arrival.reading]
            // An absent quality counts as good.
            if number < 0 { return text == "good" }
        case .metric: number = columns.metrics[arrival.reading]
        case .unit: number = columns.units[arrival.reading]
        case .subject: number = columns.subjects[arrival.event]
        case .source: number = columns.sources[arrival.event]
        case .area: number = columns.areas[arrival.event]
        case .type: number = columns.types[arrival.event]
        default: return nil
        }
        return number < 0 ? nil : columns.strings.isText(number, text)
    }

    func isPresent(_ slot: Int) -> Bool? { rare(slot).map { if case .absent = $0 { false } else { true } } }

    /// nil for what only the registry can tell.
    private func rare(_ slot: Int) -> Value? {
        inputs[slot].isRegistered ? nil : arrival.value(of: inputs[slot], registered: nil)
    }
}
