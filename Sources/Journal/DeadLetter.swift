import Events

/// A rejected event, or a message that could not be taken apart, with the reason.
public struct DeadLetter: Equatable, Sendable {
    public var received: Timestamp
    public var department: String
    /// Of the event in its message.
    public var index: Int64
    /// The stable code of the answer, and the field it is about (may be empty).
    public var code: String
    public var field: String
    public var reason: String
    /// As sent, cut at `DeadLetterLimits.rawBytes`; empty in listings that do not ask for it.
    public var raw: [UInt8]

    public init(
        received: Timestamp, department: String, index: Int64, code: String, field: String = "", reason: String,
        raw: [UInt8]
    ) {
        self.received = received
        self.department = department
        self.index = index
        self.code = code
        self.field = field
        self.reason = reason
        self.raw = raw
    }
}

/// How much of what was rejected is kept; the oldest go first.
public struct DeadLetterLimits: Equatable, Sendable {
    /// Bytes kept of one raw event: enough to see what is wrong with it.
    public static let rawBytes = 4096
    /// Bytes kept of each text.
    public static let textBytes = 1024

    public var rows: Int64
    /// Bytes of all raw events and texts.
    public var bytes: Int64

    public init(rows: Int64 = 100_000, bytes: Int64 = 256 << 20) {
        precondition(rows > 0 && bytes > 0, "a table that keeps nothing is no table")
        self.rows = rows
        self.bytes = bytes
    }
}
