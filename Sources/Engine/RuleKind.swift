import Events

extension Rule {
    /// Where the number comes from that the ladder looks at. Everything behind the number (holds, episodes, silence,
    /// snapshots) is the same for all kinds.
    public enum Kind: Equatable, Sendable {
        /// The rule's values, computed from each reading.
        case value
        /// Seconds of silence of the key, by the platform's clock.
        case absence(Absence)
        /// Steps reached of a pattern over several inputs.
        case sequence(Pattern)
        /// How many subjects are near, or how dangerous what is registered near is.
        case proximity(Proximity)
        /// Out of other rules' scores and the registry, per area.
        case index(Composite)

        public var name: String {
            switch self {
            case .value: "value"
            case .absence: "absence"
            case .sequence: "sequence"
            case .proximity: "proximity"
            case .index: "index"
            }
        }

        /// What the number is called in decisions and messages.
        public var valueName: String {
            switch self {
            case .value: "value"
            case .absence: "silence"
            case .sequence: "steps"
            case .proximity: "near"
            case .index: "index"
            }
        }
    }

    public struct Absence: Equatable, Sendable {
        public static let maximumExpected = 10_000
        /// Keys that must report though never seen.
        public var expect: [String]

        public init(expect: [String] = []) { self.expect = expect }
    }

    /// Events of several inputs with the same key, within a span of event time.
    public struct Pattern: Equatable, Sendable {
        /// One bit each in a byte, and a constant number of moments per key.
        public static let maximumSteps = 8

        public enum Order: UInt8, Sendable, CaseIterable {
            /// One after the other; the value is the number of steps reached.
            case steps = 0
            /// In any order; the value is the number of different ones.
            case any = 1
        }

        public var order: Order
        public var steps: [Step]
        /// From the first step to the last; at exactly this span it still counts.
        public var within: TimeSpan
        /// An event that makes the pattern start over.
        public var clear: Step?

        public init(order: Order = .steps, steps: [Step], within: TimeSpan, clear: Step? = nil) {
            self.order = order
            self.steps = steps
            self.within = within
            self.clear = clear
        }

        /// The greatest value: positive steps, and one more for a negation at the end.
        public var length: Int {
            steps.count { !$0.isNegated } + (endsNegated ? 1 : 0)
        }

        /// The last step is something that must not come before the span is over.
        public var endsNegated: Bool { order == .steps && steps.last?.isNegated == true }

        /// Bounded, begins with an event, and negates only where there is an order.
        public var isSound: Bool {
            guard (1...Self.maximumSteps).contains(steps.count), within > .zero, within <= .days(366),
                clear?.isNegated != true, !steps[0].isNegated
            else { return false }
            return order == .steps || !steps.contains(where: \.isNegated)
        }
    }

    public struct Step: Equatable, Sendable {
        public var input: Input
        public var condition: Formula?
        /// Must not come between the steps around it, or, as the last step, before the span is over.
        public var isNegated: Bool

        public init(input: Input, condition: Formula? = nil, isNegated: Bool = false) {
            self.input = input
            self.condition = condition
            self.isNegated = isNegated
        }
    }

    /// What lies within a number of metres of an event.
    public struct Proximity: Equatable, Sendable {
        /// Metres; a city's extent.
        public static let radii: ClosedRange<Double> = 1...50_000
        public static let pointBounds: ClosedRange<Int> = 100...100_000

        public enum Measure: UInt8, Sendable, CaseIterable {
            /// Different subjects with matching events.
            case subjects = 0
            /// Registered hazard sources.
            case hazards = 1
            /// 4 for a source of grade 1 (the worst, GB 18218) down to 1 for grade 4; 0 where there is none.
            case danger = 2
        }

        public var measure: Measure
        /// Metres.
        public var within: Double
        /// For how long an event counts.
        public var during: TimeSpan
        /// Whose events are counted; nil: the rule's own input. Only of `subjects`.
        public var of: Step?
        /// Registered sources of this grade or worse count. Only of `hazards` and `danger`.
        public var grade: UInt8
        /// Most events remembered by the rule; beyond it the oldest is dropped and counted.
        public var maximumPoints: Int32

        public init(
            measure: Measure = .subjects, within: Double, during: TimeSpan, of: Step? = nil, grade: UInt8 = 4,
            maximumPoints: Int32 = 10_000
        ) {
            self.measure = measure
            self.within = within
            self.during = during
            self.of = of
            self.grade = grade
            self.maximumPoints = maximumPoints
        }

        public var isSound: Bool {
            Self.radii.contains(within) && during > .zero && during <= .days(366) && (1...4).contains(grade)
                && of?.isNegated != true && Self.pointBounds.contains(Int(maximumPoints))
                && (measure == .subjects || of == nil)
        }
    }

    /// Everything the rule reads, without repetition; in the order that routes number it.
    public var inputs: [Input] {
        switch kind {
        case .value, .absence: return [input]
        case .sequence(let pattern):
            return (pattern.steps + (pattern.clear.map { [$0] } ?? [])).reduce(into: []) { list, step in
                if !list.contains(step.input) { list.append(step.input) }
            }
        case .proximity(let proximity):
            guard let other = proximity.of?.input, other != input else { return [input] }
            return [input, other]
        case .index: return []
        }
    }

    /// Whether the parts fit the kind: a pattern has one number.
    var isSoundKind: Bool {
        switch kind {
        case .value: return true
        case .absence, .sequence, .proximity: return values.count == 1 && maxGap == nil && onlyWhile == nil
        case .index(let index):
            return values.count == 1 && maxGap == nil && onlyWhile == nil && noData == nil && condition == nil
                && by == .area(digits: index.areas[0])
        }
    }

    /// Keys that are watched though never seen.
    public var expected: [String] {
        if case .absence(let absence) = kind { absence.expect } else { noData?.expect ?? [] }
    }

    /// Unit of the number that decides, for people.
    public var valueUnit: String {
        switch kind {
        case .value: input.unit
        case .absence: "s"
        case .sequence, .proximity, .index: ""
        }
    }
}
