import Events
import Messaging

/// Sends events as one sequenced stream: lines become batches, each counted as done only when the platform has acknowledged it
/// as durable. Blocks its thread until all are, or throws.
public struct EventSender: ~Copyable {
    private let options: SendOptions
    private var link: StreamLink
    private var pace: Pace
    public private(set) var progress = SendProgress()
    private var lastReport = 0
    /// Events that are durable or refused, and those of the message that an earlier run had sent.
    private var (finished, repeated) = (0, 0)

    private var batch: [UInt8] = []
    /// Of each event of the batch, the input's line.
    private var batchLines: [Int] = []
    private var batchEvents: Int { batchLines.count }
    /// Of the messages in flight.
    private var sealedLines: [(seq: UInt64, lines: [Int])] = []
    private var line: [UInt8] = []
    private var lineNumber = 0
    /// Milliseconds since the start.
    private var lineDue = 0
    private var atEnd = false

    public init(_ context: Context.Handle, _ options: SendOptions) throws(MessagingError) {
        precondition(options.batch >= 1 && options.batch <= Limits.batchEvents)
        link = try StreamLink(context, options)
        self.options = options
        pace = Pace(speed: options.speed)
    }

    /// Sends all lines. `report` is called about five times a second and at the end; `shouldStop` is asked as often.
    public mutating func send(
        _ lines: inout some EventLines, report: (SendProgress) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws -> SendProgress {
        guard !options.resumes || options.speed == nil else {
            throw SendFailure.unusable("a paced run cannot be resumed: its batches differ from run to run")
        }
        try open(&lines, shouldStop)
        while true {
            try fill(&lines)
            if atEnd, link.isEmpty { break }
            try turn()
            if link.elapsed - lastReport >= 200 {
                tell(report)
                if shouldStop() { throw SendFailure.stopped }
            }
        }
        progress.skipped = lines.skipped
        tell(report)
        return progress
    }

    private mutating func turn() throws {
        var milliseconds = 100
        if options.speed != nil, !line.isEmpty, link.hasRoom {
            milliseconds = min(milliseconds, max(0, lineDue - link.elapsed))
        }
        var (progress, sealed) = (progress, sealedLines)
        do {
            finished += try link.turn(milliseconds: milliseconds) { answer in
                // The answer to a message that was taken has its number; those before it have been answered.
                progress.take(answer, lines: sealed.first { $0.seq == answer.ack }?.lines ?? [])
                if let ack = answer.ack { sealed.removeAll { $0.seq <= ack } }
            }
            sealedLines = sealed
            progress.answered = max(0, finished - repeated)
        } catch SendFailure.refused(code: "stream_conflict", let reason) where progress.skippedBatches > 0 {
            // In the first message that goes, it is the last one that went before.
            throw finished == 0
                ? other("the last of them was another") : SendFailure.refused(code: "stream_conflict", reason: reason)
        }
        self.progress = progress
    }

    private mutating func tell(_ report: (SendProgress) -> Void) {
        lastReport = link.elapsed
        progress.milliseconds = link.elapsed
        progress.resent = link.resent
        progress.busy = link.busy
        report(progress)
    }

    /// A new run takes the next epoch, a resumed one passes over what was acknowledged.
    private mutating func open(_ lines: inout some EventLines, _ shouldStop: () -> Bool) throws {
        let mark = try link.open(shouldStop)
        if options.refusesRepeat, mark.seq > 0 {
            throw SendFailure.sentBefore(stream: options.stream, messages: mark.seq)
        }
        let goesOn = options.resumes && mark.seq > 0
        // The last message goes once more: the platform tells whether it is the one that it had.
        link.begin(epoch: goesOn ? mark.epoch : mark.epoch + 1, after: goesOn ? mark.seq - 1 : 0)
        guard goesOn else { return }
        progress.skippedBatches = Int(mark.seq)
        try skip(mark.seq - 1, &lines)
        if line.isEmpty, try readLine(&lines) == nil { throw other("it has fewer") }
    }

    private func other(_ what: String) -> InputFailure {
        InputFailure(
            path: options.stream,
            reason:
                "the platform has acknowledged \(progress.skippedBatches) messages of it, and \(what): the input has "
                + "grown or is another one, or --batch was. What is new goes under a stream name of its own")
    }

    private mutating func readLine(_ lines: inout some EventLines) throws -> Timestamp? {
        let time = try lines.nextLine(into: &line)
        lineNumber = lines.line
        if time != nil { progress.read += 1 }
        return time
    }

    /// Passes over what the first batches held: they end where `fill` sealed them.
    private mutating func skip(_ batches: UInt64, _ lines: inout some EventLines) throws {
        for _ in 0..<batches {
            var (events, bytes) = (0, 0)
            while events < options.batch {
                if line.isEmpty, try readLine(&lines) == nil { break }
                guard events == 0 || bytes + line.count <= Limits.messageBytes else { break }
                events += 1
                bytes += line.count
                line.removeAll(keepingCapacity: true)
            }
            guard events > 0 else { throw other("it has fewer") }
        }
    }

    /// Takes lines that are due into batches while the window has room.
    private mutating func fill(_ lines: inout some EventLines) throws {
        while link.hasRoom {
            // Nothing goes behind a message that may be another one.
            if repeated > 0, finished == 0 { return }
            if line.isEmpty {
                guard !atEnd, let time = try readLine(&lines) else {
                    atEnd = true
                    break
                }
                lineDue = pace.due(time)
                guard line.count <= Limits.messageBytes else {
                    throw InputFailure(
                        path: options.stream,
                        reason: "event \(progress.read) has \(line.count) bytes, a message takes \(Limits.messageBytes)"
                    )
                }
            }
            guard lineDue <= link.elapsed || options.speed == nil else { break }
            let isTooLarge = batch.count + line.count > Limits.messageBytes && batchEvents > 0
            if isTooLarge { seal() }
            guard link.hasRoom else { return }
            batch += line
            batchLines.append(lineNumber)
            line.removeAll(keepingCapacity: true)
            if batchEvents == options.batch { seal() }
        }
        // What is left waits for its time, or for ever: a part of a batch goes now.
        if link.hasRoom, batchEvents > 0 { seal() }
    }

    private mutating func seal() {
        sealedLines.append((link.add(batch, events: batchEvents), batchLines))
        if progress.skippedBatches > 0, repeated == 0 {
            repeated = batchEvents
        } else {
            progress.batches += 1
            progress.bytes += batch.count
        }
        batch.removeAll(keepingCapacity: true)
        batchLines.removeAll(keepingCapacity: true)
    }
}
