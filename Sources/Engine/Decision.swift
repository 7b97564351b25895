import Events

/// One transition of one episode, with everything that explains it: the engine's only output.
public struct Decision: Equatable, Sendable {
    public enum About: UInt8, Sendable, CaseIterable {
        case value = 0
        case noData = 1

        public var name: String {
            switch self {
            case .value: "value"
            case .noData: "no_data"
            }
        }
    }

    public enum Transition: UInt8, Sendable, CaseIterable {
        case raised = 0
        case escalated = 1
        case deescalated = 2
        case resolved = 3

        public var name: String {
            switch self {
            case .raised: "raised"
            case .escalated: "escalated"
            case .deescalated: "deescalated"
            case .resolved: "resolved"
            }
        }
    }

    /// Why an episode was resolved.
    public enum Reason: UInt8, Sendable, CaseIterable {
        case none = 0
        case cleared = 1
        case noData = 2
        case ruleRemoved = 3
        case ruleChanged = 4
        case expired = 5

        public var name: String {
            switch self {
            case .none: ""
            case .cleared: "cleared"
            case .noData: "no_data"
            case .ruleRemoved: "rule_removed"
            case .ruleChanged: "rule_changed"
            case .expired: "expired"
            }
        }
    }

    public var id: DecisionID
    /// The id of the decision that raised the episode.
    public var episode: DecisionID
    public var rule: String
    public var ruleVersion: String
    public var about: About
    public var transition: Transition
    public var reason: Reason
    /// nil once resolved.
    public var level: Level?
    public var previous: Level?
    /// The highest level of the episode so far.
    public var peak: Level
    /// 0…100.
    public var score: Double
    /// What the state belongs to; equal to `subject` for rules by subject.
    public var key: String
    public var subject: String
    /// Area code, empty where unknown.
    public var area: String
    /// Degrees, NaN where unknown.
    public var longitude: Double
    public var latitude: Double
    /// Name of the value that decided, and the number.
    public var valueName: String
    public var value: Double
    /// NaN where none applies (no data, rule removed).
    public var threshold: Double
    public var compare: Rule.Comparison
    /// Event time at which the episode was raised.
    public var startedAt: Timestamp
    /// Event time of this transition.
    public var at: Timestamp
    /// The stamp of the entry that caused it.
    public var decidedAt: Timestamp
    /// The newest reading of the key: its source, its id where it came with this entry, and its position.
    public var source: String
    public var eventID: String
    public var eventPosition: Int64
    public var exercise: Bool
    /// The rule is in the sandbox: stored, never sent.
    public var sandbox: Bool

    /// Equal bit for bit, so that NaN equals itself.
    public static func == (a: Self, b: Self) -> Bool { a.encoded == b.encoded }
}
