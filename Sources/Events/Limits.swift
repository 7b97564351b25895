/// Every bound on what senders may do, in one place, with its unit and reason.
public enum Limits {
    /// Bytes of one message body: ten thousand events, or a thousand large ones.
    public static let messageBytes = 2 << 20
    /// Bytes of one frame that is still read, so that it can be answered as too large; beyond it libzmq drops the sender.
    public static let frameBytes = 2 * messageBytes
    /// Bytes of one peer's messages that wait in memory for the door: as many as a row takes, so that a sender that keeps to its credit is
    /// not called `busy` sooner. What it sends beyond is answered so.
    public static let peerBytes = rowBytes
    /// By how much the thread that reads from the departments' sockets is nicer than those that decode, store and decide, a tenth of
    /// their weight: in a flood it reads with what processor time they leave, and the network holds back the rest.
    public static let doorNiceness: UInt32 = 10
    /// Answers that libzmq holds for one peer: the fullest take 5 MB. More wait in `AnswerQueues`, up to `peerBytes` of a peer's.
    public static let peerAnswers: Int32 = 32
    /// Messages that the door takes from its socket between two looks at what waits: many more than it then works through, so that
    /// libzmq's own queues stay short.
    public static let takenMessages = 4096
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
    public static let rowEvents = 32_768
    /// Seconds of an interval value's period: a leap year.
    public static let periodSeconds = 366 * 86_400
    /// 1900-01-01T00:00:00Z: no reading is older.
    public static let earliest = Timestamp(seconds: -2_208_988_800)
    /// 2200-01-01T00:00:00Z: no clock is meant to be there.
    public static let latest = Timestamp(seconds: 7_258_118_400)
    /// Errors listed in one answer: what a person reads; the rest are counted.
    public static let answerErrors = 100
    /// Notes of each code listed in one answer: one misspelt metric must not hide a clock that runs fast.
    public static let answerNotesPerCode = 16
    /// Frames of one message after the routing id: envelope, header, body and one to spare.
    public static let frames = 5
    /// Bytes of a header frame.
    public static let headerBytes = 1024
    /// Sources of one department: a table entry of about 200 bytes each.
    public static let sources = 4096
    /// Distinct unregistered subjects of one source since the start: 16 bytes each at most.
    public static let subjectsPerSource = 100_000
    /// Distinct unregistered subjects of all sources.
    public static let subjects = 1_000_000
    /// Streams over all departments.
    public static let streams = 4096
    /// Epochs and sequences of streams: whole numbers that every JSON reader has exactly.
    public static let streamNumber: UInt64 = 1 << 53 - 1
    /// Unsequenced events whose identity is remembered, about 48 bytes each.
    public static let duplicateWindow = 1_000_000
    /// Messages of one stream that may await their answer: the credit. At 100 events each they fit one journal row beside
    /// the largest message, so that a sender that keeps to its credit is not called `busy` by its own traffic.
    public static let streamCredit = 128
    /// Bytes that the door reads between two looks at what is durable: some milliseconds, so that the answer to a single
    /// event does not wait behind a flood of large messages.
    public static let turnBytes = 256 << 10
    /// Bytes of bodies merged into one journal row: bounds memory while the writer is busy.
    public static let rowBytes = 16 << 20
    /// Milliseconds after which a refused sender may try again: a few commits.
    public static let retryMilliseconds = 200
    /// Entries from other threads that wait for the journal: operators and reloads, never a stream.
    public static let queuedEntries = 1024
    /// Messages whose answers wait for one commit.
    public static let rowMessages = 16_384
    /// Errors and notes of those answers, about half a kilobyte each: a stream's whole credit of the fullest answers fits.
    public static let rowFindings = 32_768
    /// Milliseconds that a stopping door waits until what it took is durable: a few commits of a slow disk.
    public static let drainMilliseconds = 5000
}
