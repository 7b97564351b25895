/// Why sending stopped before the end; what was acknowledged stays acknowledged.
public enum SendFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// Nothing was acknowledged for so long; `reason` is what the platform says of it, where it answers.
    case unreachable(endpoint: String, milliseconds: Int, reason: String = "")
    /// The platform refuses the stream or its messages as a whole.
    case refused(code: String, reason: String)
    /// The platform's mark and ours cannot be brought together.
    case outOfStep(stream: String, platform: UInt64, ours: UInt64)
    /// The stream has messages of an earlier run, and a repeat was not asked for.
    case sentBefore(stream: String, messages: UInt64)
    /// The same for a spool that has sent nothing yet.
    case sentBeforeSpool(stream: String, messages: UInt64)
    /// The platform has messages of the stream that were not sent from here.
    case otherSender(stream: String)
    case badAnswer(String)
    /// Options that contradict each other.
    case unusable(String)
    case stopped

    public var description: String {
        switch self {
        case .unreachable(let endpoint, let milliseconds, let reason):
            "nothing was acknowledged by \(endpoint) for \(milliseconds / 1000) s"
                + (reason.isEmpty ? "; is the platform running there?" : ": \(reason)")
        case .refused(let code, let reason):
            // A control or history endpoint knows no `resume`.
            reason.isEmpty ? "refused (\(code)): is that the ingest endpoint?" : "refused (\(code)): \(reason)"
        case .outOfStep(let stream, let platform, let ours):
            "stream \(stream): the platform asks for message \(platform), the first kept here is \(ours): its data were replaced meanwhile "
                + "(an older copy, another platform). A spool goes on by itself; of a file, send what is missing there under a new stream name"
        case .sentBefore(let stream, let messages):
            "stream \(stream) was sent before (\(messages) messages are durable): --resume goes on after them, "
                + "--again sends every event anew and counts it twice, --stream NAME gives other data a name of its own"
        case .sentBeforeSpool(let stream, let messages):
            "stream \(stream) was sent before (\(messages) messages are durable), and not from this spool: go on with the one that sent it, "
                + "or take a stream name that was never used (--stream; forward.stream, with forward.sqlite* moved away)"
        case .otherSender(let stream):
            "stream \(stream): the platform has messages that were not sent from here: another sender uses this name, or this "
                + "spool is an old copy. Give each sender a stream name of its own"
        case .badAnswer(let text): "not an answer of the platform: \(text)"
        case .unusable(let reason): reason
        case .stopped: "stopped"
        }
    }
}
