import CZeroMQ

/// A message moved out of `Frames`, so that others can be received before it is looked at.
public final class Parcel {
    private let messages: UnsafeMutablePointer<zmq_msg_t>
    private let count: Int
    /// Of all frames.
    public let bytes: Int

    /// Leaves empty messages behind.
    init(moving source: UnsafeMutablePointer<zmq_msg_t>, count: Int) {
        messages = .allocate(capacity: count)
        self.count = count
        var bytes = 0
        for index in 0..<count {
            zmq_msg_init(messages + index)
            zmq_msg_move(messages + index, source + index)
            bytes += zmq_msg_size(messages + index)
        }
        self.bytes = bytes
    }

    deinit {
        for index in 0..<count { zmq_msg_close(messages + index) }
        messages.deallocate()
    }

    /// The frames' bytes, valid during the call.
    public func withFrames<T>(_ body: ([UnsafeRawBufferPointer]) -> T) -> T {
        withExtendedLifetime(self) {
            body(
                (0..<count).map {
                    UnsafeRawBufferPointer(start: zmq_msg_data(messages + $0), count: zmq_msg_size(messages + $0))
                })
        }
    }
}
