import CZeroMQ
import Messaging

/// The reference of the ratio: libzmq alone moves the messages one way, DEALER to ROUTER, between two threads.
enum BareLoop {
    /// Events a second.
    static func run(_ messages: [[UInt8]]) throws -> Double {
        guard let context = zmq_ctx_new() else { preconditionFailure("zmq_ctx_new") }
        defer { zmq_ctx_term(context) }
        let router = socket(context, ZMQ_ROUTER)
        defer { zmq_close(router) }
        precondition(zmq_bind(router, "tcp://127.0.0.1:*") == 0, "cannot bind")
        var name = [CChar](repeating: 0, count: 64)
        var length = name.count
        zmq_getsockopt(router, ZMQ_LAST_ENDPOINT, &name, &length)
        let endpoint = String(decoding: name.prefix(length - 1).map(UInt8.init(bitPattern:)), as: UTF8.self)

        let shared = Shared(context: context)
        let started = Clocks.wall()
        let sender = try DedicatedThread("bare-sender") {
            let dealer = socket(shared.context, ZMQ_DEALER)
            zmq_connect(dealer, endpoint)
            for _ in 0..<Bounds.bareRounds {
                for message in messages {
                    message.withUnsafeBytes { _ = zmq_send(dealer, $0.baseAddress, $0.count, 0) }
                }
            }
            zmq_close(dealer)
        }
        receive(router, messages.count * Bounds.bareRounds)
        let seconds = Clocks.wall() - started
        try sender.join()
        return Double(messages.count * Bounds.bareRounds * Bounds.messageEvents) / seconds
    }

    private struct Shared: @unchecked Sendable {
        // @unchecked: libzmq contexts are thread-safe.
        let context: UnsafeMutableRawPointer
    }

    private static func socket(_ context: UnsafeMutableRawPointer, _ kind: Int32) -> UnsafeMutableRawPointer {
        guard let socket = zmq_socket(context, kind) else { preconditionFailure("zmq_socket") }
        var highWater: Int32 = 1000
        zmq_setsockopt(socket, ZMQ_SNDHWM, &highWater, 4)
        zmq_setsockopt(socket, ZMQ_RCVHWM, &highWater, 4)
        return socket
    }

    /// Each message is its sender's name and a body.
    private static func receive(_ router: UnsafeMutableRawPointer, _ count: Int) {
        let message = UnsafeMutablePointer<zmq_msg_t>.allocate(capacity: 1)
        defer { message.deallocate() }
        for _ in 0..<2 * count {
            zmq_msg_init(message)
            precondition(zmq_msg_recv(message, router, 0) >= 0, "zmq_msg_recv")
            zmq_msg_close(message)
        }
    }
}
