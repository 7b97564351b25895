import Events
import Expression

extension Engine.Arrival {
    /// What an expression sees of a reading; absent where the event does not have it.
    func value(of input: Formula.Input, registered: Registry.Subject?) -> Value {
        switch input {
        case .value: value.isNaN ? .absent : .double(value)
        case .metric: text(batch.metrics[reading])
        case .unit: text(batch.units[reading])
        // An absent quality counts as good.
        case .quality: batch.qualities[reading] < 0 ? .string("good") : text(batch.qualities[reading])
        case .subject: text(batch.subjects[event])
        case .source: text(batch.sources[event])
        case .area: text(batch.areas[event])
        case .type: text(batch.types[event])
        case .time: moment(time)
        case .longitude: batch.longitudes[event].isNaN ? .absent : .double(batch.longitudes[event])
        case .latitude: batch.latitudes[event].isNaN ? .absent : .double(batch.latitudes[event])
        case .exercise: .bool(isExercise)
        case .period: .int(Int64(batch.periods[event]))
        case .limit(let name): registered?.limits.first { $0.name == name }.map { .double($0.value) } ?? .absent
        case .field(let name): field(name)
        case .named: .absent
        }
    }

    private func text(_ number: Int32) -> Value { number < 0 ? .absent : .string(batch.strings.string(number)) }

    private func moment(_ time: Timestamp) -> Value {
        let quotient = time.microseconds / 1_000_000
        let seconds = time.microseconds % 1_000_000 < 0 ? quotient - 1 : quotient
        return .timestamp(seconds: seconds, nanoseconds: Int32(time.microseconds - seconds * 1_000_000) * 1000)
    }

    private func field(_ name: String) -> Value {
        guard let number = batch.strings.find(name) else { return .absent }
        for index in batch.fields(event) where batch.fieldNames[index] == number {
            let value = batch.fieldValues[index]
            switch value.kind {
            case .null: return .null
            case .double: return .double(value.double)
            case .int: return .int(value.int)
            case .bool: return .bool(value.bool)
            case .string: return .string(batch.strings.string(value.string))
            }
        }
        return .absent
    }
}
