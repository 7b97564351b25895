import Engine
import Events

extension RuleTestFile.Reading {
    /// The reading as the journal would hold it: one event of the rule's input type.
    func batch(for main: Rule.Input, start: Timestamp, id: String, metrics: MetricCatalogue?) -> EventBatch {
        let input = input(main, metrics)
        let metric = metrics?[input.metric]
        var batch = EventBatch()
        func number(_ text: String) -> Int32 { text.isEmpty ? EventBatch.absent : batch.strings.intern(text) }
        withUTF8(of: id) { batch.ids.append($0) }
        batch.times = [start + at]
        batch.periods = [0]
        batch.types = [number(input.type)]
        batch.sources = [number(source)]
        batch.subjects = [number(subject.isEmpty && input.type == "reading" ? "S-1" : subject)]
        batch.areas = [number(area)]
        batch.longitudes = [longitude]
        batch.latitudes = [latitude]
        batch.flags = [flags(metric)]
        batch.metrics = [number(input.metric)]
        batch.values = [value]
        batch.units = [number(input.unit)]
        batch.qualities = [number(quality)]
        batch.readingEnds = [1]
        for field in fields {
            batch.fieldNames.append(number(field.name))
            batch.fieldValues.append(field.value { number($0) })
        }
        batch.fieldEnds = [UInt32(fields.count)]
        precondition(batch.isConsistent, "a test's reading is a whole event")
        return batch
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
