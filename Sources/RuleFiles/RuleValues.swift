import Engine
import Events
import StrictYAML

/// The numbers a rule computes: readings, expressions and windows.
extension RuleReader {
    struct NamedValue {
        var value: Rule.Value
        var mark: YAMLMark
    }

    /// Most named values of one rule: one a level, and some for `only_while`; the engine keeps no more for a reading.
    static let maximumValues = 8

    func values(_ input: Rule.Input?) -> [NamedValue]? {
        let single = fields.optional("value")
        let several = fields.optional("values")
        if let single, several != nil {
            single.report(.duplicateValue, "a rule has either 'value' or 'values'", help: "keep one of the two")
            return nil
        }
        if let several { return named(several, input) }
        guard let single else {
            fields.item.source.report(
                .noValue, at: fields.item.mark, "a rule needs 'value' or 'values'", help: "add 'value: value'")
            return nil
        }
        return kind(single, input).map { [NamedValue(value: .init(name: "value", kind: $0), mark: single.mark)] }
    }

    private func named(_ item: YAMLItem, _ input: Rule.Input?) -> [NamedValue]? {
        guard let pairs = item.pairs() else { return nil }
        guard !pairs.isEmpty, pairs.count <= Self.maximumValues else {
            item.report(
                .noValue, "'values' has \(pairs.count) entries; 1 to \(Self.maximumValues) are allowed",
                help: pairs.isEmpty ? "add one, or write 'value: value'" : "remove \(pairs.count - Self.maximumValues)")
            return nil
        }
        let values = pairs.map { pair -> NamedValue? in
            guard isName(pair.name), !Self.reservedNames.contains(pair.name) else {
                pair.source.report(
                    .badName, at: pair.keyMark, "'\(pair.name)' cannot name a value",
                    help: "use letters, digits and _, and no word that events have a field for")
                return nil
            }
            return kind(pair.value, input).map { .init(value: .init(name: pair.name, kind: $0), mark: pair.keyMark) }
        }
        return values.contains { $0 == nil } ? nil : values.compactMap { $0 }
    }

    static let reservedNames = [
        "value", "subject", "source", "area", "time", "id", "type", "metric", "unit", "quality", "limit", "true",
        "false", "null", "in", "registry", "event",
    ]

    /// `value`, an expression, or `{sum: value, over: 1h, step: 5m}`.
    private func kind(_ item: YAMLItem, _ input: Rule.Input?) -> Rule.Value.Kind? {
        if case .mapping = item.node.content { return window(item, input).map { .window($0) } }
        guard let text = item.string() else { return nil }
        return text == "value" ? .reading : formula(item, .number).map { .formula($0) }
    }

    private func window(_ item: YAMLItem, _ input: Rule.Input?) -> Rule.Window? {
        guard let pairs = item.pairs() else { return nil }
        let names = Aggregate.allCases.map(\.name)
        let chosen = pairs.filter { !RuleKeys.window.contains($0.name) }
        guard let first = chosen.first, let aggregate = Aggregate(name: first.name), chosen.count == 1 else {
            reportAggregate(item, chosen, names)
            return nil
        }
        warnOfKind(aggregate, first, input)
        guard let fields = item.fields([aggregate.name] + RuleKeys.window) else { return nil }
        let of = first.value
        var formula: Formula?
        if let text = of.string(), text != "value" {
            guard let read = self.formula(of, .number) else { return nil }
            formula = read
        }
        guard let over = fields.required("over"), let length = over.span(in: .seconds(1) ... .days(366)),
            let step = fields.required("step"), let pane = step.span(in: .milliseconds(1) ... .days(366)),
            panesFit(over, length, step, pane)
        else { return nil }
        return Rule.Window(aggregate: aggregate, of: formula, over: length, step: pane)
    }

    private func reportAggregate(_ item: YAMLItem, _ chosen: [YAMLPair], _ names: [String]) {
        if let unknown = chosen.first(where: { Aggregate(name: $0.name) == nil }) {
            item.source.report(
                .unknownAggregate, at: unknown.keyMark, "a window has no aggregate '\(unknown.name)'",
                help: closest(to: unknown.name, among: names).map { "did you mean '\($0)'?" }
                    ?? "the aggregates are: \(names.joined(separator: ", "))")
        } else {
            item.source.report(
                .unknownAggregate, at: chosen.last?.keyMark ?? item.mark,
                "a window has one aggregate, this has \(chosen.count)",
                help: chosen.isEmpty ? "write it like {avg: value, over: 10m, step: 1m}" : "name several under 'values'"
            )
        }
    }

    private func panesFit(_ over: YAMLItem, _ length: TimeSpan, _ step: YAMLItem, _ pane: TimeSpan) -> Bool {
        let panes = length.microseconds / pane.microseconds
        guard length.microseconds % pane.microseconds == 0 else {
            step.report(
                .windowStep, "\(length.formatted) is not a whole number of steps of \(pane.formatted)",
                help: Self.step(for: length, near: pane).map { "write 'step: \($0.formatted)'" })
            return false
        }
        guard panes <= Int64(Rule.Window.maximumPanes) else {
            step.report(
                .windowPanes, "a window has at most \(Rule.Window.maximumPanes) panes, this has \(panes)",
                help: Self.step(for: length, near: pane).map { "write 'step: \($0.formatted)' or more" })
            return false
        }
        return true
    }

    /// Of the steps people would choose, the nearest that divides the window into few enough panes.
    private static func step(for length: TimeSpan, near wanted: TimeSpan) -> TimeSpan? {
        let common: [TimeSpan] = [
            .seconds(1), .seconds(5), .seconds(10), .seconds(15), .seconds(30), .minutes(1), .minutes(2), .minutes(5),
            .minutes(10), .minutes(15), .minutes(30), .hours(1), .hours(2), .hours(3), .hours(6), .hours(12), .days(1),
            .days(7),
        ]
        let fitting = common.filter {
            length.microseconds % $0.microseconds == 0
                && length.microseconds / $0.microseconds <= Int64(Rule.Window.maximumPanes)
        }
        return fitting.min { abs($0.microseconds - wanted.microseconds) < abs($1.microseconds - wanted.microseconds) }
    }

    private func warnOfKind(_ aggregate: Aggregate, _ pair: YAMLPair, _ input: Rule.Input?) {
        guard let input, pair.value.scalar == "value", let metric = metrics?[input.metric] else { return }
        let fits =
            switch aggregate {
            case .rate, .increase: metric.kind == .counter
            case .sum: metric.kind == .increment
            case .avg, .min, .max, .count, .delta, .slope, .stddev: true
            }
        guard !fits else { return }
        pair.source.report(
            .aggregateKind, at: pair.keyMark,
            "\(aggregate.name) of \(input.metric), which is a \(metric.kind.rawValue), says little",
            help: metric.kind == .gauge ? "use avg, max or delta" : nil, severity: .warning)
    }

    /// Values that no level and no `only_while` reads.
    func reportUnused(_ values: [NamedValue], _ ladder: [Rule.Rung]) {
        guard values.count > 1 else { return }
        let condition = fields.optional("only_while")?.scalar ?? ""
        let words = condition.split { !($0 == "_" || $0.isLetter || $0.isNumber) }.map(String.init)
        for (index, value) in values.enumerated()
        where !ladder.contains(where: { $0.of == index }) && !words.contains(value.value.name) {
            fields.item.source.report(
                .unusedValue, at: value.mark, "no level and no 'only_while' uses '\(value.value.name)'",
                help: "remove it, or name it in a level: 'of: \(value.value.name)'", severity: .warning)
        }
    }
}
