import Events
import Messaging

/// One sequenced stream over a DEALER socket: messages in flight up to the credit, sent again where they were lost, and
/// done when the platform says that they are durable. Used by one thread.
public struct StreamLink: ~Copyable {
    private let options: SendOptions
    private let socket: Socket
    private var poller = Poller()
    private let wake: Wake?
    private var frames = Frames(capacity: 4)
    private let clock = ContinuousClock()
    private let started: ContinuousClock.Instant

    private var epoch: UInt64 = 0
    /// What the platform had when it was asked first.
    private var met: StreamMark?
    private var window: StreamWindow
    /// Answers that asked to wait.
    public private(set) var busy = 0
    /// Milliseconds since the start.
    private var lastAnswer = 0
    /// When something was last done for good, or the platform asked to wait: repeating what never arrives is no progress.
    private var lastProgress = 0
    private var lastAsked = 0
    /// Why nothing is kept, in the platform's words; empty where it did not say so since the last progress.
    private var reason = ""
    private var pausedUntil = 0
    /// Milliseconds until what the socket did not take is offered again.
    private static let unsendable = 20

    /// Whether whoever sends can bring itself and another mark together: a spool.
    private let meetsAnew: Bool

    /// A signal of `wake` ends a turn early; its owner drains it before each. With `meetsAnew` a mark that is neither of this epoch nor the
    /// one that was met ends the link, for it is of other data, which may have what is to be sent.
    public init(
        _ context: Context.Handle, _ options: SendOptions, wake: Wake? = nil, meetsAnew: Bool = false
    ) throws(MessagingError) {
        precondition(options.window >= 1)
        socket = try connected(context, options)
        self.options = options
        self.wake = wake
        self.meetsAnew = meetsAnew
        window = StreamWindow(limit: options.window, firstSeq: 1)
        started = clock.now
        _ = poller.add(socket)
        if let wake { _ = poller.add(fd: wake.fd) }
    }

    public var elapsed: Int {
        let duration = clock.now - started
        return Int(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000)
    }

    /// No message awaits its acknowledgement.
    public var isEmpty: Bool { window.isEmpty }
    public var hasRoom: Bool { window.hasRoom }
    /// Messages sent more than once.
    public var resent: Int { window.resent }
    /// Everything up to here is durable.
    public var acknowledged: UInt64 { window.firstSeq - 1 }

    /// Asks what the platform has of the stream until it answers. Signals of `wake` are taken: their owner has yet to look.
    public mutating func open(_ shouldStop: () -> Bool) throws -> StreamMark {
        lastAsked = -options.answerTimeout
        while true {
            if elapsed - lastAsked >= min(options.answerTimeout, 1000) { askForMark() }
            guard poller.wait(milliseconds: 100) else { throw SendFailure.stopped }
            wake?.drain()
            while let answer = try receive() {
                guard let seq = answer.seq else {
                    try refuse(answer)
                    continue
                }
                window.grant(answer.credit ?? options.window, asked: options.window)
                let mark = mark(answer, seq)
                met = mark
                return mark
            }
            try checkPatience()
            if shouldStop() { throw SendFailure.stopped }
        }
    }

    /// Goes on in an epoch after a number of acknowledged messages; once, before the first message.
    public mutating func begin(epoch: UInt64, after seq: UInt64) {
        precondition(window.isEmpty && epoch > 0)
        lastProgress = elapsed
        self.epoch = epoch
        window = StreamWindow(limit: window.limit, firstSeq: seq + 1)
    }

    /// The next message, NDJSON; there must be room. Gives its number.
    @discardableResult public mutating func add(_ body: [UInt8], events: Int) -> UInt64 {
        if window.isEmpty { lastProgress = elapsed }
        defer { window.add(body, events: events) }
        return window.nextSeq
    }

    /// Sends what may go, waits at most so long for answers and takes them; gives how many events became durable or were
    /// refused for good.
    public mutating func turn(milliseconds: Int, _ onAnswer: (PlatformAnswer) -> Void) throws -> Int {
        flush()
        let now = elapsed
        var milliseconds = milliseconds
        if window.toSend != nil {
            milliseconds = min(milliseconds, pausedUntil > now ? pausedUntil - now : Self.unsendable)
        }
        guard poller.wait(milliseconds: milliseconds) else { throw SendFailure.stopped }
        var events = 0
        while let answer = try receive() { events += try take(answer, onAnswer) }
        if window.awaited > 0, elapsed - max(lastAnswer, lastAsked) >= options.answerTimeout { askForMark() }
        if !window.isEmpty { try checkPatience() }
        return events
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

    private func checkPatience() throws {
        guard let limit = options.giveUpAfter, elapsed - lastProgress >= limit else { return }
        // What was said long ago says nothing of who is silent now.
        let isAnswering = elapsed - lastAnswer < options.answerTimeout
        throw SendFailure.unreachable(
            endpoint: options.endpoint, milliseconds: elapsed - lastProgress, reason: isAnswering ? reason : "")
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

    private mutating func take(_ answer: PlatformAnswer, _ onAnswer: (PlatformAnswer) -> Void) throws -> Int {
        if meetsAnew, let seq = answer.seq ?? answer.ack, answer.epoch != epoch, mark(answer, seq) != met {
            throw outOfStep(seq + 1)
        }
        if let seq = answer.seq { return try takeMark(answer.epoch == epoch ? seq : 0) }
        if let credit = answer.credit { window.grant(credit, asked: options.window) }
        var events = 0
        if let ack = answer.ack, answer.epoch == epoch { events = acknowledge(ack) }
        if answer.code == nil { onAnswer(answer) } else { try refuse(answer) }
        return events
    }

    private func mark(_ answer: PlatformAnswer, _ seq: UInt64) -> StreamMark {
        StreamMark(stream: options.stream, epoch: answer.epoch ?? 0, seq: seq)
    }

    /// After a silence: what the platform has is done, the rest is sent again.
    private mutating func takeMark(_ seq: UInt64) throws -> Int {
        let events = acknowledge(seq)
        try rewind(to: seq + 1)
        return events
    }

    private mutating func acknowledge(_ seq: UInt64) -> Int {
        let events = window.acknowledge(seq)
        if events > 0 { (lastProgress, reason) = (elapsed, "") }
        return events
    }

    private mutating func rewind(to seq: UInt64?) throws {
        guard window.rewind(to: seq) == .done else { throw outOfStep(seq ?? 0) }
    }

    private func outOfStep(_ seq: UInt64) -> SendFailure {
        .outOfStep(stream: options.stream, platform: seq, ours: window.firstSeq)
    }

    /// A message that was refused as a whole: those that may come again are sent again, in order.
    private mutating func refuse(_ answer: PlatformAnswer) throws {
        switch answer.code {
        case "busy", "commit_failed":
            busy += 1
            // What is too much now will be taken; what cannot be kept may never be.
            if answer.code == "busy" { lastProgress = elapsed }
            reason = answer.en ?? ""
            pausedUntil = elapsed + max(1, answer.retryAfterMs ?? Limits.retryMilliseconds)
            try rewind(to: nil)
        case "seq_gap":
            // Of another epoch the platform has nothing of this one.
            if let ack = answer.ack {
                let has = answer.epoch == epoch ? ack : 0
                if has + 1 < window.firstSeq { try rewind(to: has + 1) }
            }
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
