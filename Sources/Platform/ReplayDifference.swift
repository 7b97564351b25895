import Engine
import Events

/// What another rule set would have changed: alarms gained, lost and changed, rule by rule.
public struct ReplayDifference: Equatable, Sendable {
    public struct OfRule: Equatable, Sendable {
        public var rule: String
        /// Only the candidate has them.
        public var gained: [ReplayEpisode] = []
        /// Only the other set has them.
        public var lost: [ReplayEpisode] = []
        public var changed: [Change] = []
        public var same = 0

        public var isEmpty: Bool { gained.isEmpty && lost.isEmpty && changed.isEmpty }
    }

    /// One alarm that both sets raise, and how it differs.
    public struct Change: Equatable, Sendable {
        public var other: ReplayEpisode
        public var candidate: ReplayEpisode
        public var ways: [Way]
    }

    public enum Way: Equatable, Sendable {
        /// Positive: the candidate raises it later.
        case raised(by: TimeSpan)
        case peak(from: Level, to: Level)
        /// A level that both reach, at another time.
        case reached(Level, by: TimeSpan)
        /// A level below both peaks that only one of them passes through.
        case passed(Level, onlyCandidate: Bool)
        case ended(by: TimeSpan)
        /// One of them is over and the other is open.
        case open(candidate: Bool)
        case reason(from: Decision.Reason, to: Decision.Reason)
        /// Whether the candidate's raise is sent, where the other's differs.
        case withheld(Decision.Withheld)
    }

    /// By rule id; rules without any alarm are left out.
    public var rules: [OfRule]

    public var gained: Int { rules.reduce(0) { $0 + $1.gained.count } }
    public var lost: Int { rules.reduce(0) { $0 + $1.lost.count } }
    public var changed: Int { rules.reduce(0) { $0 + $1.changed.count } }
    public var same: Int { rules.reduce(0) { $0 + $1.same } }
    public var isEmpty: Bool { rules.allSatisfy(\.isEmpty) }

    /// Alarms of one rule and key belong together where they were open at the same time, the first with the first.
    public init(from other: [ReplayEpisode], to candidate: [ReplayEpisode]) {
        let others = Dictionary(grouping: other, by: Stream.init)
        let candidates = Dictionary(grouping: candidate, by: Stream.init)
        var byRule: [String: OfRule] = [:]
        for stream in Set(others.keys).union(candidates.keys).sorted() {
            var rule = byRule[stream.rule] ?? OfRule(rule: stream.rule)
            Self.pair(others[stream] ?? [], candidates[stream] ?? [], into: &rule)
            byRule[stream.rule] = rule
        }
        rules = byRule.values.sorted { $0.rule < $1.rule }.map { rule in
            var sorted = rule
            sorted.gained.sort { $0.started < $1.started }
            sorted.lost.sort { $0.started < $1.started }
            sorted.changed.sort { $0.candidate.started < $1.candidate.started }
            return sorted
        }
    }

    /// What alarms must share to be the same one.
    private struct Stream: Hashable, Comparable {
        var rule: String
        var key: String
        var about: UInt8
        var exercise: Bool

        init(_ episode: ReplayEpisode) {
            (rule, key) = (episode.rule, episode.key)
            (about, exercise) = (episode.about.rawValue, episode.exercise)
        }

        static func < (a: Self, b: Self) -> Bool {
            (a.rule, a.key, a.about, a.exercise ? 1 : 0) < (b.rule, b.key, b.about, b.exercise ? 1 : 0)
        }
    }

    private static func pair(_ others: [ReplayEpisode], _ candidates: [ReplayEpisode], into rule: inout OfRule) {
        let others = others.sorted { $0.started < $1.started }
        let candidates = candidates.sorted { $0.started < $1.started }
        var next = 0
        for other in others {
            while next < candidates.count, !candidates[next].overlaps(other), candidates[next].started < other.started {
                rule.gained.append(candidates[next])
                next += 1
            }
            guard next < candidates.count, candidates[next].overlaps(other) else {
                rule.lost.append(other)
                continue
            }
            let ways = ways(from: other, to: candidates[next])
            if ways.isEmpty {
                rule.same += 1
            } else {
                rule.changed.append(Change(other: other, candidate: candidates[next], ways: ways))
            }
            next += 1
        }
        rule.gained += candidates[next...]
    }

    static func ways(from other: ReplayEpisode, to candidate: ReplayEpisode) -> [Way] {
        var ways: [Way] = []
        if other.started != candidate.started { ways.append(.raised(by: candidate.started - other.started)) }
        if other.peak != candidate.peak { ways.append(.peak(from: other.peak, to: candidate.peak)) }
        for level in Level.allCases {
            let before = other.reached.first { $0.level == level }?.at
            let after = candidate.reached.first { $0.level == level }?.at
            let isBelowBoth = level < min(other.peak, candidate.peak)
            switch (before, after) {
            case (let before?, let after?):
                let isRaise = before == other.started && after == candidate.started
                if before != after, !isRaise { ways.append(.reached(level, by: after - before)) }
            case (nil, _?): if isBelowBoth { ways.append(.passed(level, onlyCandidate: true)) }
            case (_?, nil): if isBelowBoth { ways.append(.passed(level, onlyCandidate: false)) }
            case (nil, nil): break
            }
        }
        switch (other.ended, candidate.ended) {
        case (let before?, let after?):
            if before != after { ways.append(.ended(by: after - before)) }
            if other.reason != candidate.reason { ways.append(.reason(from: other.reason, to: candidate.reason)) }
        case (nil, _?): ways.append(.open(candidate: false))
        case (_?, nil): ways.append(.open(candidate: true))
        case (nil, nil): break
        }
        if other.withheld != candidate.withheld { ways.append(.withheld(candidate.withheld)) }
        return ways
    }
}

extension ReplayDifference.Way {
    /// As an operator says it, about the candidate.
    public var text: String {
        switch self {
        case .raised(let by): "raised \(Self.shift(by))"
        case .peak(let from, let to): "peak \(to.name) instead of \(from.name)"
        case .reached(let level, let by): "\(level.name) \(Self.shift(by))"
        case .passed(let level, let onlyCandidate):
            onlyCandidate ? "\(level.name) in between" : "no \(level.name) in between"
        case .ended(let by): "over \(Self.shift(by))"
        case .open(let candidate): candidate ? "still open" : "over, not open"
        case .reason(let from, let to): "ends as \(to.name) instead of \(from.name)"
        case .withheld(let why): why == .none ? "sent" : "raise not sent (\(why.name))"
        }
    }

    private static func shift(_ by: TimeSpan) -> String {
        let span = TimeSpan(microseconds: abs(by.microseconds)).formatted
        return by < .zero ? "\(span) earlier" : "\(span) later"
    }
}
