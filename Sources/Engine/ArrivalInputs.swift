import Events
import Expression

extension Registry.Subject {
    /// What an expression sees of a subject; absent where the registry does not say.
    func value(of input: Formula.Input) -> Value {
        switch input {
        case .limit(let name): limits.first { $0.name == name }.map { .double($0.value) } ?? .absent
        case .registeredArea: area.isEmpty ? .absent : .string(area)
        case .place: place.isEmpty ? .absent : .string(place)
        case .owner: owner.isEmpty ? .absent : .string(owner)
        // No grade and no population are no numbers to compare with: `registry.grade <= 2` is unknown there.
        case .grade: grade == 0 ? .absent : .int(Int64(grade))
        case .population: population == 0 ? .absent : .int(population)
        case .column(let name, let kind): columns.first { $0.name == name }?.value(as: kind) ?? .absent
        case .value, .metric, .unit, .quality, .subject, .source, .area, .type, .time, .longitude, .latitude,
            .exercise, .period, .field, .named:
            .absent
        }
    }
}

extension Registry.Column {
    /// Absent where the cell is not of the kind that the rule declares.
    fileprivate func value(as kind: Formula.Field.Kind) -> Value {
        switch kind {
        case .string: .string(text)
        case .double: number.isNaN ? .absent : .double(number)
        case .int: Int64(exactly: number).map { .int($0) } ?? .absent
        case .bool: text == "true" ? .bool(true) : text == "false" ? .bool(false) : .absent
        }
    }
}

extension RuleValues {
    /// What an expression over values sees; a NaN is absent.
    func value(of input: Formula.Input, registered: Registry.Subject?) -> Value {
        guard case .named(let index) = input else { return registered?.value(of: input) ?? .absent }
        return index < count && !self[index].isNaN ? .double(self[index]) : .absent
    }
}

extension Engine.Arrival {
    /// What an expression sees of a reading; absent where the event does not have it.
    func value(of input: Formula.Input, registered: Registry.Subject?) -> Value {
        switch input {
        case .value: value.isNaN ? .absent : .double(value)
        case .metric: text(arrived.columns.metrics[reading])
        case .unit: text(arrived.columns.units[reading])
        // An absent quality counts as good.
        case .quality:
            arrived.columns.qualities[reading] < 0 ? .string("good") : text(arrived.columns.qualities[reading])
        case .subject: text(arrived.columns.subjects[event])
        case .source: text(arrived.columns.sources[event])
        case .area: text(arrived.columns.areas[event])
        case .type: text(arrived.columns.types[event])
        case .time: moment(time)
        case .longitude: arrived.columns.longitudes[event].isNaN ? .absent : .double(arrived.columns.longitudes[event])
        case .latitude: arrived.columns.latitudes[event].isNaN ? .absent : .double(arrived.columns.latitudes[event])
        case .exercise: .bool(isExercise)
        case .period: .int(Int64(arrived.columns.periods[event]))
        case .field(let name): field(name)
        case .limit, .registeredArea, .place, .grade, .population, .owner, .column:
            registered?.value(of: input) ?? .absent
        case .named: .absent
        }
    }

    private func text(_ number: Int32) -> Value {
        number < 0 ? .absent : .string(arrived.columns.strings.string(number))
    }

    private func moment(_ time: Timestamp) -> Value {
        let quotient = time.microseconds / 1_000_000
        let seconds = time.microseconds % 1_000_000 < 0 ? quotient - 1 : quotient
        return .timestamp(seconds: seconds, nanoseconds: Int32(time.microseconds - seconds * 1_000_000) * 1000)
    }

    private func field(_ name: String) -> Value {
        guard let number = arrived.columns.strings.find(name) else { return .absent }
        for index in arrived.columns.fields(event) where arrived.columns.fieldNames[index] == number {
            let value = arrived.columns.fieldValues[index]
            switch value.kind {
            case .null: return .null
            case .double: return .double(value.double)
            case .int: return .int(value.int)
            case .bool: return .bool(value.bool)
            case .string: return .string(arrived.columns.strings.string(value.string))
            }
        }
        return .absent
    }
}
