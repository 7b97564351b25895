import Events

/// Thresholds that change on a date: what is judged is judged by the threshold of its own moment.
extension PreparedRule {
    /// The threshold at a moment; one without a number or limit before the first date.
    func inForce(_ threshold: Threshold, at moment: Timestamp) -> Threshold {
        guard threshold.dates >= 0 else { return threshold }
        let dated = dates[Int(threshold.dates)].last { $0.from <= moment }
        return dated?.threshold ?? Threshold(number: .nan, limit: -1)
    }

    /// Whether the threshold's first date has come: before it the level does not exist.
    func isInForce(_ threshold: Threshold, at moment: Timestamp) -> Bool {
        threshold.dates < 0 || dates[Int(threshold.dates)][0].from <= moment
    }

    /// The first date after a moment on which any of the rule's thresholds changes.
    func nextDate(after moment: Timestamp) -> Timestamp? {
        guard !dates.isEmpty else { return nil }
        return dates.joined().lazy.map(\.from).filter { $0 > moment }.min()
    }

    /// Whether a threshold has changed since a moment.
    func hasChanged(since moment: Timestamp, by now: Timestamp) -> Bool {
        nextDate(after: moment).map { $0 <= now } ?? false
    }
}

extension Rule.Threshold {
    /// The number or limit at a moment; nil before the first date.
    public func inForce(at moment: Timestamp) -> Rule.Threshold? {
        guard case .dated(let dates) = self else { return self }
        return dates.last { $0.from <= moment }?.threshold
    }
}
