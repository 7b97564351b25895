import CZeroMQ

/// A ZeroMQ socket, made, used and closed on one thread.
public struct Socket: ~Copyable {
    public enum Role: Int32, Sendable {
        case pub = 1
        case sub = 2
        case req = 3
        case rep = 4
        case dealer = 5
        case router = 6
        case pull = 7
        case push = 8
        case xpub = 9
    }

    public enum Sent: Equatable, Sendable {
        case sent
        /// The peer's queue is full.
        case wouldBlock
        /// No such peer is connected (ROUTER only).
        case unreachable
        /// The context is shutting down.
        case closed
    }

    let raw: UnsafeMutableRawPointer
    private let allowsInproc: Bool

    public init(_ context: Context.Handle, _ role: Role, _ options: SocketOptions = .init()) throws(MessagingError) {
        raw = try makeSocket(context, role, options)
        allowsInproc = options.allowsInproc
    }

    deinit { zmq_close(raw) }

    public borrowing func bind(_ endpoint: String) throws(MessagingError) {
        try check(endpoint)
        let scheme = "ipc://"
        if endpoint.hasPrefix(scheme) {
            let trouble = fz_socket_file_trouble(String(endpoint.dropFirst(scheme.count)))
            guard trouble == 0 else { throw MessagingError("bind", endpoint, code: trouble) }
        }
        guard zmq_bind(raw, endpoint) == 0 else { throw MessagingError("bind", endpoint) }
    }

    /// Binds again what this socket's predecessor has just let go of, which the system takes a moment to notice.
    public borrowing func rebind(_ endpoint: String, patience: Duration = .seconds(5)) throws(MessagingError) {
        let deadline = ContinuousClock.now + patience
        while true {
            do throws(MessagingError) {
                return try bind(endpoint)
            } catch {
                guard error.code == EADDRINUSE, ContinuousClock.now < deadline else { throw error }
                usleep(5000)
            }
        }
    }

    /// Lets go of an endpoint; those connected through it are disconnected.
    public borrowing func unbind(_ endpoint: String) throws(MessagingError) {
        guard zmq_unbind(raw, endpoint) == 0 else { throw MessagingError("unbind", endpoint) }
    }

    public borrowing func connect(_ endpoint: String) throws(MessagingError) {
        try check(endpoint)
        guard zmq_connect(raw, endpoint) == 0 else { throw MessagingError("connect to", endpoint) }
    }

