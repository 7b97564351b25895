import Events

/// An expression of a rule with the event fields it reads.
public struct Formula: Equatable, Sendable {
    public var source: String

    public init(source: String) { self.source = source }
}
