/// What holds of one event beyond its fields.
public struct EventFlags: OptionSet, Sendable, BitwiseCopyable {
    public let rawValue: UInt8
    @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A drill or an installer's test: separate engine state and topics, never forwarded.
    public static let exercise = EventFlags(rawValue: 1)
    /// Came on a sequenced stream: its identity is not in the duplicate window.
    public static let sequenced = EventFlags(rawValue: 2)
    /// Its value is one of the metric's sentinels or outside its plausible range: stored, not evaluated.
    public static let implausible = EventFlags(rawValue: 4)
    /// Where events are the clock: so far ahead of those before it that the clock does not follow. Stored, not evaluated.
    public static let ahead = EventFlags(rawValue: 8)
    /// Its one reading is a report's category and count. Journals before 2026-11-29 do not have it.
    public static let report = EventFlags(rawValue: 16)
}
