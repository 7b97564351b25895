import CZeroMQ

/// A received multipart message: a fixed number of frames at stable addresses, used again for each message.
///
/// libzmq hands over only whole messages, so one that never ends grows inside libzmq: run with a memory limit.
public struct Frames: ~Copyable {
    public enum Received: Equatable, Sendable {
        case message
        /// Nothing waits (or the receive timeout passed).
        case nothing
        /// More frames than allowed; the message was read to its end and thrown away, but for its first frames
        /// (at most two, each of at most 256 bytes): what a ROUTER needs to answer.
        case tooMany
        /// The same for more bytes than allowed.
        case tooLarge
        /// The context is shutting down.
        case closed
    }

    private let messages: UnsafeMutablePointer<zmq_msg_t>
    private let spare: UnsafeMutablePointer<zmq_msg_t>
    public let capacity: Int
    /// Bytes of all frames of one message.
    public let maximumBytes: Int
    public private(set) var count = 0

    public init(capacity: Int = 8, maximumBytes: Int = 32 << 20) {
        precondition(capacity > 0)
        self.capacity = capacity
        self.maximumBytes = maximumBytes
        messages = .allocate(capacity: capacity)
        spare = .allocate(capacity: 1)
        for index in 0..<capacity { zmq_msg_init(messages + index) }
        zmq_msg_init(spare)
    }

    deinit {
        for index in 0..<capacity { zmq_msg_close(messages + index) }
        zmq_msg_close(spare)
        messages.deallocate()
        spare.deallocate()
    }

    /// Replaces the frames by the next message of the socket.
    public mutating func receive(from socket: borrowing Socket, wait: Bool = false) -> Received {
        release()
        var bytes = 0
        var excess: Received?
        while true {
            let target = excess != nil || count == capacity ? spare : messages + count
            guard zmq_msg_recv(target, socket.raw, wait ? 0 : ZMQ_DONTWAIT) >= 0 else {
                switch fz_errno() {
                case EINTR: continue
                case EAGAIN: return .nothing
                case ETERM:
                    release()
                    return .closed
                case let code: preconditionFailure("zmq_msg_recv: \(String(cString: zmq_strerror(code)))")
                }
            }
            bytes += zmq_msg_size(target)
            if target != spare { count += 1 } else if excess == nil { excess = .tooMany }
            if bytes > maximumBytes, excess == nil { excess = .tooLarge }
            if zmq_msg_more(target) == 0 { break }
        }
        guard let excess else { return .message }
        release(from: (0..<min(3, count)).prefix { zmq_msg_size(messages + $0) <= 256 }.count)
        return excess
    }

    /// Moves the message out.
    mutating func take() -> Parcel {
        let parcel = Parcel(moving: messages, count: count)
        count = 0
        return parcel
    }

    /// Gives the memory of the held frames back, so that `maximumBytes` bounds what is held between messages too.
    private mutating func release(from first: Int = 0) {
        for index in first..<max(first, count) {
            zmq_msg_close(messages + index)
            zmq_msg_init(messages + index)
        }
        zmq_msg_close(spare)
        zmq_msg_init(spare)
        count = first
    }

    public borrowing func size(_ index: Int) -> Int {
        precondition(index < count, "no such frame")
        return zmq_msg_size(messages + index)
    }

    /// The frame's bytes, valid until the next receive.
    public borrowing func withBytes<T>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        precondition(index < count, "no such frame")
        let message = messages + index
        return try body(UnsafeRawBufferPointer(start: zmq_msg_data(message), count: zmq_msg_size(message)))
    }

    public borrowing func bytes(_ index: Int) -> [UInt8] { withBytes(index) { Array($0) } }

    public borrowing func string(_ index: Int) -> String { withBytes(index) { String(decoding: $0, as: UTF8.self) } }
}
