import Engine
import Events

/// One alarm as a replay tells it, from its raise to its end: what two rule sets are compared by.
public struct ReplayEpisode: Equatable, Sendable {
    public var rule: String
    public var key: String
    public var about: Decision.About
    public var exercise: Bool
    /// Why its raise was not sent: sandbox, inhibition, calendar.
    public var withheld: Decision.Withheld
    /// Event times.
    public var started: Timestamp
    /// nil while it is open.
    public var ended: Timestamp?
    public var reason = Decision.Reason.none
    public var peak: Level
    /// When each level was first reached, in the order of time.
    public var reached: [Reached]
    /// The value and threshold that raised it; NaN where there were none.
    public var value: Double
    public var threshold: Double
    public var compare: Rule.Comparison

    public struct Reached: Equatable, Sendable {
        public var level: Level
        public var at: Timestamp
    }

    /// Of the first decision of an episode: its raise, or that it begins flapping.
    public init?(begunBy decision: Decision) {
        guard decision.id == decision.episode, let level = decision.level else { return nil }
        rule = decision.rule
        key = decision.key
        about = decision.about
        exercise = decision.exercise
        withheld = decision.withheld
        started = decision.startedAt
        peak = decision.peak
        reached = [.init(level: level, at: decision.at)]
        value = decision.value
        threshold = decision.threshold
        compare = decision.compare
    }

    mutating func take(_ decision: Decision) {
        peak = max(peak, decision.peak)
        // Told late, it was told.
        if decision.transition == .raised { withheld = decision.withheld }
        if let level = decision.level, !reached.contains(where: { $0.level == level }) {
            reached.append(.init(level: level, at: decision.at))
        }
        guard decision.transition == .resolved else { return }
        ended = max(started, decision.at)
        reason = decision.reason
    }

    /// Whether both were open at one moment at least.
    func overlaps(_ other: ReplayEpisode) -> Bool {
        started <= other.ended ?? .distantFuture && other.started <= ended ?? .distantFuture
    }
}

/// Gathers the episodes of one replay.
public struct ReplayEpisodes: Sendable {
    /// Most episodes of one replay: more than anybody compares, and some 400 MB.
    public static let maximum = 1_000_000

    /// Raised while the maximum was reached: not among `all`.
    public private(set) var omitted = 0
    private let since: Timestamp
    private let until: Timestamp
    private var byID: [DecisionID: ReplayEpisode] = [:]

    /// What was decided to be over before `since` is left out, and what was decided after `until`.
    public init(since: Timestamp = .distantPast, until: Timestamp = .distantFuture) {
        (self.since, self.until) = (since, until)
    }

    public mutating func take(_ decision: Decision) {
        guard decision.decidedAt <= until else { return }
        if let raised = ReplayEpisode(begunBy: decision) {
            if byID.count < Self.maximum { byID[decision.episode] = raised } else { omitted += 1 }
            return
        }
        guard var episode = byID[decision.episode] else { return }
        episode.take(decision)
        // By the decision, as `until`: an alarm about what came late was open when it was told.
        let isOver = episode.ended != nil && decision.decidedAt < since
        byID[decision.episode] = isOver ? nil : episode
    }

    /// In the order in which they were raised.
    public var all: [ReplayEpisode] { byID.sorted { $0.key < $1.key }.map(\.value) }
}
