import Events

/// A rung of the ladder as every reading meets it: numbers only, so that walking the ladder counts no references.
struct LadderStep {
    enum Bound {
        case number(Double)
        /// Index into the runtime's `limits`.
        case limit(Int)
    }

    let level: Level
    /// Index into the rule's values.
    let of: Int
    let compare: Rule.Comparison
    let at: Bound
    let clear: Bound?
    let hold: TimeSpan
    let clearHold: TimeSpan
}
