import CZeroMQ
import Foundation

/// A department's socket as its engineer would open it, with a receive time-out.
final class Client {
    let context: UnsafeMutableRawPointer
    let socket: UnsafeMutableRawPointer

    init(_ kind: Int32, _ endpoint: String, correlate: Bool = false) {
        context = zmq_ctx_new()
        socket = zmq_socket(context, kind)
        var options: [(Int32, Int32)] = [(ZMQ_LINGER, 0), (ZMQ_RCVTIMEO, 10_000), (ZMQ_SNDTIMEO, 10_000)]
        if correlate { options += [(ZMQ_REQ_CORRELATE, 1), (ZMQ_REQ_RELAXED, 1)] }
        for (name, value) in options {
            var value = value
            zmq_setsockopt(socket, name, &value, 4)
        }
        precondition(zmq_connect(socket, endpoint) == 0)
    }

    deinit {
        zmq_close(socket)
        zmq_ctx_term(context)
    }

    func send(_ frames: [UInt8]...) { send(frames) }
    func send(_ frames: String...) { send(frames.map { Array($0.utf8) }) }

    func send(_ frames: [[UInt8]]) {
        for (index, frame) in frames.enumerated() {
            let flags = index + 1 < frames.count ? ZMQ_SNDMORE : 0
            _ = frame.withUnsafeBytes { zmq_send(socket, $0.baseAddress, $0.count, flags) }
        }
    }

    /// The last frame of the next answer as JSON; nil after `milliseconds`.
    func answer(within milliseconds: Int32 = 10_000) -> [String: Any]? {
        var value = milliseconds
        zmq_setsockopt(socket, ZMQ_RCVTIMEO, &value, 4)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var size: Int32 = 0
        var more: Int32 = 1
        while more != 0 {
            size = zmq_recv(socket, &buffer, buffer.count, 0)
            guard size >= 0 else { return nil }
            var length = 4
            zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &length)
        }
        return try? JSONSerialization.jsonObject(with: Data(buffer.prefix(Int(size)))) as? [String: Any]
    }
}
