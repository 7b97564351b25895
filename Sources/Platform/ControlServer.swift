import Messaging

/// The main thread's loop: answers `status`, hands on what waits for a decision, and ends on SIGINT, SIGTERM or SIGHUP.
///
/// One JSON object in, one out: `{"op":"status"}`, `{"op":"activate","by":"…","why":"…","files":[…]}`.
struct ControlServer: ~Copyable {
    private let socket: Socket
    private let signals: SignalWait
    private let stop: Wake
    private let work: ControlWork
    private var poller = Poller()
    enum Answer {
        case now([UInt8])
        /// It waits for a decision of `work`.
        case later(ControlRequest)
    }

    /// A whole rules directory fits.
    static let maximumBytes = 32 << 20
    /// Answered between two looks at signals; of what is taken from the socket meanwhile.
    private static let requestsPerTurn = 16
    private static let takenPerTurn = 256
    /// Bytes of one operator's requests that wait beside the first.
    private static let peerBytes = 1 << 20
    private var requests = PeerQueues(peerBytes: ControlServer.peerBytes)
    private var frames = Frames(capacity: 4, maximumBytes: ControlServer.maximumBytes)

    init(_ context: Context.Handle, endpoint: String, signals: consuming SignalWait, stop: Wake, work: ControlWork)
        throws
    {
        socket = try Self.bound(context, endpoint)
        self.signals = signals
        self.stop = stop
        self.work = work
        _ = poller.add(socket)
        _ = poller.add(fd: self.signals.fd)
        _ = poller.add(fd: stop.fd)
        _ = poller.add(fd: work.wake.fd)
    }

    private static func bound(_ context: Context.Handle, _ endpoint: String) throws(MessagingError) -> Socket {
        var options = SocketOptions()
        options.receiveHighWater = 0
        // Answers for one who does not read them: beyond these they are dropped.
        options.sendHighWater = 16
        // What is too large for us is still answered, up to what is too large for the context.
        options.maximumMessage = Int64(2 * maximumBytes)
        let socket = try Socket(context, .router, options)
        try socket.bind(endpoint)
        return socket
    }

    var endpoint: String { socket.lastEndpoint() }

    /// Returns when a signal came or another thread asked to stop.
    mutating func run(answer: ([UInt8]) -> Answer) {
        while poller.wait(milliseconds: requests.isEmpty ? 1000 : 0) {
            if poller.isReadable(1), signals.next() != nil { return }
            if poller.isReadable(2) { return }
            sendDone()
            for _ in 0..<Self.takenPerTurn where !takeOne() { break }
            for _ in 0..<Self.requestsPerTurn where !answerOne(answer) { break }
        }
    }

    /// With what the commands that ask read in their answers.
    private static let busy =
        #"{"ok":false,"code":"unavailable","why":"too many requests wait: try again","findings":"too many requests wait: try again","#
        + #""changed":0,"ruleSet":"","previous":"","position":0,"episode":"","repeated":false}"#

    /// Sends the answers of what is decided by now.
    func sendDone() {
        for done in work.takeDone() { _ = socket.send(frames: done.envelope + [done.answer]) }
    }

    /// False where nothing has come.
    private mutating func takeOne() -> Bool {
        switch frames.receive(from: socket) {
        case .nothing, .closed: return false
        case .message:
            guard frames.count >= 2, !requests.add(&frames) else { return true }
            _ = socket.send(frames: (0..<(frames.count - 1)).map { frames.bytes($0) } + [Array(Self.busy.utf8)])
        case .tooMany, .tooLarge:
            let body = #"{"ok":false,"code":"too_large","en":"at most 3 frames and \#(Self.maximumBytes) bytes"}"#
            _ = socket.send(frames: (0..<frames.count).map { frames.bytes($0) } + [Array(body.utf8)])
        }
        return true
    }

    /// False where nothing waits.
    private mutating func answerOne(_ answer: ([UInt8]) -> Answer) -> Bool {
        guard let frames = requests.next()?.withFrames({ $0.map { Array($0) } }) else { return false }
        let (envelope, body) = (Array(frames.dropLast()), frames[frames.count - 1])
        switch answer(body) {
        case .now(let answer): _ = socket.send(frames: envelope + [answer])
        case .later(let asked):
            guard !work.submit(.init(envelope: envelope, asked: asked, bytes: body.count)) else { return true }
            _ = socket.send(frames: envelope + [Array(Self.busy.utf8)])
        }
        return true
    }
}
