/// Every bound of forwarding, with its unit and reason.
enum ForwardBounds {
    /// Notices of one message: about 100 kB.
    static let batch = 100
    /// Messages in flight: an outage is caught up at some thousand alarms a second.
    static let window = 16
    /// Bytes sealed and not acknowledged; what waits beyond it waits in the alert store.
    static let spoolBytes = 16 << 20
    /// Milliseconds without an acknowledgement after which it is said that the platform above does not answer.
    static let patience = 10_000
    /// Milliseconds between two attempts: doubled from the first to the longest, without end.
    static let firstRetry = 200
    static let longestRetry = 10_000
    /// Milliseconds of one turn while there is nothing to do.
    static let idleTurn = 500
    /// Refused events shown in the status.
    static let shownRefused = 10
}
