import Events

/// Plays event time at a multiple of real time: when an event is due, in milliseconds since the start.
struct Pace {
    /// Event seconds per second; nil: as fast as it goes.
    let speed: Double?
    private var first: Timestamp?

    init(speed: Double?) {
        precondition(speed ?? 1 > 0, "time runs forward")
        self.speed = speed
    }

    /// Events older than the first, and late ones, are due at once.
    mutating func due(_ time: Timestamp) -> Int {
        guard let speed, time > .distantPast else { return 0 }
        guard let first else {
            first = time
            return 0
        }
        // A year is as good as never.
        return Int(max(0, min((time - first).seconds / speed * 1000, 365 * 86_400_000)))
    }
}
