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

    /// `value`, an expression, or a window such as `{sum: value, over: 1h, step: 5m}`.
    private func kind(_ item: YAMLItem, _ input: Rule.Input?) -> Rule.Value.Kind? {
        if case .mapping = item.node.content { return window(item, input).map { .window($0) } }
        guard let text = item.string() else { return nil }
        return text == "value" ? .reading : formula(item, .number).map { .formula($0) }
    }

    /// Values that no level, no `only_while` and no `score` reads.
    func reportUnused(_ values: [NamedValue], _ ladder: [Rule.Rung]) {
        guard values.count > 1 else { return }
        let read = ["only_while", "score"].map { fields.optional($0)?.scalar ?? "" }.joined(separator: " ")
        let words = read.split { !($0 == "_" || $0.isLetter || $0.isNumber) }.map(String.init)
        for (index, value) in values.enumerated()
        where !ladder.contains(where: { $0.of == index }) && !words.contains(value.value.name) {
            fields.item.source.report(
                .unusedValue, at: value.mark, "no level, no 'only_while' and no 'score' uses '\(value.value.name)'",
                help: "remove it, or name it in a level: 'of: \(value.value.name)'", severity: .warning)
        }
    }
}
