import CZeroMQ

/// A ZeroMQ context with threads of its own: owned once, terminated after its last socket.
public struct Context: ~Copyable {
    /// What threads make their sockets from; it does not keep the context alive.
    public struct Handle: @unchecked Sendable {
        // @unchecked: libzmq contexts are thread-safe; the owner terminates after all threads are joined.
        let raw: UnsafeMutableRawPointer

        /// Every blocking call on the context's sockets ends as closed; sockets are still closed by their owners.
        public func shutdown() { zmq_ctx_shutdown(raw) }
    }

    public let handle: Handle

    public init(ioThreads: Int32 = 1) {
        guard let raw = zmq_ctx_new() else { preconditionFailure("zmq_ctx_new: \(fz_errno())") }
        zmq_ctx_set(raw, ZMQ_IO_THREADS, ioThreads)
        handle = Handle(raw: raw)
    }

    /// Before any socket: starts libzmq's threads, which otherwise start with the first one, nicer than the caller: each ten is a tenth of its weight for
    /// a processor that others want too, and all of an idle one.
    public func startThreads(nicerBy: UInt32) throws {
        let thread = try DedicatedThread("zmq start") { [handle] in
            fz_add_niceness(nicerBy)
            _ = try Socket(handle, .pull)
        }
        try thread.join()
    }

    /// Waits until every socket is closed and lingering messages are sent or given up.
    deinit {
        while zmq_ctx_term(handle.raw) != 0, fz_errno() == EINTR {}
    }
}
