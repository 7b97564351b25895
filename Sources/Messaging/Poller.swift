import CZeroMQ

/// Waits for a few sockets and file descriptors of one thread.
public struct Poller: ~Copyable {
    private var items: [zmq_pollitem_t] = []

    public init() {}

    /// Adds a socket, which must outlive the poller; returns its number.
    public mutating func add(_ socket: borrowing Socket) -> Int {
        items.append(zmq_pollitem_t(socket: socket.raw, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
        return items.count - 1
    }

    /// Waits for another socket under the number of one that is gone.
    public mutating func replace(_ number: Int, _ socket: borrowing Socket) { items[number].socket = socket.raw }

    public mutating func add(fd: Int32) -> Int {
        items.append(zmq_pollitem_t(socket: nil, fd: fd, events: Int16(ZMQ_POLLIN), revents: 0))
        return items.count - 1
    }

    /// Waits until something is readable or the time has passed; false when the context is shutting down.
    public mutating func wait(milliseconds: Int) -> Bool {
        for index in items.indices { items[index].revents = 0 }
        guard zmq_poll(&items, Int32(items.count), milliseconds) < 0 else { return true }
        for index in items.indices { items[index].revents = 0 }
        switch fz_errno() {
        case EINTR: return true
        case ETERM: return false
        case let code: preconditionFailure("zmq_poll: \(String(cString: zmq_strerror(code)))")
        }
    }

    public borrowing func isReadable(_ number: Int) -> Bool { items[number].revents & Int16(ZMQ_POLLIN) != 0 }
}
