import Engine
import StrictYAML

/// A threshold as written: `10`, `"> 10"`, `limit.h`, `limit.h or 25`, `"<= limit.l or 0.5"`.
struct ThresholdText {
    /// nil where none is written, which means >=.
    var compare: Rule.Comparison?
    var threshold: Rule.Threshold

    /// Numbers are spans of time where the value is a silence: seconds then.
    static func read(_ item: YAMLItem, code: RuleCode, spans: Bool = false) -> ThresholdText? {
        func number(_ item: YAMLItem) -> Double? {
            spans ? item.span(in: .seconds(1) ... .days(366))?.seconds : item.double()
        }
        guard let text = item.string() else { return nil }
        let (compare, rest) = split(text)
        let skipped = text.unicodeScalars.count - rest.unicodeScalars.count
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
