import Events
import Expression

/// A reading's slots as scalar tests ask for them: the commonest are read where they stand.
struct ReadingRow: ScalarRow {
    /// Where a slot's text or number stands, in one byte: asking an `Input` what it is takes longer than reading it.
    enum Column: UInt8 {
        case value, quality, metric, unit, subject, source, area, type
        /// What is not read where it stands.
        case other
    }

    let place: Engine.Arrival.Place
    /// Of the reading.
    let value: Double
    /// Of the formula, which outlives the row.
    let columns: UnsafeBufferPointer<Column>
    let inputs: UnsafeBufferPointer<Formula.Input>

    func double(_ slot: Int) -> Double? {
        if columns[slot] == .value { return value.isNaN ? nil : value }
        if case .double(let value)? = rare(slot) { return value }
        return nil
    }

    func int(_ slot: Int) -> Int64? { if case .int(let value)? = rare(slot) { value } else { nil } }

    func bool(_ slot: Int) -> Bool? { if case .bool(let value)? = rare(slot) { value } else { nil } }

    func isText(_ slot: Int, _ text: UnsafeRawBufferPointer) -> Bool? {
        place.withBatch { batch in
            let number: Int32
            switch columns[slot] {
            case .quality:
                number = batch.columns.qualities[place.reading]
                // An absent quality counts as good.
                if number < 0 { return text.elementsEqual("good".utf8) }
            case .metric: number = batch.columns.metrics[place.reading]
            case .unit: number = batch.columns.units[place.reading]
            case .subject: number = batch.columns.subjects[place.event]
            case .source: number = batch.columns.sources[place.event]
            case .area: number = batch.columns.areas[place.event]
            case .type: number = batch.columns.types[place.event]
            case .value, .other: return nil
            }
            return number < 0 ? nil : batch.columns.strings.equals(number, text)
        }
    }

    func isPresent(_ slot: Int) -> Bool? { rare(slot).map { if case .absent = $0 { false } else { true } } }

    /// nil for what only the registry can tell.
    private func rare(_ slot: Int) -> Value? {
        inputs[slot].isRegistered ? nil : place.arrival.value(of: inputs[slot], registered: nil)
    }
}

extension Formula.Input {
    var column: ReadingRow.Column {
        switch self {
        case .value: .value
        case .quality: .quality
        case .metric: .metric
        case .unit: .unit
        case .subject: .subject
        case .source: .source
        case .area: .area
        case .type: .type
        case .time, .longitude, .latitude, .exercise, .period, .limit, .registeredArea, .place, .grade, .population,
            .owner, .column, .field, .named:
            .other
        }
    }
}
