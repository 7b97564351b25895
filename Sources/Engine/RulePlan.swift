import Events

/// What every reading asks a rule first, without its strings and lists: copying it counts no reference.
struct RulePlan: BitwiseCopyable, Sendable {
    var effectiveFrom: Timestamp
    var effectiveUntil: Timestamp
    var hasPattern: Bool
    /// Of the prepared rule that the plan is kept beside.
    var condition: Unmanaged<Formula>?
    var isBySubject: Bool
    /// Whether a reading may have nothing to do but to be written down.
    var canStaySteady: Bool
    var lane: SteadyLane
    /// The panes that the lane measures by, where it has such.
    var ring: PaneRing?

    init(_ prepared: PreparedRule) {
        effectiveFrom = prepared.rule.effectiveFrom
        effectiveUntil = prepared.rule.effectiveUntil
        hasPattern = prepared.pattern != nil
        condition = prepared.condition.map { .passUnretained($0) }
        isBySubject = prepared.rule.by == .subject
        canStaySteady = prepared.canStaySteady
        lane = prepared.steadyLane
        ring = lane.measure == .window ? prepared.rule.values[0].window.flatMap { WindowCells.panes(of: $0) } : nil
    }
}
