/// What a rule needs on every reading, taken out of the rule once.
struct RuleSteps {
    enum Kind {
        case reading, formula, window
    }

    private(set) var ladder: [LadderStep] = []
    /// Thresholds that the registry decides.
    private(set) var limits: [Rule.Threshold] = []
    /// One for each value.
    let kinds: [Kind]
    /// The first value that is not a window: held until the next reading.
    let held: Int?

    init(_ rule: Rule) {
        kinds = rule.values.map { value in
            switch value.kind {
            case .reading: .reading
            case .formula: .formula
            case .window: .window
            }
        }
        held = kinds.firstIndex { $0 != .window }
        for rung in rule.ladder {
            ladder.append(
                LadderStep(
                    level: rung.level, of: rung.of, compare: rung.compare, at: bound(rung.at),
                    clear: rung.clear.map { bound($0) }, hold: rung.hold, clearHold: rung.clearHold))
        }
    }

    private mutating func bound(_ threshold: Rule.Threshold) -> LadderStep.Bound {
        switch threshold {
        case .number(let number): return .number(number)
        case .limit:
            limits.append(threshold)
            return .limit(limits.count - 1)
        }
    }
}