    /// Where the socket is bound, with the port that the system chose.
    public borrowing func lastEndpoint() -> String {
        var size = 1024
        var text = [CChar](repeating: 0, count: size)
        zmq_getsockopt(raw, ZMQ_LAST_ENDPOINT, &text, &size)
        return String(decoding: text.prefix(max(0, size - 1)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    public borrowing func subscribe(_ prefix: String) throws(MessagingError) {
        guard zmq_setsockopt(raw, ZMQ_SUBSCRIBE, prefix, prefix.utf8.count) == 0 else {
            throw MessagingError("subscribe to", prefix)
        }
    }

    /// Sends one frame; `more` says that others follow, which must then be sent too.
    public borrowing func send(
        _ bytes: UnsafeRawBufferPointer, more: Bool = false, wait: Bool = false
    ) -> Sent {
        let flags = (more ? ZMQ_SNDMORE : 0) | (wait ? 0 : ZMQ_DONTWAIT)
        while true {
            if zmq_send(raw, bytes.baseAddress, bytes.count, flags) >= 0 { return .sent }
            switch fz_errno() {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case ETERM: return .closed
            case EHOSTUNREACH: return .unreachable
            case let code: preconditionFailure("zmq_send: \(String(cString: zmq_strerror(code)))")
            }
        }
    }

    public borrowing func send(_ bytes: [UInt8], more: Bool = false, wait: Bool = false) -> Sent {
        bytes.withUnsafeBytes { send($0, more: more, wait: wait) }
    }

    public borrowing func send(_ text: String, more: Bool = false, wait: Bool = false) -> Sent {
        var copy = text
        return copy.withUTF8 { send(UnsafeRawBufferPointer($0), more: more, wait: wait) }
    }

    /// Sends frames as one message. Where a peer goes after the first frame the rest is still given to libzmq, which
    /// swallows it: stopping there would let it swallow the next message instead. Callers of `send(_:more:)` do likewise.
    public borrowing func send(frames: [[UInt8]], wait: Bool = false) -> Sent {
        var result = Sent.sent
        for (index, frame) in frames.enumerated() {
            let sent = send(frame, more: index < frames.count - 1, wait: wait)
            if result == .sent { result = sent }
            if index == 0, sent != .sent { return sent }
        }
        return result
    }

    private borrowing func check(_ endpoint: String) throws(MessagingError) {
        let isKnown = endpoint.hasPrefix("tcp://") || endpoint.hasPrefix("ipc://")
        guard isKnown || (allowsInproc && endpoint.hasPrefix("inproc://")) else {
            throw MessagingError("use", endpoint, code: EPROTONOSUPPORT)
        }
        // libzmq takes a port modulo 65,536 without a word.
        guard endpoint.hasPrefix("tcp://"), let port = endpoint.split(separator: ":").last, port != "*" else { return }
        guard UInt16(port) != nil else { throw MessagingError("use", endpoint, code: EINVAL) }
    }
}

/// The C calls of a socket's making: a throwing initialiser of a noncopyable type cannot contain them.
private func makeSocket(
    _ context: Context.Handle, _ role: Socket.Role, _ options: SocketOptions
) throws(MessagingError) -> UnsafeMutableRawPointer {
    guard let raw = zmq_socket(context.raw, role.rawValue) else { throw MessagingError("make a socket") }
    func set(_ option: Int32, _ value: Int32) {
        var value = value
        precondition(zmq_setsockopt(raw, option, &value, MemoryLayout<Int32>.size) == 0, "socket option \(option)")
    }
    set(ZMQ_LINGER, options.linger)
    set(ZMQ_SNDHWM, options.sendHighWater)
    set(ZMQ_RCVHWM, options.receiveHighWater)
    set(ZMQ_HEARTBEAT_IVL, options.heartbeatInterval)
    set(ZMQ_HEARTBEAT_TIMEOUT, options.heartbeatTimeout)
    if options.heartbeatInterval == 0 {
        set(ZMQ_TCP_KEEPALIVE, 1)
        set(ZMQ_TCP_KEEPALIVE_IDLE, 15)
        set(ZMQ_TCP_KEEPALIVE_INTVL, 5)
        set(ZMQ_TCP_KEEPALIVE_CNT, 3)
    }
    set(ZMQ_HANDSHAKE_IVL, options.handshakeInterval)
    set(ZMQ_RECONNECT_IVL, options.reconnectInterval)
    set(ZMQ_RECONNECT_IVL_MAX, options.reconnectIntervalMaximum)
    set(ZMQ_RCVTIMEO, options.receiveTimeout)
    set(ZMQ_SNDTIMEO, options.sendTimeout)
    set(ZMQ_BACKLOG, options.backlog)
    if role == .router {
        set(ZMQ_ROUTER_MANDATORY, 1)
        set(ZMQ_ROUTER_HANDOVER, 0)
    }
    if role == .xpub { set(ZMQ_XPUB_NODROP, 0) }
    if role == .req, options.isRelaxedRequest {
        set(ZMQ_REQ_RELAXED, 1)
        set(ZMQ_REQ_CORRELATE, 1)
    }
    var maximum = options.maximumMessage
    precondition(zmq_setsockopt(raw, ZMQ_MAXMSGSIZE, &maximum, MemoryLayout<Int64>.size) == 0, "maximum message")
    return raw
}
