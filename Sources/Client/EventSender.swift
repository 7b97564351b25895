import Events
import Messaging

/// Sends events over a DEALER socket as one sequenced stream: batches in flight up to the credit, each counted as done only
/// when the platform has acknowledged it as durable. Blocks its thread until all are, or throws.
public struct EventSender: ~Copyable {
    private let options: SendOptions
    private let socket: Socket
    private var poller = Poller()
    private var frames = Frames(capacity: 4)
    private let clock = ContinuousClock()
    private let started: ContinuousClock.Instant

    private var epoch: UInt64 = 0
    private var window: StreamWindow
    private var pace: Pace
    public private(set) var progress = SendProgress()
    /// Milliseconds since the start.
    private var lastAnswer = 0
    /// When something was last done for good, or the platform asked to wait: repeating what never arrives is no progress.
    private var lastProgress = 0
    private var lastAsked = 0
    private var pausedUntil = 0
    private var lastReport = 0

    private var batch: [UInt8] = []
    private var batchEvents = 0
    private var line: [UInt8] = []
    private var lineDue = 0
    private var atEnd = false

    public init(_ context: Context.Handle, _ options: SendOptions) throws(MessagingError) {
        precondition(options.batch >= 1 && options.batch <= Limits.batchEvents && options.window >= 1)
        socket = try connected(context, options)
        self.options = options
        window = StreamWindow(limit: options.window, firstSeq: 1)
        pace = Pace(speed: options.speed)
        started = clock.now
        _ = poller.add(socket)
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
            if atEnd, window.isEmpty { break }
            flush()
            try wait()
            if elapsed - lastReport >= 200 {
                tell(report)
                if shouldStop() { throw SendFailure.stopped }
            }
        }
        tell(report)
        return progress
    }

    private var elapsed: Int {
        let duration = clock.now - started
        return Int(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000)
    }

    private mutating func tell(_ report: (SendProgress) -> Void) {
        lastReport = elapsed
        progress.milliseconds = elapsed
        progress.resent = window.resent
        report(progress)
    }

    /// Asks for the stream's mark; a new run takes the next epoch, a resumed one passes over what was acknowledged.
    private mutating func open(_ lines: inout some EventLines, _ shouldStop: () -> Bool) throws {
        var mark: PlatformAnswer?
        lastAsked = -options.answerTimeout
        while mark == nil {
            if elapsed - lastAsked >= min(options.answerTimeout, 1000) { askForMark() }
            guard poller.wait(milliseconds: 100) else { throw SendFailure.stopped }
            while let answer = try receive() {
                if answer.seq != nil { mark = answer } else { try refuse(answer) }
            }
            try checkPatience()
            if shouldStop() { throw SendFailure.stopped }
        }
        lastProgress = elapsed
        let (lastEpoch, lastSeq) = (mark?.epoch ?? 0, mark?.seq ?? 0)
        if options.refusesRepeat, lastSeq > 0 {
            throw SendFailure.sentBefore(stream: options.stream, messages: lastSeq)
        }
        let goesOn = options.resumes && lastSeq > 0
        epoch = goesOn ? lastEpoch : lastEpoch + 1
        window = StreamWindow(limit: options.window, firstSeq: goesOn ? lastSeq + 1 : 1)
        window.grant(mark?.credit ?? options.window, asked: options.window)
        if goesOn { try skip(lastSeq, &lines) }
    }

    /// Passes over what the first batches held: they end where `fill` sealed them.
    private mutating func skip(_ batches: UInt64, _ lines: inout some EventLines) throws {
        for _ in 0..<batches {
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
            progress.skippedBatches += 1
        }
    }

    /// Takes lines that are due into batches while the window has room.
    private mutating func fill(_ lines: inout some EventLines) throws {
        while window.hasRoom {
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
            guard lineDue <= elapsed || options.speed == nil else { break }
            let isTooLarge = batch.count + line.count > Limits.messageBytes && batchEvents > 0
            if isTooLarge { seal() }
            guard window.hasRoom else { return }
            batch += line
            batchEvents += 1
            line.removeAll(keepingCapacity: true)
            if batchEvents == options.batch { seal() }
        }
        // What is left waits for its time, or for ever: a part of a batch goes now.
        if window.hasRoom, batchEvents > 0 { seal() }
    }

    private mutating func seal() {
        if window.isEmpty { lastProgress = elapsed }
        window.add(batch, events: batchEvents)
        progress.batches += 1
        progress.bytes += batch.count
        batch.removeAll(keepingCapacity: true)
        batchEvents = 0
    }

    private mutating func flush() {
        guard elapsed >= pausedUntil else { return }
        while let next = window.toSend {
            let header =
                Array("{\"stream\":".utf8) + JSONText.quoted(options.stream)
                + Array(",\"epoch\":\(epoch),\"seq\":\(next.seq),\"content_type\":\"application/x-ndjson\"}".utf8)
            guard socket.send(frames: [header, next.body]) == .sent else { return }
            if window.awaited == 0 { lastAnswer = max(lastAnswer, elapsed) }
            window.markSent()
        }
    }

    private mutating func askForMark() {
        lastAsked = elapsed
        let request = Array("{\"op\":\"resume\",\"stream\":".utf8) + JSONText.quoted(options.stream) + [0x7D]
        _ = socket.send(request)
    }

    private mutating func wait() throws {
        let now = elapsed
        var milliseconds = 100
        if window.toSend != nil { milliseconds = pausedUntil > now ? min(100, pausedUntil - now) : 1 }
        if options.speed != nil, !line.isEmpty, window.hasRoom {
            milliseconds = min(milliseconds, max(0, lineDue - now))
        }
        guard poller.wait(milliseconds: milliseconds) else { throw SendFailure.stopped }
        while let answer = try receive() { try take(answer) }
        if window.awaited > 0, elapsed - max(lastAnswer, lastAsked) >= options.answerTimeout { askForMark() }
        if !window.isEmpty { try checkPatience() }
    }

    private mutating func checkPatience() throws {
        guard let limit = options.giveUpAfter, elapsed - lastProgress >= limit else { return }
        throw SendFailure.unreachable(endpoint: options.endpoint, milliseconds: elapsed - lastProgress)
    }

    private mutating func receive() throws -> PlatformAnswer? {
        switch frames.receive(from: socket) {
        case .message: break
        case .nothing: return nil
        case .tooMany, .tooLarge: throw SendFailure.badAnswer("a message of more frames or bytes than an answer has")
        case .closed: throw SendFailure.stopped
        }
        let bytes = frames.bytes(frames.count - 1)
        guard let answer = PlatformAnswer.decode(bytes) else {
            throw SendFailure.badAnswer(String(decoding: bytes.prefix(200), as: UTF8.self))
        }
        lastAnswer = elapsed
        return answer
    }

    private mutating func take(_ answer: PlatformAnswer) throws {
        if answer.seq != nil { return try takeMark(answer) }
        if let credit = answer.credit { window.grant(credit, asked: options.window) }
        if let ack = answer.ack, answer.epoch == epoch { acknowledge(ack) }
        guard answer.code != nil else { return progress.take(answer) }
        try refuse(answer)
    }

    /// After a silence: what the platform has is done, the rest is sent again.
    private mutating func takeMark(_ answer: PlatformAnswer) throws {
        let seq = answer.epoch == epoch ? answer.seq ?? 0 : 0
        acknowledge(seq)
        try rewind(to: seq + 1)
    }

    private mutating func acknowledge(_ seq: UInt64) {
        let events = window.acknowledge(seq)
        guard events > 0 else { return }
        progress.answered += events
        lastProgress = elapsed
    }

    private mutating func rewind(to seq: UInt64?) throws {
        guard window.rewind(to: seq) == .done else {
            throw SendFailure.outOfStep(stream: options.stream, platform: seq ?? 0, ours: window.firstSeq)
        }
    }

    /// A message that was refused as a whole: those that may come again are sent again, in order.
    private mutating func refuse(_ answer: PlatformAnswer) throws {
        switch answer.code {
        case "busy", "commit_failed":
            progress.busy += 1
            lastProgress = elapsed
            pausedUntil = elapsed + max(1, answer.retryAfterMs ?? Limits.retryMilliseconds)
            try rewind(to: nil)
        case "seq_gap":
            if let ack = answer.ack, answer.epoch == epoch, ack + 1 < window.firstSeq { try rewind(to: ack + 1) }
            try rewind(to: answer.expected.map { max($0, window.firstSeq) })
        default:
            throw SendFailure.refused(code: answer.code ?? "unknown", reason: answer.en ?? "")
        }
    }
}

/// Apart from the initialiser: a throwing one of a noncopyable type must not fail half-way.
private func connected(_ context: Context.Handle, _ options: SendOptions) throws(MessagingError) -> Socket {
    var settings = SocketOptions()
    settings.sendHighWater = Int32(clamping: options.window + 8)
    let socket = try Socket(context, .dealer, settings)
    try socket.connect(options.endpoint)
    return socket
}
