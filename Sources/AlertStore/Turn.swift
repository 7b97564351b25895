import Engine
import Events

/// What the engine made of a run of journal positions.
public struct Turn: Sendable {
    /// Rules and registry before the turn changed them, under which the decisions below an id were made.
    public struct Earlier: Sendable {
        public var ruleSet: RuleSet
        public var registry: Registry
        public var below: DecisionID

        public init(ruleSet: RuleSet, registry: Registry, below: DecisionID) {
            (self.ruleSet, self.registry, self.below) = (ruleSet, registry, below)
        }
    }

    /// Every position of the journal records of this turn.
    public var positions: ClosedRange<Int64>
    /// Ascending by id.
    public var decisions: [Decision]
    /// What became of the operators' requests among the records.
    public var requests: [RequestOutcome]
    /// The rules and registry as they are after the turn.
    public var ruleSet: RuleSet
    public var registry: Registry
    /// The newest stamp of the turn's records.
    public var received: Timestamp
    public var earlier: Earlier?

    public init(
        positions: ClosedRange<Int64>, decisions: [Decision], requests: [RequestOutcome] = [], ruleSet: RuleSet,
        registry: Registry, received: Timestamp, earlier: Earlier? = nil
    ) {
        precondition(decisions.allSatisfy { positions.contains($0.id.position) }, "decisions belong to their turn")
        precondition(zip(decisions, decisions.dropFirst()).allSatisfy { $0.id < $1.id }, "decisions ascend by id")
        self.positions = positions
        self.decisions = decisions
        self.requests = requests
        self.ruleSet = ruleSet
        self.registry = registry
        self.received = received
        self.earlier = earlier
    }

    /// What a decision was made under, and is worded by.
    func names(of decision: Decision) -> (ruleSet: RuleSet, registry: Registry) {
        if let earlier, decision.id < earlier.below { return (earlier.ruleSet, earlier.registry) }
        return (ruleSet, registry)
    }
}

/// What a commit did.
public struct Committed: Equatable, Sendable {
    /// Decisions stored now.
    public var stored = 0
    /// Decisions that were stored already, with the same bytes.
    public var repeated = 0
    /// Decisions of another engine version that were not repeated; what was stored holds.
    public var diverged = 0
    /// Sequences of the notices made now; nil: none.
    public var notices: ClosedRange<Int64>?
}
