import Events

/// One rule as the engine runs it: checked, resolved, with nothing left to look up by name but the registry's limits.
public struct Rule: Equatable, Sendable {
    public enum Status: UInt8, Sendable, CaseIterable {
        /// Evaluated and stored, never sent.
        case sandbox = 0
        case incubating = 1
        case stable = 2
        case deprecated = 3
        /// Not evaluated; its open episodes are kept as they are.
        case disabled = 4
    }

    public enum Issue: UInt8, Sendable, CaseIterable {
        case review = 0
        case auto = 1
        case never = 2
    }

    /// Equal to the file's name.
    public var id: String
    public var title: Bilingual
    public var domain: String
    public var status: Status = .stable
    public var lead: String = ""
    public var support: [String] = []
    public var runbook: String = ""
    public var cites: [String] = []
    public var issue: Issue = .review
    public var message: Bilingual
    /// `sha256:…` of the file's bytes; shown with every decision.
    public var version: String = ""

    /// Of a sequence, the first step's.
    public var input: Input
    public var kind: Kind = .value
    public var by: Key = .subject
    public var condition: Formula?
    /// The first is the rule's own value; levels may name others.
    public var values: [Value]
    public var onlyWhile: Formula?
    /// Over the rule's values, clamped to 0…100; nil: interpolated between the levels.
    public var score: Formula?
    /// Ascending by level, at most one a level.
    public var ladder: [Rung]
    /// How long a reading stays the value when no other follows; nil: until the next one.
    public var maxGap: TimeSpan?
    /// How far behind its source's newest event a reading may be and still count in order of event time.
    public var lateness: TimeSpan = .zero
    public var noData: NoData?
    /// Event times at which the rule applies: thresholds change by law.
    public var effectiveFrom: Timestamp = .distantPast
    public var effectiveUntil: Timestamp = .distantFuture
    /// Most keys at once; a further one is refused and counted.
    public var maximumKeys: Int32 = 1_000_000
    /// A key at rest that has been silent for this long (on `received`) is forgotten.
    public var keyTTL: TimeSpan = .days(7)
    /// Rules that explain this one while they fire.
    public var inhibitedBy: [Inhibition] = []
    /// When its alarms are told; nil: always.
    public var active: Calendar?
    public var flap: Flap?
    public var response: Response?

    public init(
        id: String, title: Bilingual, domain: String, message: Bilingual, input: Input, values: [Value], ladder: [Rung]
    ) {
        self.id = id
        self.title = title
        self.domain = domain
        self.message = message
        self.input = input
        self.values = values
        self.ladder = ladder
    }

    /// Which events the rule reads; both parts are indexed.
    public struct Input: Equatable, Sendable {
        /// CloudEvents `type`: `reading`, `report`, …
        public var type: String
        /// The metric of a reading, the category of a report.
        public var metric: String
        /// Canonical; empty for reports.
        public var unit: String

        public init(type: String, metric: String, unit: String) {
            self.type = type
            self.metric = metric
            self.unit = unit
        }
    }

    /// What one state of the rule belongs to.
    public enum Key: Equatable, Sendable {
        case subject
        case source
        /// The first 2, 4, 6, 9 or 12 digits of the event's area.
        case area(digits: Int)
        /// Any other string field of the event.
        case field(String)
    }

    /// A number computed from each event.
    public struct Value: Equatable, Sendable {
        public enum Kind: Equatable, Sendable {
            /// The reading's own value.
            case reading
            case formula(Formula)
            case window(Window)
        }

        public var name: String
        public var kind: Kind

        public init(name: String, kind: Kind) {
            self.name = name
            self.kind = kind
        }
    }

    /// One level of the ladder: when it is entered and when it is left.
    public struct Rung: Equatable, Sendable {
        public var level: Level
        /// Index into the rule's values.
        public var of: Int
        public var compare: Comparison
        public var at: Threshold
        /// Left when the value is strictly beyond this on the safe side; nil: as soon as it is not entered.
        public var clear: Threshold?
        /// Held this long before entering.
        public var hold: TimeSpan
        /// Clear this long before leaving.
        public var clearHold: TimeSpan
        public var cite: String

        public init(
            level: Level, of: Int = 0, compare: Comparison = .greaterOrEqual, at: Threshold, clear: Threshold? = nil,
            hold: TimeSpan = .zero, clearHold: TimeSpan = .zero, cite: String = ""
        ) {
            self.level = level
            self.of = of
            self.compare = compare
            self.at = at
            self.clear = clear
            self.hold = hold
            self.clearHold = clearHold
            self.cite = cite
        }
    }

    public enum Comparison: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        case greaterOrEqual = 0
        case greater = 1
        case lessOrEqual = 2
        case less = 3

        public var symbol: String {
            switch self {
            case .greaterOrEqual: ">="
            case .greater: ">"
            case .lessOrEqual: "<="
            case .less: "<"
            }
        }
    }

    public enum Threshold: Equatable, Sendable {
        case number(Double)
        /// A limit of the subject in the registry; `fallback` where it has none, and unknown where that is nil.
        case limit(String, fallback: Double?)
        /// Ascending by date, none of them dated itself; before the first date the level does not exist.
        case dated([Dated])

        public static let maximumDates = 16
    }

    /// A threshold that holds from a date on: what is judged at that very moment is judged by it.
    public struct Dated: Equatable, Sendable {
        public var from: Timestamp
        public var threshold: Threshold

        public init(from: Timestamp, threshold: Threshold) {
            self.from = from
            self.threshold = threshold
        }
    }

    /// What silence means; runs on `received`.
    public struct NoData: Equatable, Sendable {
        public enum Action: UInt8, Sendable, CaseIterable {
            /// The episode stays; the key is counted as silent.
            case keep = 0
            /// The episode is resolved with reason `no_data`.
            case resolve = 1
            /// A separate alarm about the silence; the value's state stays.
            case alarm = 2
        }

        public var after: TimeSpan
        public var action: Action
        /// How long the silence has to go on before the action; the key counts as silent meanwhile.
        public var hold: TimeSpan
        /// Of the separate alarm.
        public var level: Level
        /// Keys that must report though never seen.
        public var expect: [String]

        public init(
            after: TimeSpan, action: Action, hold: TimeSpan = .zero, level: Level = .blue, expect: [String] = []
        ) {
            self.after = after
            self.action = action
            self.hold = hold
            self.level = level
            self.expect = expect
        }
    }

    /// A text in Chinese and English.
    public struct Bilingual: Equatable, Sendable {
        public var zh: String
        public var en: String

        public init(zh: String, en: String) {
            self.zh = zh
            self.en = en
        }
    }
}
