import Events
import Messaging
import Synchronization

/// The departments' door: one thread that owns the sockets, decodes into the open batch and answers what is durable.
public final class IngestServer: Sendable {
    public struct Settings: Sendable {
        /// The ROUTER's endpoint, tcp:// or ipc://; port `*` lets the system choose.
        public var endpoint = "tcp://127.0.0.1:7400"
        /// The endpoint of a PULL socket, whose senders get no answer and may lose what they send; nil opens none.
        public var lossyEndpoint: String?
        public var department: Department
        public var duplicateWindow = Limits.duplicateWindow

        public init(department: Department) { self.department = department }
    }

    private struct Shared {
        var stopping = false
        var view: IngestView?
        var status = IngestStatus()
        var wake: Wake?
        var endpoint = ""
    }

    private let settings: Settings
    private let queue: CommitQueue
    private let sink: RejectSink?
    private let clock: @Sendable () -> Timestamp
    private let shared: Mutex<Shared>

    /// `clock` is read once a round; `sink` runs on the ingest thread and must not block.
    public init(
        settings: Settings, view: IngestView, queue: CommitQueue, sink: RejectSink? = nil,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.settings = settings
        self.queue = queue
        self.sink = sink
        self.clock = clock
        shared = Mutex(Shared(view: view))
    }

    /// The endpoint that is listened on, with its real port; empty before `run` has opened it.
    public var endpoint: String { shared.withLock { $0.endpoint } }

    /// Counters as of at most a second ago.
    public var status: IngestStatus { shared.withLock { $0.status } }

    /// What the next messages are judged by.
    public func replace(view: IngestView) {
        shared.withLock {
            $0.view = view
            $0.wake?.signal()
        }
    }

    /// Ends `run` soon: it takes no more messages, waits for the commit of those it took (`Limits.drainMilliseconds`), answers
    /// them and closes its sockets.
    public func stop() {
        shared.withLock {
            $0.stopping = true
            $0.wake?.signal()
        }
    }

    /// Serves until `stop` or the context's shutdown; call it on a thread of its own. `past` is called first, to show what the
    /// journal holds. Throws where an endpoint cannot be bound.
    public func run(context: Context.Handle, past: (JournalPast) -> Void = { _ in }) throws(MessagingError) {
        let view = shared.withLock { $0.view.take() } ?? IngestView()
        let window = DuplicateWindow(entries: settings.duplicateWindow)
        let desk = Desk(
            intake: Intake(view: view, window: window, sink: sink), queue: queue, department: settings.department)
        past(JournalPast(desk: desk))
        var options = SocketOptions()
        options.maximumMessage = Int64(Limits.frameBytes)
        options.receiveHighWater = 0
        options.sendHighWater = Limits.peerAnswers
        // The last answers are on their way when the sockets close.
        options.linger = 1000
        let router = try Socket(context, .router, options)
        try router.bind(settings.endpoint)
        let pull = try Socket(context, .pull, options)
        if let endpoint = settings.lossyEndpoint { try pull.bind(endpoint) }
        let wake = try Wake()
        queue.onFinish { wake.signal() }
        shared.withLock {
            $0.wake = wake
            $0.endpoint = router.lastEndpoint()
        }
        var answers = AnswerQueues(peerBytes: Limits.peerBytes)
        serve(desk, router, pull, wake, &answers)
        drain(desk, router, wake, &answers)
        queue.onFinish {}
        shared.withLock { $0.wake = nil }
    }

