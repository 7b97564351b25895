import Engine
import Events
import StrictYAML

/// Which events a rule reads, and what one of its states belongs to.
extension RuleReader {
    func input() -> Rule.Input? {
        fields.required("input").flatMap { input($0, keys: []) }
    }

    /// What a mapping says of the events to read; `keys` are others that it may have.
    func input(_ item: YAMLItem, keys: [String]) -> Rule.Input? {
        guard let input = item.fields(RuleKeys.input + keys),
            let isReport = input.required("type")?.word(of: [("reading", false), ("report", true)])
        else { return nil }
        if isReport {
            for key in ["metric", "unit"] {
                input.optional(key)?.report(
                    .unsupported, "a report has a category and no \(key)", help: "write {type: report, category: …}")
            }
            return input.required("category")?.string().map { Rule.Input(type: "report", metric: $0, unit: "") }
        }
        input.optional("category")?.report(
            .unsupported, "a reading has a metric and no category", help: "write {type: reading, metric: …, unit: …}")
        let metric = input.required("metric")
        let unit = input.required("unit")
        guard let metric, let name = metric.string(), let unit, let symbol = unit.string() else { return nil }
        check(metric, name, unit, symbol)
        return Rule.Input(type: "reading", metric: name, unit: symbol)
    }

    private func check(_ metric: YAMLItem, _ name: String, _ unit: YAMLItem, _ symbol: String) {
        guard let metrics else { return }
        guard let known = metrics[name] else {
            metric.report(
                .unknownMetric, "the catalogue has no metric '\(name)'",
                help: closest(to: name, among: metrics.rows.map(\.name)).map { "did you mean '\($0)'?" }
                    ?? "add it to metrics.yml")
            return
        }
        guard known.unit != symbol else { return }
        let help = "write 'unit: \"\(known.unit)\"'"
        if metrics.units.contains(symbol) {
            unit.report(.unitMismatch, "rules see \(name) in \(known.unit), not in \(symbol)", help: help)
        } else {
            unit.report(.unknownUnit, "the catalogue has no unit '\(symbol)'", help: help)
        }
    }

    func key() -> Rule.Key? {
        guard let item = fields.optional("by") else { return .subject }
        guard let text = item.string() else { return nil }
        switch text {
        case "subject": return .subject
        case "source": return .source
        case "value", "id", "time", "values":
            item.report(
                .identityHasValue, "a key that contains the event's \(text) is new with every event",
                help: "write 'by: subject'")
            return nil
        default: break
        }
        if text.hasPrefix("area") {
            guard let digits = RuleKeys.areaDigits.first(where: { text == "area(\($0))" }) else {
                item.report(
                    .badKey, "'\(text)' is no area prefix", help: "write area(2), area(4), area(6), area(9) or area(12)"
                )
                return nil
            }
            return .area(digits: digits)
        }
        guard isName(text) else {
            item.report(
                .badKey, "'\(text)' is not the name of a field", help: "write subject, source, area(6) or a field")
            return nil
        }
        if fields.optional("input") != nil {
            guard let field = eventFields.first(where: { $0.name == text }) else {
                let known = ["subject", "source"] + eventFields.map(\.name)
                item.report(
                    .badKey, "no field '\(text)' is declared",
                    help: closest(to: text, among: known).map { "did you mean '\($0)'?" }
                        ?? "declare it: 'input: {…, fields: {\(text): string}}'")
                return nil
            }
            guard field.kind == .string else {
                item.report(.badKey, "'\(text)' is no text, so it names nothing", help: "declare it as string")
                return nil
            }
        }
        if fields.optional("max_keys") == nil {
            item.report(
                .unboundedKeys, "nothing bounds how many values '\(text)' has", help: "add 'max_keys: 10000'")
        }
        return .field(text)
    }

    func bound(_ rule: inout Rule) {
        var most = 10_000_000
        if case .index(let index) = rule.kind {
            rule.by = .area(digits: index.areas[0])
            (rule.maximumKeys, most) = (10_000, Rule.Composite.maximumAreas)
        }
        if let maximum = fields.optional("max_keys")?.int(in: 1...most) { rule.maximumKeys = Int32(maximum) }
        if let ttl = fields.optional("key_ttl")?.span(in: .minutes(1) ... .days(3660)) { rule.keyTTL = ttl }
    }
}
