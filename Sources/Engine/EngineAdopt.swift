import Events

extension Engine {
    /// Goes on with another rule set, as if it had been activated before the next record: for asking what other rules
    /// would have made of the same events. State follows (rule id, key), as on a reload.
    public mutating func adopt(_ ruleSet: RuleSet, into decisions: inout [Decision]) {
        begin(nextPosition)
        replaceRules(with: ruleSet, into: &decisions)
    }
}
