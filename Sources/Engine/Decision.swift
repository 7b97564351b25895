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
        /// The level changes too often to tell each change: quiet from here on.
        case flappingStarted = 4
        /// The level holds still again; carries it.
        case flappingEnded = 5
        /// An operator has taken the alarm over.
        case acknowledged = 6
        /// Nobody acknowledged within the rule's time; names whom to tell next.
        case unacknowledged = 7
        /// Still open after the rule's time for handling; names whom to tell next.
        case unhandled = 8

        public var name: String {
            switch self {
            case .raised: "raised"
            case .escalated: "escalated"
            case .deescalated: "deescalated"
            case .resolved: "resolved"
            case .flappingStarted: "flapping_started"
            case .flappingEnded: "flapping_ended"
            case .acknowledged: "acknowledged"
            case .unacknowledged: "unacknowledged"
            case .unhandled: "unhandled"
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

    /// Why a decision is stored and not sent.
    public enum Withheld: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// It is sent: an outbox row is made.
        case none = 0
        /// The rule is in the sandbox.
        case sandbox = 1
        /// A rule that explains this one is firing.
        case inhibited = 2
        /// Outside the rule's active time.
        case muted = 3

        public var name: String {
            switch self {
            case .none: ""
            case .sandbox: "sandbox"
            case .inhibited: "inhibited"
            case .muted: "muted"
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
    /// nil once resolved; nil, too, while flapping where no level is held now.
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
    public var withheld: Withheld
    /// How many activations have changed the rule, its first included.
    public var revision: Int32
    /// Who acted, and what they noted; empty where nobody did.
    public var actor: String
    public var note: String
    /// Whom to tell next; empty but for what nobody answered.
    public var escalateTo: [String]

    /// Equal bit for bit, so that NaN equals itself.
    public static func == (a: Self, b: Self) -> Bool { a.encoded == b.encoded }
}
