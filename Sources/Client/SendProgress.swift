/// What has become of the events so far; the last one is the result.
public struct SendProgress: Equatable, Sendable {
    public struct Reject: Equatable, Sendable {
        /// Of the input, from 1; 0 where it is not known.
        public var line: Int
        public var id: String
        public var code: String
        public var field: String
        public var reason: String
    }

    /// How many rejects are kept in full; all are counted.
    public static let maximumRejects = 100

    /// Read from the input, and acknowledged as durable or refused one by one.
    public var read = 0
    public var answered = 0
    public var accepted = 0
    public var duplicates = 0
    public var rejected = 0
    public var batches = 0
    /// Messages sent more than once: after a busy answer or a lost connection.
    public var resent = 0
    public var busy = 0
    /// Messages that an earlier run had acknowledged.
    public var skippedBatches = 0
    /// Lines of the input that are no events.
    public var skipped = SkippedLines()
    /// How often a spool began anew because the platform's data were no longer those that had acknowledged.
    public var restarts = 0
    /// Whether the last line has no end yet and waits for the next run.
    public var leavesOpenLine = false
    public var rejects: [Reject] = []
    /// How often each note came, ascending by code.
    public var notes: [(code: String, count: Int)] = []
    /// The first note of each code, in words.
    public var examples: [String: String] = [:]
    public var bytes = 0
    public var milliseconds = 0

    public var eventsPerSecond: Int { milliseconds == 0 ? 0 : answered * 1000 / milliseconds }

    public static func == (a: Self, b: Self) -> Bool {
        a.read == b.read && a.answered == b.answered && a.accepted == b.accepted && a.duplicates == b.duplicates
            && a.rejected == b.rejected && a.rejects == b.rejects && a.batches == b.batches && a.resent == b.resent
            && a.busy == b.busy && a.skippedBatches == b.skippedBatches
            && a.skipped == b.skipped && a.leavesOpenLine == b.leavesOpenLine
            && a.notes.elementsEqual(b.notes) { $0 == $1 }
    }

    /// `lines`: where each event of the message came from; empty where that is not known.
    mutating func take(_ answer: PlatformAnswer, lines: [Int] = []) {
        accepted += answer.accepted ?? 0
        duplicates += answer.duplicates ?? 0
        rejected += answer.rejected ?? 0
        for error in answer.errors ?? [] where rejects.count < Self.maximumRejects {
            rejects.append(
                Reject(
                    line: lines.indices.contains(error.index) ? lines[error.index] : 0,
                    id: error.id ?? "", code: error.code, field: error.field ?? "", reason: error.en ?? ""))
        }
        for note in answer.notes ?? [] where examples[note.code] == nil {
            examples[note.code] = [note.id, note.en].compactMap(\.self).joined(separator: ": ")
        }
        for (code, count) in answer.noteCounts ?? [:] {
            let at = notes.firstIndex { $0.code >= code } ?? notes.count
            if at < notes.count, notes[at].code == code {
                notes[at].count += count
            } else {
                notes.insert((code, count), at: at)
            }
        }
    }
}
