import CZeroMQ

/// An eventfd that any thread signals and one thread polls.
public final class Wake: Sendable {
    public let fd: Int32

    public init() throws(MessagingError) {
        let fd = fz_eventfd()
        guard fd >= 0 else { throw MessagingError("make an eventfd") }
        self.fd = fd
    }

    deinit { close(fd) }

    public func signal() {
        var one: UInt64 = 1
        while write(fd, &one, 8) < 0, fz_errno() == EINTR {}
    }

    /// Takes all signals so far; the owner calls it before looking at what they announce.
    public func drain() {
        var count: UInt64 = 0
        while read(fd, &count, 8) < 0, fz_errno() == EINTR {}
    }
}
