import Engine
import Events
import StrictYAML

/// One file of tests beside a rule: cases of readings and steps on a virtual clock, each with the transitions it expects.
public struct RuleTestFile: Sendable {
    public var path: String
    public var rule: String
    public var start: Timestamp
    public var registry: Registry
    public var cases: [Case]

    public struct Case: Sendable {
        public var name: String
        public var line: Int
        /// In file order, ranges unrolled.
        public var readings: [Reading]
        public var steps: [Step]
        public var expected: [Expectation]
        /// The clock runs at least this far.
        public var until: TimeSpan
    }

    public struct Reading: Equatable, Sendable {
        /// Event time, after the start.
        public var at: TimeSpan
        /// NaN for `null`.
        public var value: Double
        /// Empty: reports have none, readings are of `S-1`.
        public var subject: String
        public var source: String = ""
        public var area: String = ""
        public var quality: String = ""
        /// How long after its event time it arrives.
        public var delay = TimeSpan.zero
        /// Sent again with the same identity: the journal drops it.
        public var isDuplicate = false
        public var isExercise = false
        /// Another metric or category than the rule's own; empty: its own.
        public var metric: String = ""
        public var category: String = ""
        /// Degrees; NaN: none.
        public var longitude = Double.nan
        public var latitude = Double.nan
        /// In the order written; numbers, true, false, else text.
        public var fields: [Field] = []

        /// Whether both are of one observation, whenever they arrive.
        func isSame(as other: Reading) -> Bool {
            at == other.at && value.bitPattern == other.value.bitPattern && subject == other.subject
                && source == other.source && metric == other.metric && category == other.category
        }
    }

    public struct Field: Equatable, Sendable {
        public var name: String
        public var text: String
    }

    public enum Step: Equatable, Sendable {
        /// The process stops and starts from its snapshot, deaf meanwhile.
        case restart(at: TimeSpan, deaf: TimeSpan)
        /// The rules are activated again, this one with fields of its file changed.
        case reload(at: TimeSpan, Changes)
        /// The rules are activated again without this one.
        case remove(at: TimeSpan)
        /// The clock runs on to this moment.
        case tick(at: TimeSpan)
        /// Somebody takes over the rule's newest open alarm, or that of a key.
        case acknowledge(at: TimeSpan, key: String?)
        /// Readings of this stretch are never sent.
        case gap(at: TimeSpan, length: TimeSpan)

        public var at: TimeSpan {
            switch self {
            case .restart(let at, _), .reload(let at, _), .remove(let at), .tick(let at), .acknowledge(let at, _),
                .gap(let at, _):
                at
            }
        }

        /// When it is over.
        public var end: TimeSpan {
            switch self {
            case .restart(let at, let length), .gap(let at, let length): at + length
            case .reload(let at, _), .remove(let at), .tick(let at), .acknowledge(let at, _): at
            }
        }
    }

    /// What a reload changes: nothing, or fields with the rule that they make.
    public struct Changes: Equatable, Sendable {
        var list: [ChangedRule.Change] = []
        var mark: YAMLMark
        /// Filled in once the rule is known.
        var rule: Rule?
    }

    /// One transition; what is nil is not compared.
    public struct Expectation: Equatable, Sendable {
        /// Event time of the transition, after the start.
        public var at: TimeSpan
        public var transition: Decision.Transition
        public var level: Level?
        public var about = Decision.About.value
        public var threshold: Double?
        public var value: Double?
        public var reason: Decision.Reason?
        public var key: String?
        /// Stored and not sent, and why. Where nothing is written, neither inhibition nor calendar kept it back.
        public var withheld: Decision.Withheld?
        /// A unit that is told next.
        public var unit: String?
    }
}
