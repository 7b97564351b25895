import CZeroMQ
import Glibc

/// The sockets of the ingest thread: a ROUTER, where configured a PULL, and a pipe that other threads wake it by.
///
/// Opened, used and closed on one thread, except `wake`.
final class IngestDoor {
    /// The write end of the wake pipe; may be used on any thread while the door is open.
    struct Waker: Sendable {
        fileprivate let descriptor: Int32

        /// A full pipe means that a wake is already due.
        func wake() {
            var byte: UInt8 = 1
            _ = write(descriptor, &byte, 1)
        }
    }

    enum Socket { case router, pull }

    let waker: Waker
    private let context: UnsafeMutableRawPointer
    private let router: UnsafeMutableRawPointer
    private let pull: UnsafeMutableRawPointer?
    private let wakeRead: Int32
    /// The frames of the message in hand; a `zmq_msg_t` must not move.
    private let messages: UnsafeMutablePointer<zmq_msg_t>
    private let maximumFrames: Int

    init(router endpoint: String, pull pullEndpoint: String?, frames: Int, messageBytes: Int) throws(IngestError) {
        guard let context = zmq_ctx_new() else { throw IngestError(description: "no memory for a ZeroMQ context") }
        do throws(IngestError) {
            router = try Self.bind(context, ZMQ_ROUTER, endpoint, messageBytes)
            if let pullEndpoint {
                pull = try Self.bind(context, ZMQ_PULL, pullEndpoint, messageBytes)
            } else {
                pull = nil
            }
        } catch {
            // Sockets already open close with the context's end: LINGER is 0 and the process is about to stop.
            zmq_ctx_shutdown(context)
            throw error
        }
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw IngestError(description: "no descriptors left for a wake pipe") }
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
        self.context = context
        wakeRead = ends[0]
        waker = Waker(descriptor: ends[1])
        maximumFrames = frames
        messages = .allocate(capacity: frames)
    }

    /// Ends the sockets and waits for the context's threads.
    func close() {
        zmq_close(router)
        if let pull { zmq_close(pull) }
        while zmq_ctx_term(context) != 0, zmq_errno() == EINTR {}
        Glibc.close(wakeRead)
        Glibc.close(waker.descriptor)
        messages.deallocate()
    }

    private static func bind(
        _ context: UnsafeMutableRawPointer, _ kind: Int32, _ endpoint: String, _ messageBytes: Int
    ) throws(IngestError) -> UnsafeMutableRawPointer {
        guard endpoint.hasPrefix("tcp://") || endpoint.hasPrefix("ipc://") else {
            throw IngestError(description: "ingest endpoint \(endpoint): only tcp:// and ipc:// are served")
        }
        guard let socket = zmq_socket(context, kind) else {
            throw IngestError(description: "ingest endpoint \(endpoint): no sockets left")
        }
        var options: [(Int32, Int32)] = [
            (ZMQ_LINGER, 0), (ZMQ_HANDSHAKE_IVL, 5000), (ZMQ_HEARTBEAT_IVL, 5000), (ZMQ_HEARTBEAT_TIMEOUT, 15_000),
        ]
        if kind == ZMQ_ROUTER { options.append((ZMQ_ROUTER_MANDATORY, 1)) }
        for (name, value) in options {
            var value = value
            precondition(zmq_setsockopt(socket, name, &value, MemoryLayout<Int32>.size) == 0, "a known option")
        }
        var maximum = Int64(messageBytes)
        precondition(zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &maximum, MemoryLayout<Int64>.size) == 0, "a known option")
        guard zmq_bind(socket, endpoint) == 0 else {
            let reason = String(cString: zmq_strerror(zmq_errno()))
            zmq_close(socket)
            throw IngestError(
                description: "cannot listen on \(endpoint): \(reason); stop what uses it or set another ingest endpoint"
            )
        }
        return socket
    }

    /// The endpoint bound last, with the port that the system chose.
    var endpoint: String {
        var text = [CChar](repeating: 0, count: 256)
        var size = text.count
        precondition(zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, &text, &size) == 0)
        return String(decoding: text.prefix(max(size - 1, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Waits until a socket can be read, the waker rang or the time is over.
    func wait(milliseconds: Int) {
        var items = [
            zmq_pollitem_t(socket: router, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0),
            zmq_pollitem_t(socket: nil, fd: wakeRead, events: Int16(ZMQ_POLLIN), revents: 0),
        ]
        if let pull { items.append(zmq_pollitem_t(socket: pull, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)) }
        let status = zmq_poll(&items, Int32(items.count), milliseconds)
        guard status > 0, items[1].revents != 0 else { return }
        var sink = [UInt8](repeating: 0, count: 256)
        while read(wakeRead, &sink, sink.count) == sink.count {}
    }

    /// Reads one message without waiting and shows its frames, cut at the bound, to `body`; false where there is none.
    func receive(_ from: Socket, _ body: ([UnsafeRawBufferPointer]) -> Void) -> Bool {
        guard let socket = from == .router ? router : pull else { return false }
        var frames: [UnsafeRawBufferPointer] = []
        var count = 0
        var more = true
        while more {
            let message = messages + min(count, maximumFrames - 1)
            if count >= maximumFrames { zmq_msg_close(message) }
            zmq_msg_init(message)
            // The frames of one message arrive together: only the first can be missing.
            while zmq_msg_recv(message, socket, count == 0 ? ZMQ_DONTWAIT : 0) < 0 {
                guard zmq_errno() == EINTR else {
                    zmq_msg_close(message)
                    for index in 0..<min(count, maximumFrames - 1) { zmq_msg_close(messages + index) }
                    return false
                }
            }
            more = zmq_msg_more(message) != 0
            count += 1
            if count <= maximumFrames {
                frames.append(UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message)))
            } else {
                frames[maximumFrames - 1] = UnsafeRawBufferPointer(start: nil, count: 0)
            }
        }
        body(frames)
        for index in 0..<min(count, maximumFrames) { zmq_msg_close(messages + index) }
        return true
    }

    /// Sends without waiting; false where the peer is gone or does not read.
    func send(_ reply: Reply) -> Bool {
        for frame in reply.envelope where !part(frame, ZMQ_SNDMORE) { return false }
        return part(reply.bytes, 0)
    }

    private func part(_ bytes: [UInt8], _ flags: Int32) -> Bool {
        while true {
            let sent = bytes.withUnsafeBytes { zmq_send(router, $0.baseAddress, $0.count, flags | ZMQ_DONTWAIT) }
            if sent >= 0 { return true }
            if zmq_errno() != EINTR { return false }
        }
    }
}
