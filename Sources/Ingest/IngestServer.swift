import Events
import Glibc
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
        var waker: IngestDoor.Waker?
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
            $0.waker?.wake()
        }
    }

    /// Ends `run` soon: it takes no more messages, answers what is durable by then and closes its sockets.
    public func stop() {
        shared.withLock {
            $0.stopping = true
            $0.waker?.wake()
        }
    }

    /// Serves until `stop`; call it on a thread of its own. `past` is called first, to show the journal's batches in order, so that repeats
    /// and streams are known again.
    public func run(past: ((EventBatch) -> Void) -> Void = { _ in }) throws(IngestError) {
        let view = shared.withLock { $0.view.take() } ?? IngestView()
        let window = DuplicateWindow(entries: settings.duplicateWindow)
        let desk = Desk(
            intake: Intake(view: view, window: window, sink: sink), queue: queue, department: settings.department)
        past { desk.note($0) }
        let door = try IngestDoor(
            router: settings.endpoint, pull: settings.lossyEndpoint, frames: Limits.frames + 1,
            messageBytes: Limits.messageBytes)
        let waker = door.waker
        queue.onFinish { waker.wake() }
        shared.withLock {
            $0.waker = waker
            $0.endpoint = door.endpoint
        }
        serve(desk, door)
        queue.onFinish {}
        shared.withLock { $0.waker = nil }
        door.close()
    }

    private func serve(_ desk: Desk, _ door: IngestDoor) {
        var unreachable: UInt64 = 0
        var nextStatus = Timestamp.distantPast
        var stopping = false
        while !stopping {
            door.wait(milliseconds: 200)
            let now = clock()
            let view = shared.withLock { shared -> IngestView? in
                stopping = shared.stopping
                defer { shared.view = nil }
                return shared.view
            }
            if let view { desk.intake.view = view }
            if !stopping { receive(desk, door, now) }
            desk.settle()
            desk.pump()
            for reply in desk.takeReplies() where !door.send(reply) { unreachable += 1 }
            if now >= nextStatus || stopping || now < nextStatus - .seconds(1) {
                let status = desk.status(unreachable: unreachable)
                shared.withLock { $0.status = status }
                nextStatus = now + .seconds(1)
            }
        }
    }

    /// Reads what is there, up to a bound, so that answers and commits have their turn.
    private func receive(_ desk: Desk, _ door: IngestDoor, _ now: Timestamp) {
        var left = 512
        while left > 0, door.receive(.router, { desk.receive($0, now: now) }) {
            left -= 1
            // A waiting writer gets its batch at once; a busy one lets it grow.
            desk.pump()
        }
        while left > 0, door.receive(.pull, { desk.receiveSilently($0, now: now) }) { left -= 1 }
    }
}
