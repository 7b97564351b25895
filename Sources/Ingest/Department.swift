import Events

/// An authenticated sender's record: what its events may say and how its clocks are judged.
public struct Department: Equatable, Sendable {
    public var id: String
    /// Stands in where an event of the short form names no source.
    public var defaultSource: String
    /// An event's source begins with one of these; empty allows any.
    public var sourcePrefixes: [String]
    /// For times without zone, minutes east of Greenwich; nil refuses them.
    public var localOffsetMinutes: Int?
    /// The name under which this platform forwards: an event whose `via` holds it has gone in a circle. Empty: it does not forward.
    public var forwardedAs = ""
    /// Ahead of the platform by more than this an event is stored, not evaluated, and noted; nil asks no clock.
    public var maxFuture: TimeSpan?
    /// Ahead of the platform by more than this an event is refused; nil asks no clock.
    public var refuseFuture: TimeSpan?
    /// Where events are the clock: an event this much ahead of those before it is stored, not evaluated, and noted; else nil.
    public var maxStep: TimeSpan?
    /// Behind the platform by more than this an event is refused; nil allows any time since 1900.
    public var backfillAge: TimeSpan?
    /// Behind its source's newest event by more than this an event is noted as late.
    public var lateAfter: TimeSpan

    public init(
        id: String, defaultSource: String = "", sourcePrefixes: [String] = [], localOffsetMinutes: Int? = nil,
        maxFuture: TimeSpan? = .seconds(30), refuseFuture: TimeSpan? = .days(1), backfillAge: TimeSpan? = nil,
        lateAfter: TimeSpan = .minutes(10)
    ) {
        self.id = id
        self.defaultSource = defaultSource.isEmpty ? id : defaultSource
        self.sourcePrefixes = sourcePrefixes
        self.localOffsetMinutes = localOffsetMinutes
        self.maxFuture = maxFuture
        self.refuseFuture = refuseFuture
        self.backfillAge = backfillAge
        self.lateAfter = lateAfter
    }
}