    private func serve(
        _ desk: Desk, _ router: borrowing Socket, _ pull: borrowing Socket, _ wake: Wake,
        _ answers: inout AnswerQueues
    ) {
        var poller = Poller()
        _ = poller.add(router)
        _ = poller.add(pull)
        let woken = poller.add(fd: wake.fd)
        var frames = Frames(capacity: Limits.frames + 1, maximumBytes: Limits.messageBytes + Limits.headerBytes + 1024)
        var nextStatus = ContinuousClock.now
        var running = true
        var waiting = PeerQueues(peerBytes: Limits.peerBytes)
        var silent = PeerQueues(peerBytes: Limits.peerBytes)
        while running {
            running = poller.wait(milliseconds: waiting.isEmpty && silent.isEmpty ? answers.pause ?? 200 : 0)
            if poller.isReadable(woken) { wake.drain() }
            let now = clock()
            let view = shared.withLock { shared -> IngestView? in
                if shared.stopping { running = false }
                defer { shared.view = nil }
                return shared.view
            }
            if let view { desk.intake.view = view }
            if running {
                take(from: router, &frames, into: &waiting) {
                    desk.receive($0, now: now, isOverloaded: true)
                } unread: {
                    desk.refuseUnread($0, $1)
                }
                take(from: pull, &frames, isRouted: false, into: &silent) {
                    desk.receiveSilently($0, now: now, isOverloaded: true)
                } unread: { code, _ in
                    desk.refuseUnread(code, [])
                }
                // A waiting writer gets its batch at once; a busy one lets it grow.
                work(through: &waiting) {
                    desk.receive($0, now: now)
                    desk.pump()
                }
                work(through: &silent) {
                    desk.receiveSilently($0, now: now)
                    desk.pump()
                }
            }
            turn(desk, router, &answers)
            if ContinuousClock.now >= nextStatus {
                publish(desk)
                nextStatus = .now + .seconds(1)
            }
        }
    }

    /// Waits for the commits of what was taken, so that every message is answered whose events are kept, and a second for peers that
    /// have yet to read.
    private func drain(_ desk: Desk, _ router: borrowing Socket, _ wake: Wake, _ answers: inout AnswerQueues) {
        var poller = Poller()
        _ = poller.add(fd: wake.fd)
        let deadline = ContinuousClock.now + .milliseconds(Limits.drainMilliseconds)
        turn(desk, router, &answers)
        while desk.isCommitting, ContinuousClock.now < deadline, poller.wait(milliseconds: 50) {
            wake.drain()
            turn(desk, router, &answers)
        }
        let last = ContinuousClock.now + .seconds(1)
        while !answers.isEmpty, ContinuousClock.now < last, poller.wait(milliseconds: 1) {
            wake.drain()
            desk.unreachable += UInt64(answers.retry(through: router))
        }
        publish(desk)
    }

    /// Results become answers, the open batch goes to a writer that waits for it, answers go out.
    private func turn(_ desk: Desk, _ router: borrowing Socket, _ answers: inout AnswerQueues) {
        if !answers.isEmpty { desk.unreachable += UInt64(answers.retry(through: router)) }
        desk.settle()
        desk.pump()
        for reply in desk.takeReplies() where !answers.send(reply.envelope + [reply.bytes], through: router) {
            desk.unreachable += 1
        }
    }

    private func publish(_ desk: Desk) {
        let status = desk.status
        shared.withLock { $0.status = status }
    }

    /// Takes what is there. `overloaded` gets what its peer has no room for.
    private func take(
        from socket: borrowing Socket, _ frames: inout Frames, isRouted: Bool = true, into waiting: inout PeerQueues,
        overloaded: ([UnsafeRawBufferPointer]) -> Void, unread: (IngestCode, [[UInt8]]) -> Void
    ) {
        for _ in 0..<Limits.takenMessages {
            switch frames.receive(from: socket) {
            case .message:
                if waiting.add(&frames, isRouted: isRouted) { continue }
                overloaded((0..<frames.count).map { index in frames.withBytes(index) { $0 } })
            case .tooMany: unread(.badFrames, (0..<frames.count).map { frames.bytes($0) })
            case .tooLarge: unread(.messageTooLarge, (0..<frames.count).map { frames.bytes($0) })
            case .nothing, .closed: return
            }
        }
    }

    /// Works through what waits, up to a bound, so that answers and commits have their turn.
    private func work(through waiting: inout PeerQueues, _ body: ([UnsafeRawBufferPointer]) -> Void) {
        var bytes = 0
        for _ in 0..<512 where bytes < Limits.turnBytes {
            guard let parcel = waiting.next() else { return }
            bytes += parcel.bytes
            parcel.withFrames(body)
        }
    }
}
