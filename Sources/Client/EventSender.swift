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

    private var batch: [UInt8] = []
    private var batchEvents = 0
    private var line: [UInt8] = []
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
        tell(report)
        return progress
    }

    private mutating func turn() throws {
        var milliseconds = 100
        if options.speed != nil, !line.isEmpty, link.hasRoom {
            milliseconds = min(milliseconds, max(0, lineDue - link.elapsed))
        }
        var progress = progress
        progress.answered += try link.turn(milliseconds: milliseconds) { progress.take($0) }
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
        link.begin(epoch: goesOn ? mark.epoch : mark.epoch + 1, after: goesOn ? mark.seq : 0)
        if goesOn { try skip(mark.seq, &lines) }
    }

    /// Passes over what the first batches held: they end where `fill` sealed them.
    private mutating func skip(_ batches: UInt64, _ lines: inout some EventLines) throws {
        while progress.skippedBatches < batches {
            var (events, bytes) = (0, 0)
            while events < options.batch {
                if line.isEmpty {
                    guard try lines.nextLine(into: &line) != nil else { break }
                    progress.read += 1
                }
                guard events == 0 || bytes + line.count <= Limits.messageBytes else { break }
                events += 1
                bytes += line.count
                line.removeAll(keepingCapacity: true)
            }
            guard events > 0 else {
                throw InputFailure(
                    path: options.stream,
                    reason:
                        "the platform has acknowledged \(batches) messages of it, the input has \(progress.skippedBatches): "
                        + "it is not what was sent before, or --batch was another")
            }
            progress.skippedBatches += 1
            progress.skipped += events
        }
    }

    /// Takes lines that are due into batches while the window has room.
    private mutating func fill(_ lines: inout some EventLines) throws {
        while link.hasRoom {
            if line.isEmpty {
                guard !atEnd, let time = try lines.nextLine(into: &line) else {
                    atEnd = true
                    break
                }
                progress.read += 1
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
            batchEvents += 1
            line.removeAll(keepingCapacity: true)
            if batchEvents == options.batch { seal() }
        }
        // What is left waits for its time, or for ever: a part of a batch goes now.
        if link.hasRoom, batchEvents > 0 { seal() }
    }

    private mutating func seal() {
        link.add(batch, events: batchEvents)
        progress.batches += 1
        progress.bytes += batch.count
        batch.removeAll(keepingCapacity: true)
        batchEvents = 0
    }
}
