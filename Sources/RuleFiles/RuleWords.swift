import Engine
import Events

// The closed sets of words that rule files use: one table each, for the reader and for the schema of editors.

extension Rule.Status {
    static let words: [(String, Rule.Status)] = [
        ("sandbox", .sandbox), ("incubating", .incubating), ("stable", .stable), ("deprecated", .deprecated),
        ("disabled", .disabled),
    ]
}

extension Rule.Issue {
    static let words: [(String, Rule.Issue)] = [("review", .review), ("auto", .auto), ("never", .never)]
}

extension Rule.NoData.Action {
    static let words: [(String, Rule.NoData.Action)] = [("keep", .keep), ("resolve", .resolve), ("alarm", .alarm)]
}

extension Formula.Field.Kind {
    static let words: [(String, Formula.Field.Kind)] = [
        ("double", .double), ("int", .int), ("bool", .bool), ("string", .string),
    ]
}

/// The keys of the mappings inside a rule; those of the rule itself are `RuleReader.keys`.
enum RuleKeys {
    static let title = ["zh", "en"]
    static let owner = ["lead", "support"]
    static let effective = ["from", "until"]
    static let input = ["type", "metric", "category", "unit", "fields"]
    static let level = ["of", "at", "clear", "for", "clear_for", "cite"]
    static let noData = ["after", "for", "do", "level", "expect"]
    /// Beside the aggregate itself.
    static let window = ["over", "step", "every", "gap", "longest", "samples", "half_life", "alpha", "q"]
    /// Digits at which `by: area(n)` cuts a code.
    static let areaDigits = [2, 4, 6, 9, 12]
}

/// The keys of test files.
enum RuleTestKeys {
    static let file = ["rule", "start", "subject", "source", "area", "registry", "cases"]
    static let `case` = ["name", "subject", "source", "area", "readings", "steps", "expect", "until"]
}
