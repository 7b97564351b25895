import Events
import Expression

/// A reading's slots as scalar tests ask for them: the commonest are read where they stand.
struct ReadingRow: ScalarRow {
    let arrival: Engine.Arrival
    /// Of the formula, which outlives the row.
    let inputs: UnsafeBufferPointer<Formula.Input>

    func double(_ slot: Int) -> Double? {
        if case .value = inputs[slot] { return arrival.value.isNaN ? nil : arrival.value }
        if case .double(let value)? = rare(slot) { return value }
        return nil
    }

    func int(_ slot: Int) -> Int64? { if case .int(let value)? = rare(slot) { value } else { nil } }

    func bool(_ slot: Int) -> Bool? { if case .bool(let value)? = rare(slot) { value } else { nil } }

    func isText(_ slot: Int, _ text: UnsafeRawBufferPointer) -> Bool? {
        arrival.withBatch { batch in
            let number: Int32
            switch inputs[slot] {
            case .quality:
                number = batch.columns.qualities[arrival.reading]
                // An absent quality counts as good.
                if number < 0 { return text.elementsEqual("good".utf8) }
            case .metric: number = batch.columns.metrics[arrival.reading]
            case .unit: number = batch.columns.units[arrival.reading]
            case .subject: number = batch.columns.subjects[arrival.event]
            case .source: number = batch.columns.sources[arrival.event]
            case .area: number = batch.columns.areas[arrival.event]
            case .type: number = batch.columns.types[arrival.event]
            default: return nil
            }
            return number < 0 ? nil : batch.columns.strings.equals(number, text)
        }
    }

    func isPresent(_ slot: Int) -> Bool? { rare(slot).map { if case .absent = $0 { false } else { true } } }

    /// nil for what only the registry can tell.
    private func rare(_ slot: Int) -> Value? {
        inputs[slot].isRegistered ? nil : arrival.value(of: inputs[slot], registered: nil)
    }
}
