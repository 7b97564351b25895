import Events

/// What evaluation needs of a rule that is not one over values.
enum PreparedPattern: Sendable {
    case absence
    case sequence(PreparedSequence)
    case proximity(PreparedProximity)

    init?(_ rule: Rule) {
        switch rule.kind {
        case .value, .index: return nil
        case .absence: self = .absence
        case .sequence(let pattern): self = .sequence(PreparedSequence(pattern, inputs: rule.inputs))
        case .proximity(let proximity): self = .proximity(PreparedProximity(proximity, of: rule))
        }
    }

    var cellWords: Int {
        switch self {
        case .absence: 0
        case .sequence(let sequence): sequence.match.words
        case .proximity: RecentMaximum.words
        }
    }

    /// Whether the number falls with event time alone, so that the key needs a timer.
    var fades: Bool {
        switch self {
        case .sequence, .proximity: true
        case .absence: false
        }
    }

    var runsOnReceived: Bool {
        if case .absence = self { true } else { false }
    }
}

/// A sequence with its steps sorted by the input that feeds them.
final class PreparedSequence: Sendable {
    /// One thing an event of an input can be.
    struct Matcher: Sendable {
        /// Bit of the step; of `clear`, the bit after the last step.
        var bit: UInt16
        var condition: Formula?
    }

    let match: SequenceMatch
    /// Per input of the rule.
    let matchers: [[Matcher]]

    init(_ pattern: Rule.Pattern, inputs: [Rule.Input]) {
        match = SequenceMatch(pattern)
        let all = pattern.steps + (pattern.clear.map { [$0] } ?? [])
        matchers = inputs.map { input in
            all.indices.filter { all[$0].input == input }.map { Matcher(bit: 1 << $0, condition: all[$0].condition) }
        }
    }
}
