import Events

/// What a rule sees in one reading of an event: its key, its `where`, and the values that need no state.
public struct ExplainedReading: Equatable, Sendable {
    public var id: String
    public var time: Timestamp
    public var subject: String
    public var source: String
    public var area: String
    /// NaN for `null`.
    public var value: Double
    public var unit: String
    public var quality: String
    public var exercise: Bool
    /// Outside the metric's plausible range: stored and never evaluated.
    public var isImplausible: Bool
    /// nil where the event lacks what the rule is keyed by.
    public var key: String?
    public var isEffective: Bool
    public var condition: ExplainedExpression?
    /// Expressions among the rule's values, and what its windows aggregate, by the value's name.
    public var values: [Named]

    public struct Named: Equatable, Sendable {
        public var name: String
        public var expression: ExplainedExpression
    }

    public static func == (a: Self, b: Self) -> Bool {
        a.id == b.id && a.time == b.time && a.subject == b.subject && a.source == b.source && a.area == b.area
            && a.value.bitPattern == b.value.bitPattern && a.unit == b.unit && a.quality == b.quality
            && a.exercise == b.exercise && a.isImplausible == b.isImplausible && a.key == b.key
            && a.isEffective == b.isEffective && a.condition == b.condition && a.values == b.values
    }
}

extension Engine {
    /// The readings of one event that the rule's input names, as the rule sees them; empty where it reads none.
    public func explain(rule id: String, _ batch: EventBatch, event: Int) -> [ExplainedReading] {
        guard let runtime = runtimes.first(where: { $0.rule.id == id }),
            batch.text(batch.types[event]) == runtime.rule.input.type
        else { return [] }
        let arrived = ArrivedBatch(batch, zones: zones)
        return withExtendedLifetime(arrived) {
            batch.readings(event).filter { batch.text(batch.metrics[$0]) == runtime.rule.input.metric }
                .map { explain(runtime.prepared, Arrival(arrived, event: event, reading: $0)) }
        }
    }

    private func explain(_ prepared: PreparedRule, _ arrival: Arrival) -> ExplainedReading {
        let (batch, event, reading) = (arrival.arrived.columns, arrival.event, arrival.reading)
        let subject = batch.text(batch.subjects[event]) ?? ""
        let registered = registry.subject(subject)
        return ExplainedReading(
            id: arrival.eventID, time: arrival.time, subject: subject,
            source: batch.text(batch.sources[event]) ?? "", area: batch.text(batch.areas[event]) ?? "",
            value: arrival.value, unit: batch.text(batch.units[reading]) ?? "",
            quality: batch.text(batch.qualities[reading]) ?? "good", exercise: arrival.isExercise,
            isImplausible: batch.flags[event].contains(.implausible), key: Self.key(prepared.rule.by, batch, event),
            isEffective: arrival.time >= prepared.rule.effectiveFrom && arrival.time < prepared.rule.effectiveUntil,
            condition: prepared.condition?.explained(arrival, registered: registered),
            values: prepared.rule.values.compactMap { value in
                let formula: Formula? =
                    switch value.kind {
                    case .reading: nil
                    case .formula(let formula): formula
                    case .window(let window): window.of
                    }
                return formula.map {
                    .init(name: value.name, expression: $0.explained(arrival, registered: registered))
                }
            })
    }

    /// What the event's state belongs to, as people write it.
    private static func key(_ by: Rule.Key, _ batch: EventBatch, _ event: Int) -> String? {
        switch by {
        case .subject: return batch.text(batch.subjects[event])
        case .source: return batch.text(batch.sources[event])
        case .area(let digits):
            guard let area = batch.text(batch.areas[event]), area.utf8.count >= digits else { return nil }
            return String(area.prefix(digits))
        case .field(let name):
            guard let number = batch.strings.find(name) else { return nil }
            for field in batch.fields(event) where batch.fieldNames[field] == number {
                let value = batch.fieldValues[field]
                return value.kind == .string ? batch.text(value.string) : nil
            }
            return nil
        }
    }
}
