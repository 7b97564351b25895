/// What a decision says of its value: on the way up that it reached the threshold, on the way down that it left it.
extension Decision {
    public struct Ground: Equatable, Sendable {
        public var compare: Rule.Comparison
        public var threshold: Double
    }

    /// Whether its value is known not to have reached the threshold: it is told while that stands between threshold and clear.
    public var isBetween: Bool { threshold.isFinite && value.isFinite && ground == nil }

    public var isWayDown: Bool { transition == .deescalated || transition == .resolved }

    /// A comparison that is true of `value`, or nil where no threshold decided: no data, a rule that is gone, an alarm whose
    /// `only_while` no longer holds, or one that is told while its value stands between threshold and clear.
    public var ground: Ground? {
        guard threshold.isFinite else { return nil }
        let compare = isWayDown ? compare.opposite : compare
        return compare.holds(value, threshold) ? Ground(compare: compare, threshold: threshold) : nil
    }
}

extension Rule.Comparison {
    /// True of exactly those numbers of which this is not.
    public var opposite: Self {
        switch self {
        case .greaterOrEqual: .less
        case .greater: .lessOrEqual
        case .lessOrEqual: .greater
        case .less: .greaterOrEqual
        }
    }

    /// False of NaN.
    public func holds(_ value: Double, _ threshold: Double) -> Bool {
        switch self {
        case .greaterOrEqual: value >= threshold
        case .greater: value > threshold
        case .lessOrEqual: value <= threshold
        case .less: value < threshold
        }
    }
}
