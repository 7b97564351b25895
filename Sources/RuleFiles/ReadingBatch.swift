import Engine
import Events

extension RuleTestFile.Reading {
    /// Appends the reading as the journal would hold it: one event of the rule's input type.
    func append(
        to batch: inout EventBatch, for main: Rule.Input, start: Timestamp, id: String, metrics: MetricCatalogue?
    ) {
        let input = input(main, metrics)
        let metric = metrics?[input.metric]
        func number(_ text: String) -> Int32 { text.isEmpty ? EventBatch.absent : batch.strings.intern(text) }
        withUTF8(of: id) { batch.ids.append($0) }
        batch.times.append(start + at)
        batch.periods.append(0)
        batch.types.append(number(input.type))
        batch.sources.append(number(source))
        batch.subjects.append(number(subject.isEmpty && input.type == "reading" ? "S-1" : subject))
        batch.areas.append(number(area))
        batch.longitudes.append(longitude)
        batch.latitudes.append(latitude)
        batch.flags.append(flags(metric))
        batch.metrics.append(number(input.metric))
        batch.values.append(value)
        batch.units.append(number(input.unit))
        batch.qualities.append(number(quality))
        batch.readingEnds.append(UInt32(batch.values.count))
        for field in fields {
            batch.fieldNames.append(number(field.name))
            batch.fieldValues.append(field.value { number($0) })
        }
        batch.fieldEnds.append(UInt32(batch.fieldValues.count))
        precondition(batch.isConsistent, "a test's reading is a whole event")
    }

    /// The rule's own input, or the one that the line names.
    private func input(_ main: Rule.Input, _ metrics: MetricCatalogue?) -> Rule.Input {
        if !category.isEmpty { return Rule.Input(type: "report", metric: category, unit: "") }
        if !metric.isEmpty {
            return Rule.Input(type: "reading", metric: metric, unit: metrics?[metric]?.unit ?? "")
        }
        return main
    }

    /// Sentinels and values outside the plausible range are marked as at ingest.
    private func flags(_ metric: Metric?) -> EventFlags {
        var flags: EventFlags = isExercise ? [.exercise] : []
        guard let metric, !value.isNaN else { return flags }
        let isPlausible = metric.plausible?.contains(value) ?? true
        if metric.sentinels.contains(value) || !isPlausible { flags.insert(.implausible) }
        return flags
    }

    private func withUTF8(of text: String, _ body: (UnsafeRawBufferPointer) -> Void) {
        var copy = text
        copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}

extension RuleTestFile.Field {
    func value(_ number: (String) -> Int32) -> FieldValue {
        if text == "true" || text == "false" { return .bool(text == "true") }
        if let int = Int64(text) { return .int(int) }
        if let double = Double(text), double.isFinite { return .double(double) }
        return .string(number(text))
    }
}
