import Events

/// What thresholds say about a value, and how bad it is: pure functions of the rule, the value and the limits.
extension LadderStep {
    func signal(_ value: Double, at: Double, clear: Double?) -> RungState.Signal {
        let isIn =
            switch compare {
            case .greaterOrEqual: value >= at
            case .greater: value > at
            case .lessOrEqual: value <= at
            case .less: value < at
            }
        if isIn { return .enter }
        guard let clear else { return .clear }
        return (compare.isRising ? value < clear : value > clear) ? .clear : .stay
    }
}

extension Rule.Comparison {
    public var isRising: Bool { self == .greaterOrEqual || self == .greater }
}

extension Level {
    /// The score at which a level begins.
    public var scoreAnchor: Double {
        switch self {
        case .blue: 25
        case .yellow: 50
        case .orange: 75
        case .red: 90
        }
    }
}

/// 0…100: linear between the thresholds' anchors, from 0 at the origin, held at 100 above the top.
///
/// `rungs` ascend by level and carry each level's resolved threshold and the value it looks at.
func ladderScore(_ rungs: [(level: Level, compare: Rule.Comparison, at: Double, value: Double)]) -> Double {
    var score = 0.0
    for (index, rung) in rungs.enumerated() where !rung.value.isNaN && !rung.at.isNaN {
        let below = index > 0 ? rungs[index - 1] : nil
        let floor = below?.level.scoreAnchor ?? 0
        let from = below.map { $0.at } ?? 0
        let reached = rung.compare.isRising ? rung.value >= rung.at : rung.value <= rung.at
        if reached {
            let width = abs(rung.at - from)
            let isTop = index == rungs.count - 1
            let beyond = isTop && width > 0 ? min(1, abs(rung.value - rung.at) / width) : 0
            score = max(score, rung.level.scoreAnchor + (isTop ? (100 - rung.level.scoreAnchor) * beyond : 0))
        } else if rung.at != from, below != nil || rung.compare.isRising {
            let part = min(1, max(0, (rung.value - from) / (rung.at - from)))
            if part > 0 { score = max(score, floor + (rung.level.scoreAnchor - floor) * part) }
        }
    }
    return score
}
