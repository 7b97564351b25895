import Events

/// The clock and its tolerances.
public struct Timing: Equatable, Sendable {
    public enum Clock: UInt8, Sendable, CaseIterable {
        /// `received` is the stamp of each journal entry.
        case wall = 0
        /// `received` follows event time, event by event: for recorded days, however fast they are played.
        case events = 1
    }

    public var clock: Clock
    /// A reading further ahead of `received` than this is kept and not evaluated, and moves no watermark.
    public var maxFuture: TimeSpan
    /// A source silent for this long stops holding its own timers back.
    public var idleTimeout: TimeSpan

    public init(clock: Clock = .wall, maxFuture: TimeSpan = .seconds(30), idleTimeout: TimeSpan = .minutes(1)) {
        self.clock = clock
        self.maxFuture = maxFuture
        self.idleTimeout = idleTimeout
    }
}
