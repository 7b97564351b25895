import Engine
import Events
import StrictYAML

/// The steps of a sequence, and the events that proximity counts.
extension RuleReader {
    static let spans: ClosedRange<TimeSpan> = .milliseconds(1) ... .days(366)

    /// `{steps: [{type: …}, {not: {type: …}}, …], within: 10m, clear: {type: …}}`, or `any` in place of `steps`.
    func pattern(_ item: YAMLItem) -> Rule.Pattern? {
        guard let fields = item.fields(RuleKeys.sequence) else { return nil }
        let within = bound("within", fields, "nothing bounds how long a sequence waits for its next step", "10m")
        let clear = fields.read("clear", or: Rule.Step?.none) { item in step(item).map { .some($0) } }
        let ordered = fields.optional("steps")
        let any = fields.optional("any")
        guard let list = ordered ?? any, ordered == nil || any == nil else {
            item.report(
                .sequenceSteps, "a sequence has either 'steps' (in this order) or 'any' (in any order)",
                help: "write 'steps: [{type: …}, {type: …}]'")
            return nil
        }
        guard let items = list.items(atMost: Rule.Pattern.maximumSteps) else { return nil }
        let steps = items.map { step($0, mayNegate: true) }
        guard let within, let clear, !steps.contains(where: { $0 == nil }) else { return nil }
        let pattern = Rule.Pattern(
            order: ordered == nil ? .any : .steps, steps: steps.compactMap { $0 }, within: within, clear: clear)
        return check(pattern, list, items) ? pattern : nil
    }

    /// The span without which a pattern would remember for ever.
    private func bound(_ key: String, _ fields: YAMLFields, _ absence: String, _ example: String) -> TimeSpan? {
        guard let item = fields.optional(key) else {
            fields.item.report(.unboundedPattern, absence, help: "add '\(key): \(example)'")
            return nil
        }
        return item.span(in: Self.spans)
    }

    private func check(_ pattern: Rule.Pattern, _ list: YAMLItem, _ items: [YAMLItem]) -> Bool {
        guard items.count > 1 else {
            list.report(
                .sequenceSteps, "a sequence has at least two steps, this has \(items.count)",
                help: "a single event is a rule with 'input' and 'value'")
            return false
        }
        for (index, step) in pattern.steps.enumerated() where step.isNegated {
            guard pattern.order == .any || index == 0 else { continue }
            items[index].report(
                .sequenceSteps,
                pattern.order == .any
                    ? "'any' counts what comes, so nothing in it is negated"
                    : "a sequence begins with something that happens",
                help: pattern.order == .any ? "write 'steps'" : "put another step before it")
            return false
        }
        return pattern.isSound
    }

    /// `{type: reading, metric: …, unit: …, where: …}`, or `{not: …}` of it.
    func step(_ item: YAMLItem, mayNegate: Bool = false) -> Rule.Step? {
        let named = YAMLItem(node: item.node, name: "a step", source: item.source)
        if mayNegate, case .mapping = item.node.content, let pairs = item.pairs(), pairs.map(\.name) == ["not"] {
            var step = step(pairs[0].value)
            step?.isNegated = true
            return step
        }
        guard let input = input(named, keys: ["where"]) else { return nil }
        guard let condition = named.fields(RuleKeys.step)?.optional("where") else { return Rule.Step(input: input) }
        return formula(condition, .boolean, fields: Self.declaredFields(named)).map {
            Rule.Step(input: input, condition: $0)
        }
    }

    /// `{metres: 500, during: 30m, of: {type: …}}` or `{metres: 500, during: 30m, measure: danger, grade: 2}`.
    func proximity(_ item: YAMLItem) -> Rule.Proximity? {
        guard let fields = item.fields(RuleKeys.proximity) else { return nil }
        let metres = fields.required("metres")?.double(in: Rule.Proximity.radii)
        let during = bound("during", fields, "nothing bounds how long an event counts", "30m")
        let measure = fields.read("measure", or: Rule.Proximity.Measure.subjects) {
            $0.word(of: Rule.Proximity.Measure.words)
        }
        let of = fields.read("of", or: Rule.Step?.none) { item in step(item).map { .some($0) } }
        let grade = fields.read("grade", or: 4) { $0.int(in: 1...4) }
        let points = fields.read("max_points", or: 10_000) { $0.int(in: Rule.Proximity.pointBounds) }
        guard let metres, let during, let measure, let of, let grade, let points else { return nil }
        let counted = measure == .subjects
        for key in counted ? ["grade"] : ["of", "max_points"] {
            fields.optional(key)?.report(
                .kindField, "'\(key)' means nothing with 'measure: \(counted ? "subjects" : "\(measure)")'",
                help: "remove it")
        }
        return Rule.Proximity(
            measure: measure, within: metres, during: during, of: counted ? of : nil, grade: UInt8(grade),
            maximumPoints: Int32(points))
    }
}
