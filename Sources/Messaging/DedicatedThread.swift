import CZeroMQ
import Synchronization

/// A named thread for blocking work, joined exactly once; an error of its body is thrown by `join`.
public struct DedicatedThread: ~Copyable {
    private final class Body: Sendable {
        let name: String
        let run: @Sendable () throws -> Void
        let failure = Mutex<(any Error)?>(nil)

        init(_ name: String, _ run: @escaping @Sendable () throws -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let thread: pthread_t
    private let body: Body

    /// `name` is cut to the 15 bytes that the system shows.
    public init(_ name: String, stackBytes: Int = 8 << 20, _ run: @escaping @Sendable () throws -> Void)
        throws(MessagingError)
    {
        body = Body(name, run)
        thread = try start(stackBytes, Unmanaged.passRetained(body).toOpaque())
    }

    public consuming func join() throws {
        pthread_join(thread, nil)
        if let failure = body.failure.withLock({ $0 }) { throw failure }
    }

    private static func main(_ argument: UnsafeMutableRawPointer) {
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        fz_name_thread(String(decoding: body.name.utf8.prefix(15), as: UTF8.self))
        do { try body.run() } catch { body.failure.withLock { $0 = error } }
    }

    fileprivate static let entry: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        if let argument { DedicatedThread.main(argument) }
        return nil
    }
}

private func start(_ stackBytes: Int, _ argument: UnsafeMutableRawPointer) throws(MessagingError) -> pthread_t {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stackBytes)
    var thread = pthread_t()
    let result = pthread_create(&thread, &attributes, DedicatedThread.entry, argument)
    pthread_attr_destroy(&attributes)
    guard result == 0 else { throw MessagingError("start a thread", code: result) }
    return thread
}
