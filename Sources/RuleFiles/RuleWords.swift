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

extension Rule.Proximity.Measure {
    static let words: [(String, Rule.Proximity.Measure)] = [
        ("subjects", .subjects), ("hazards", .hazards), ("danger", .danger),
    ]
}

extension Rule.Inhibition.Same {
    static let words: [(String, Rule.Inhibition.Same)] =
        [("subject", .subject)] + RuleKeys.areaDigits.map { ("area(\($0))", .area(digits: $0)) }
}

/// The keys of the mappings inside a rule; those of the rule itself are `RuleReader.keys`.
enum RuleKeys {
    static let title = ["zh", "en"]
    static let owner = ["lead", "support"]
    static let effective = ["from", "until"]
    static let input = ["type", "metric", "category", "unit", "fields"]
    static let dated = ["from", "is"]
    static let level = ["of", "at", "clear", "for", "clear_for", "cite"]
    static let noData = ["after", "for", "do", "level", "expect"]
    static let absence = ["expect"]
    static let sequence = ["steps", "any", "within", "clear"]
    static let step = input + ["where"]
    static let proximity = ["metres", "during", "measure", "of", "grade", "max_points"]
    static let inhibition = ["rule", "level", "same"]
    static let active = ["zone", "weekdays", "hours", "season", "except", "also"]
    static let flap = ["low", "high", "history"]
    static let response = ["level", "acknowledge_within", "handle_within", "escalate_to"]
    static let index = ["combine", "areas", "min_known", "of"]
    static let indexPart = ["rule", "exposure", "weight", "full"]
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
