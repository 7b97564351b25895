import CZeroMQ

/// SIGINT, SIGTERM and SIGHUP as a descriptor to poll. Make it before any thread starts, so that all of them block them.
public struct SignalWait: ~Copyable, Sendable {
    public let fd: Int32

    public init() throws(MessagingError) {
        let fd = fz_signal_fd()
        guard fd >= 0 else { throw MessagingError("wait for signals") }
        self.fd = fd
    }

    deinit { close(fd) }

    /// The signal that came, or nil.
    public borrowing func next() -> Int32? {
        let number = fz_read_signal(fd)
        return number == 0 ? nil : number
    }
}
