import Events

/// Why a key of a rule is as it is: plain values, read off the state without changing it.
public struct Explanation: Equatable, Sendable {
    public var rule: Rule
    public var key: String
    public var exercise: Bool
    /// The engine's clock.
    public var received: Timestamp
    /// nil where the rule has no state for the key: nothing of it was ever evaluated, or it was forgotten.
    public var state: State?
    /// Of the whole rule, all keys together.
    public var counters: RuleCounters
    /// Of the source that feeds the key.
    public var source: Source?

    public struct State: Equatable, Sendable {
        public var subject: String
        public var area: String
        /// Whether the registry knows the subject.
        public var isRegistered: Bool
        /// Event time, position and stamp of the newest reading; nil where only expected.
        public var newest: Timestamp?
        public var position: Int64
        public var lastReceived: Timestamp
        /// By name, as they stand now; NaN where unknown or, for a formula that is not the first value, not kept.
        public var values: [Value]
        /// Of an index, in the order written.
        public var parts: [Part]
        /// Of the rule's `only_while`.
        public var gate: ExplainedExpression?
        /// Ascending by level.
        public var rungs: [Rung]
        public var level: Level?
        /// Of the open episode.
        public var episode: DecisionID?
        public var startedAt: Timestamp?
        public var peak: Level?
        /// When the next hold matures or pane begins, lateness included, on the source's clock; of an absence, when the
        /// next level is entered if nothing comes, on the platform's.
        public var timer: Timestamp?
        /// Readings that wait until the watermark has passed them.
        public var held: Int
        public var silence: Silence?
        public var sending: Sending
    }

    /// What may be told of the key now, and what was.
    public struct Sending: Equatable, Sendable {
        /// Why nothing new may leave now.
        public var withheld: Decision.Withheld
        /// When the rule's active time begins; nil while it is active, or has no calendar.
        public var mutedUntil: Timestamp?
        /// Ids of the rules that inhibit the key now.
        public var inhibitors: [String]
        public var isFlapping: Bool
        /// The weighted share of change among the newest levels; nil where the rule has no `flap`.
        public var change: Double?
        /// A raise of the open alarm was sent.
        public var isAnnounced: Bool
        /// It was told at a level from which on people have to answer.
        public var isAnswerable: Bool
        public var isAcknowledged: Bool
        /// When the next unit is told that nobody answered; nil where nobody has to.
        public var answerDue: Timestamp?
    }

    public struct Value: Equatable, Sendable {
        public var name: String
        public var value: Double
        /// What it is computed from.
        public var isWindow: Bool

        public static func == (a: Self, b: Self) -> Bool {
            a.name == b.name && a.value.bitPattern == b.value.bitPattern && a.isWindow == b.isWindow
        }
    }

    /// One part of an index in the area.
    public struct Part: Equatable, Sendable {
        public var name: String
        public var weight: Double
        /// 0…100; nil where nothing is known.
        public var score: Double?
        /// What it adds to the index, in the index's points.
        public var share: Double
        /// The key with the worst score, empty for an exposure and where no key counts.
        public var key: String
        /// Whether that key is silent: its score is the last one known.
        public var isStale: Bool
    }

    /// One level: what decides it and how far it is.
    public struct Rung: Equatable, Sendable {
        public var level: Level
        public var valueName: String
        public var value: Double
        public var compare: Rule.Comparison
        public var at: Threshold
        public var clear: Threshold?
        public var signal: Signal
        public var phase: Phase

        public static func == (a: Self, b: Self) -> Bool {
            a.level == b.level && a.valueName == b.valueName && a.value.bitPattern == b.value.bitPattern
                && a.compare == b.compare && a.at == b.at && a.clear == b.clear && a.signal == b.signal
                && a.phase == b.phase
        }
    }

    public struct Threshold: Equatable, Sendable {
        /// NaN where the subject has no such limit.
        public var value: Double
        public var origin: Origin

        public init(value: Double, origin: Origin) {
            self.value = value
            self.origin = origin
        }

        public static func == (a: Self, b: Self) -> Bool {
            a.value.bitPattern == b.value.bitPattern && a.origin == b.origin
        }
    }

    public enum Origin: Equatable, Sendable {
        case number
        /// The subject's own limit in the registry.
        case limit(String)
        /// The subject has no such limit; the rule says what stands in.
        case fallback(String)
        /// The subject has no such limit, and nothing stands in: the level is never judged.
        case missing(String)
        /// Its first date has not come: the level does not exist.
        case notYet
    }

    /// What the value says about the level now.
    public enum Signal: Equatable, Sendable {
        case enter
        /// Between `clear` and `at`: what is held stays, what is pending starts over.
        case stay
        case clear
        /// `only_while` is false: as below every clear.
        case gated
        /// A value or threshold is unknown: the level stays as it was.
        case unknown
    }

    public enum Phase: Equatable, Sendable {
        case out
        /// Entered since; counts from `until` on, where nothing comes in between.
        case pending(since: Timestamp, until: Timestamp)
        case held(since: Timestamp)
        /// Clear since; left from `until` on.
        case clearing(since: Timestamp, until: Timestamp)
    }

    public struct Silence: Equatable, Sendable {
        public var after: TimeSpan
        public var action: Rule.NoData.Action
        /// On the platform's clock: when the key counts as silent unless it is heard of.
        public var due: Timestamp
        /// nil while it is heard of.
        public var since: Timestamp?
        /// The open alarm about the silence.
        public var episode: DecisionID?
    }

    public struct Source: Equatable, Sendable {
        public var name: String
        /// Newest event time.
        public var newest: Timestamp
        public var accepted: Int64
        public var late: Int64
        public var future: Int64
        public var outOfOrder: Int64
    }
}

/// An expression with the value of each of its parts, the whole first.
public struct ExplainedExpression: Equatable, Sendable {
    public struct Part: Equatable, Sendable {
        /// As it stands in the rule.
        public var text: String
        /// As people write it; for an error its code.
        public var result: String
        public var isError: Bool
    }

    public var source: String
    public var parts: [Part]

    public var result: String { parts.first?.result ?? "" }
    public var isError: Bool { parts.first?.isError ?? true }
}
