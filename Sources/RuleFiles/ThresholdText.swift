import Engine
import StrictYAML

/// A threshold as written: `10`, `"> 10"`, `limit.h`, `limit.h or 25`, `"<= limit.l or 0.5"`, or a list of such with the
/// dates from which they hold.
struct ThresholdText {
    /// nil where none is written, which means >=.
    var compare: Rule.Comparison?
    var threshold: Rule.Threshold

    /// Numbers are spans of time where the value is a silence: seconds then.
    static func read(_ item: YAMLItem, code: RuleCode, spans: Bool = false) -> ThresholdText? {
        guard case .list = item.node.content else { return readOne(item, code: code, spans: spans) }
        guard let items = item.items(atMost: Rule.Threshold.maximumDates) else { return nil }
        var dates: [Rule.Dated] = []
        var compare: Rule.Comparison?
        for (index, entry) in items.enumerated() {
            guard let fields = entry.fields(RuleKeys.dated) else { return nil }
            let from =
                index == 0 && fields.optional("from") == nil
                ? .distantPast : fields.required("from")?.timestamp()
            let text = fields.required("is").flatMap { readOne($0, code: code, spans: spans) }
            guard let from, let text else { return nil }
            if let last = dates.last, from <= last.from {
                fields.item.report(
                    .datedOrder, "this threshold begins no later than the one before it",
                    help: "list the thresholds by date, the oldest first")
                return nil
            }
            guard index == 0 || text.compare == compare else {
                fields.item.report(
                    .datedSides, "a level is entered on one side at all times",
                    help: "write \(compare.map { "'\($0.symbol) …'" } ?? "the number alone") as in the first")
                return nil
            }
            compare = text.compare
            dates.append(.init(from: from, threshold: text.threshold))
        }
        guard !dates.isEmpty else {
            item.report(
                code, "an empty list is no threshold", help: "write it like [{from: 2026-01-01T00:00:00+08:00, is: 50}]"
            )
            return nil
        }
        return ThresholdText(compare: compare, threshold: .dated(dates))
    }

    private static func readOne(_ item: YAMLItem, code: RuleCode, spans: Bool) -> ThresholdText? {
        func number(_ item: YAMLItem) -> Double? {
            spans ? item.span(in: .seconds(1) ... .days(366))?.seconds : item.double()
        }
        guard let text = item.string() else { return nil }
        let (compare, rest) = split(text)
        let skipped = text.unicodeScalars.count - rest.unicodeScalars.count
        let first = rest.split(separator: " ").first.map { $0.lowercased() } ?? ""
        if Formula.limitNames.contains(first) {
            item.report(
                code, "'\(text)' is neither a number nor a limit",
                help: "write '\(text.replacing(rest, with: "limit." + rest.lowercased()))'")
            return nil
        }
        guard rest.hasPrefix("limit") else {
            return number(item.part(rest, atScalar: skipped)).map { .init(compare: compare, threshold: .number($0)) }
        }
        let words = rest.split(separator: " ").map(String.init)
        guard words[0].hasPrefix("limit."), isName(words[0].dropFirst(6)),
            words.count == 1 || (words.count == 3 && words[1] == "or")
        else {
            item.report(
                code, "'\(text)' is neither a number nor a limit", help: "write it like 25, \"> 25\" or limit.h or 25")
            return nil
        }
        let name = String(words[0].dropFirst(6))
        let usual = name.lowercased()
        guard name == usual || !Formula.limitNames.contains(usual) else {
            item.report(code, "limits are named in small letters, and this is '\(name)'", help: "write limit.\(usual)")
            return nil
        }
        guard words.count == 3 else { return ThresholdText(compare: compare, threshold: .limit(name, fallback: nil)) }
        let fallback = item.part(words[2], atScalar: text.unicodeScalars.count - words[2].unicodeScalars.count)
        return number(fallback).map { .init(compare: compare, threshold: .limit(name, fallback: $0)) }
    }

    private static func split(_ text: String) -> (Rule.Comparison?, String) {
        for (symbol, compare) in [
            (">=", Rule.Comparison.greaterOrEqual), ("<=", .lessOrEqual), ("≥", .greaterOrEqual), ("≤", .lessOrEqual),
            (">", .greater), ("<", .less),
        ] where text.hasPrefix(symbol) {
            return (compare, String(text.dropFirst(symbol.count).drop { $0 == " " }))
        }
        return (nil, text)
    }
}
