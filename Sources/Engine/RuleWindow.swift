import Events

extension Rule {
    /// An aggregate over some of a key's samples, in event time.
    public struct Window: Equatable, Sendable {
        public static let maximumPanes = 60
        /// Samples of a window that keeps them, and different samples that `distinct` tells apart: a kilobyte a key.
        public static let maximumSamples = 64
        /// Window memory that a rule may come to need with `max_keys` keys.
        public static let maximumBytes = 4_000_000_000

        /// Which samples a window holds, and when it says something new.
        public enum Shape: Equatable, Sendable {
            /// The last `over` in whole panes of `step`, the open pane included; says so with every reading.
            case sliding(over: TimeSpan, step: TimeSpan)
            /// Aligned to the epoch, one after the other; speaks once, when the watermark passes its end.
            case tumbling(every: TimeSpan)
            /// Readings at most `gap` apart, cut when `longest` is reached; says so with every reading.
            case session(gap: TimeSpan, longest: TimeSpan)
            /// The last so many samples, 1…64.
            case samples(Int)
            /// The samples of the last `over` (its beginning excluded), at most 64.
            case exact(over: TimeSpan)
            /// Every sample there was, each half as heavy after so long; for `ewma`.
            case halfLife(TimeSpan)
            /// Every sample there was, the newest with this weight in (0, 1]; for `ewma`.
            case weight(Double)
        }

        public var aggregate: Aggregate
        /// What is aggregated; nil: the reading's own value. Of `distinct` it may be any scalar.
        public var of: Formula?
        public var shape: Shape
        /// Of `quantile`: 0…1, else 0.
        public var quantile: Double

        public init(aggregate: Aggregate, of: Formula? = nil, shape: Shape, quantile: Double = 0) {
            self.aggregate = aggregate
            self.of = of
            self.shape = shape
            self.quantile = quantile
            precondition(isValid, "a window that has bounds and fits its aggregate")
        }

        public init(aggregate: Aggregate, of: Formula? = nil, over: TimeSpan, step: TimeSpan) {
            self.init(aggregate: aggregate, of: of, shape: .sliding(over: over, step: step))
        }

        /// Longest span of a window.
        public static let longest = TimeSpan.days(366)

        /// Whether everything is bounded and the aggregate can be computed from what the shape keeps.
        var isValid: Bool { Self.isValid(aggregate, shape, quantile) && fits(of) }

        static func isValid(_ aggregate: Aggregate, _ shape: Shape, _ quantile: Double) -> Bool {
            guard aggregate == .quantile ? quantile >= 0 && quantile <= 1 : quantile == 0 else { return false }
            func isSpan(_ span: TimeSpan) -> Bool { span > .zero && span <= longest }
            switch shape {
            case .sliding(let over, let step):
                return isSpan(over) && isSpan(step) && over.microseconds % step.microseconds == 0
                    && over.microseconds / step.microseconds <= Int64(maximumPanes) && aggregate != .quantile
                    && aggregate != .ewma
            case .tumbling(let every): return isSpan(every) && aggregate != .quantile && aggregate != .ewma
            case .session(let gap, let longest):
                return isSpan(gap) && isSpan(longest) && aggregate != .quantile && aggregate != .ewma
            case .samples(let count): return (1...maximumSamples).contains(count) && aggregate != .ewma
            case .exact(let over): return isSpan(over) && aggregate != .ewma
            case .halfLife(let span): return isSpan(span) && aggregate == .ewma
            case .weight(let weight): return weight > 0 && weight <= 1 && aggregate == .ewma
            }
        }

        private func fits(_ of: Formula?) -> Bool {
            guard let of else { return true }
            return aggregate == .distinct ? of.yield == .scalar : of.yield == .number
        }

        /// Memory of one key's window.
        public var bytes: Int { WindowCells.cellSize(of: self) * MemoryLayout<Double>.size }
    }
}

extension Rule {
    /// Memory of one key's windows.
    public var windowBytes: Int { values.reduce(0) { $0 + ($1.window?.bytes ?? 0) } }
}

extension Rule.Value {
    public var window: Rule.Window? { if case .window(let window) = kind { window } else { nil } }
}

extension Rule.Window {
    /// How far back a sample may lie that one which comes now is counted with; nil where that is no matter of time.
    public var lookback: TimeSpan? {
        switch shape {
        case .sliding(let over, _), .exact(let over): over
        case .tumbling(let every): every
        case .session(_, let longest): longest
        case .samples, .halfLife, .weight: nil
        }
    }

    /// Whether it speaks at its end only.
    var isTumbling: Bool { if case .tumbling = shape { true } else { false } }
}
