/// Every bound on what senders may do, in one place, with its unit and reason.
public enum Limits {
    /// Bytes of one message body: a thousand large events; 4.3.4 of libzmq drops a peer that exceeds it.
    public static let messageBytes = 8 << 20
    /// Events in one message: keeps the answer and the time of one decode bounded.
    public static let batchEvents = 10_000
    /// JSON nesting: events are two deep; more is a mistake or an attack.
    public static let nesting = 16
    /// Bytes of an id, source, subject or other string field.
    public static let stringBytes = 256
    /// Bytes of a restricted text field: a paragraph of a report.
    public static let textBytes = 4096
    /// Fields of one event beyond the known ones.
    public static let fields = 64
    /// Readings in one event: a multi-parameter station.
    public static let readings = 64
    /// Events in one journal row, over all messages that it merges: bounds replay memory.
    public static let rowEvents = 16_384
}
