import Messaging

/// The main thread's loop: answers status and operator requests, and ends on SIGINT or SIGTERM.
///
/// One JSON object in, one out: `{"op":"status"}`, `{"op":"activate","by":"…","why":"…","files":[…]}`.
struct ControlServer: ~Copyable {
    private let socket: Socket
    private let signals: SignalWait
    private let stop: Wake
    private var poller = Poller()
    /// A whole rules directory fits.
    static let maximumBytes = 32 << 20
    private var frames = Frames(capacity: 4, maximumBytes: ControlServer.maximumBytes)

    init(_ context: Context.Handle, endpoint: String, signals: consuming SignalWait, stop: Wake) throws {
        socket = try Self.bound(context, endpoint)
        self.signals = signals
        self.stop = stop
        _ = poller.add(socket)
        _ = poller.add(fd: self.signals.fd)
        _ = poller.add(fd: stop.fd)
    }

    private static func bound(_ context: Context.Handle, _ endpoint: String) throws(MessagingError) -> Socket {
        let socket = try Socket(context, .router)
        try socket.bind(endpoint)
        return socket
    }

    var endpoint: String { socket.lastEndpoint() }

    /// Returns when a signal came or another thread asked to stop.
    mutating func run(answer: ([UInt8]) -> [UInt8]) {
        while poller.wait(milliseconds: 1000) {
            if poller.isReadable(1), signals.next() != nil { return }
            if poller.isReadable(2) { return }
            while frames.receive(from: socket) == .message {
                guard frames.count >= 2 else { continue }
                let body = answer(frames.bytes(frames.count - 1))
                var reply = (0..<(frames.count - 1)).map { frames.bytes($0) }
                reply.append(body)
                _ = socket.send(frames: reply)
            }
        }
    }
}
