/// What happened to the readings that one rule's input names; every reading that changed nothing is in one of these.
public struct RuleCounters: Equatable, Sendable {
    public var evaluated: Int64 = 0
    /// `where` was false.
    public var filtered: Int64 = 0
    /// NaN, null, a missing field or an expression error: state unchanged.
    public var unknown: Int64 = 0
    /// Older than the key's newest reading and behind the source's watermark.
    public var late: Int64 = 0
    /// Older than the key's newest reading: entered windows only.
    public var outOfOrder: Int64 = 0
    /// Waited until the watermark had passed them; counted as evaluated then.
    public var held: Int64 = 0
    /// Applied before that, because the key or the rule held too many.
    public var appliedEarly: Int64 = 0
    /// Outside the rule's effective dates.
    public var notEffective: Int64 = 0
    /// The event lacks what the rule is keyed by.
    public var noKey: Int64 = 0
    /// A new key beyond the rule's maximum.
    public var refusedKeys: Int64 = 0
    public var unitMismatch: Int64 = 0
    /// A sample beyond the 64 that a window keeps or tells apart.
    public var refusedSamples: Int64 = 0
    public var decisions: Int64 = 0
    /// The event has no place where one is needed.
    public var noPlace: Int64 = 0
    /// Points that gave way to newer ones while they still counted.
    public var droppedPoints: Int64 = 0

    public init() {}

    /// Readings that the rule has looked at, whatever came of it.
    public var met: Int64 { evaluated + filtered + unknown + late + outOfOrder + noKey + noPlace }

    static let fields: [WritableKeyPath<RuleCounters, Int64> & Sendable] = [
        \.evaluated, \.filtered, \.unknown, \.late, \.outOfOrder, \.notEffective, \.noKey, \.refusedKeys,
        \.unitMismatch, \.decisions, \.noPlace, \.droppedPoints, \.refusedSamples,
        \.held, \.appliedEarly,
    ]
}
