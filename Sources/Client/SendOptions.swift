import Events

/// How events are sent.
public struct SendOptions: Sendable {
    public var endpoint = "tcp://127.0.0.1:7400"
    /// Unique within the department; names the high-water mark that a later run can go on from.
    public var stream: String
    /// Events of one message.
    public var batch = 100
    /// Messages that may await their acknowledgement; the platform's credit may narrow it.
    public var window = 64
    /// Event seconds per second; nil: as fast as the platform takes them.
    public var speed: Double?
    /// Goes on after the last acknowledged message of the same input with the same `batch`, instead of beginning anew; not with
    /// `speed`, which cuts batches short.
    public var resumes = false
    /// Stops with `sentBefore` where the platform knows the stream already: a new run would count every event twice.
    public var refusesRepeat = false
    /// Milliseconds without any answer after which the high-water mark is asked for and the rest sent again.
    public var answerTimeout = 5000
    /// Milliseconds without progress after which sending is given up; nil: never. Progress is an acknowledgement, or being asked to
    /// wait; a mark that says again what was known is none.
    public var giveUpAfter: Int? = 60_000

    public init(stream: String) { self.stream = stream }
}
