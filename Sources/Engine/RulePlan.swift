import Events

/// What every reading asks a rule first, without its strings and lists: copying it counts no reference.
struct RulePlan: BitwiseCopyable, Sendable {
    var effectiveFrom: Timestamp
    var effectiveUntil: Timestamp
    var hasPattern: Bool
    var hasCondition: Bool
    var isBySubject: Bool
    /// Whether a reading may have nothing to do but to be written down.
    var canStaySteady: Bool
    var lane: SteadyLane

    init(_ prepared: PreparedRule) {
        effectiveFrom = prepared.rule.effectiveFrom
        effectiveUntil = prepared.rule.effectiveUntil
        hasPattern = prepared.pattern != nil
        hasCondition = prepared.condition != nil
        isBySubject = prepared.rule.by == .subject
        canStaySteady = prepared.canStaySteady
        lane = prepared.steadyLane
    }
}
