import Events

/// An expression of a rule with the event fields it reads.
public struct Formula: Equatable, Sendable {
    public var source: String

    public init(source: String) { self.source = source }
}

extension Formula {
    /// The truth of a condition for one reading, or nil where it is unknown.
    func test(_ arrival: Engine.Arrival, registry: Registry) -> Bool? { nil }

    /// The number for one reading, or nil where it is unknown.
    func number(_ arrival: Engine.Arrival, registry: Registry) -> Double? { nil }

    /// The truth of a condition over a rule's named values.
    func test(_ values: RuleValues, _ names: [Rule.Value]) -> Bool? { nil }
}
