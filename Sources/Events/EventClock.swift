/// The clock of recorded days: it follows the newest event, and no event moves it by more than a step, so that one with a year that
/// is off does not end the day for everybody.
public struct EventClock: Equatable, Sendable {
    /// Nil before the first event, which sets it wherever it is.
    public private(set) var now: Timestamp?
    public let step: TimeSpan

    public init(step: TimeSpan, now: Timestamp? = nil) {
        self.step = step
        self.now = now
    }

    /// Follows an event; false where it lies further ahead than a step and is left out.
    @discardableResult
    public mutating func follow(_ time: Timestamp) -> Bool {
        guard let now else {
            self.now = time
            return true
        }
        guard time <= now + step else { return false }
        self.now = max(now, time)
        return true
    }

    /// Is where another clock of the same events is, if that is further.
    public mutating func join(_ other: Timestamp?) {
        guard let other else { return }
        now = max(now ?? other, other)
    }
}

extension EventClock {
    /// Follows the events of a batch in their order and marks those that are left out, now or before.
    public mutating func follow(_ batch: inout EventBatch) {
        for event in 0..<batch.count where !batch.flags[event].contains(.ahead) && !follow(batch.times[event]) {
            batch.flags[event].insert(.ahead)
        }
    }
}
