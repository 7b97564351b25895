import Foundation
import Messaging
import Synchronization
import TestSupport
import Testing

/// Real sockets on ports that the system chooses.
struct SocketTests {
    func receive(_ socket: borrowing Socket, _ frames: inout Frames) -> Frames.Received {
        frames.receive(from: socket, wait: true)
    }

    func patient() -> SocketOptions {
        var options = SocketOptions()
        options.receiveTimeout = 5000
        options.sendTimeout = 5000
        return options
    }

    @Test func `REQ and DEALER reach a ROUTER and hear its answers`() throws {
        let context = Context()
        let router = try Socket(context.handle, .router, patient())
        try router.bind("tcp://127.0.0.1:*")
        var frames = Frames()
        let req = try Socket(context.handle, .req, patient())
        try req.connect(router.lastEndpoint())
        check(req.send("hello", wait: true) == .sent)
        check(receive(router, &frames) == .message)
        check(frames.count == 3 && frames.size(1) == 0 && frames.string(2) == "hello")
        check(router.send(frames: [frames.bytes(0), [], Array("hi".utf8)]) == .sent)
        check(receive(req, &frames) == .message && frames.count == 1 && frames.string(0) == "hi")
        let dealer = try Socket(context.handle, .dealer, patient())
        try dealer.connect(router.lastEndpoint())
        check(dealer.send(frames: [Array("a".utf8), Array("b".utf8)], wait: true) == .sent)
        check(receive(router, &frames) == .message && frames.count == 3 && frames.string(2) == "b")
        check(router.send(frames: [frames.bytes(0), Array("c".utf8)]) == .sent)
        check(receive(dealer, &frames) == .message && frames.string(0) == "c")
    }

    /// A Unix socket that somebody else has made, of a kind and with a backlog.
    private final class Foreign {
        let path: String
        private var descriptor: Int32

        init(_ kind: __socket_type, listens: Bool) throws {
            // Relative: the configuration may say so.
            path = "answers-\(UUID().uuidString.prefix(8)).socket"
            descriptor = socket(AF_UNIX, Int32(kind.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let (descriptor, size) = (descriptor, socklen_t(MemoryLayout<sockaddr_un>.size))
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
            }
            try #require(bound == 0 && (!listens || listen(descriptor, 0) == 0))
        }

        /// Ends the listening; the file stays.
        func leave() {
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }

        deinit {
            leave()
            unlink(path)
        }
    }

    @Test func `a socket file is taken over only once nobody has it`() throws {
        let context = Context()
        func trouble(_ path: String) throws -> Int32? {
            let router = try Socket(context.handle, .router)
            do throws(MessagingError) {
                try router.bind("ipc://\(path)")
                return nil
            } catch {
                return error.code
            }
        }
        let datagrams = try Foreign(SOCK_DGRAM, listens: false)
        #expect(try trouble(datagrams.path) == EPROTOTYPE)
        let listening = try Foreign(SOCK_STREAM, listens: true)
        // The first attempt takes the only place among those that wait: the second finds none.
        #expect(try trouble(listening.path) == EADDRINUSE)
        #expect(try trouble(listening.path) == EADDRINUSE)
        listening.leave()
        #expect(try trouble(listening.path) == nil)
    }

    @Test func `libzmq's threads are as nice as they were started`() throws {
        func threads() throws -> [String: Int32] {
            let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
            return tasks.reduce(into: [:]) { threads, task in
                let name = try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8)
                guard name?.hasPrefix("ZMQbg/IO") == true, let id = UInt32(task) else { return }
                threads[task] = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id)
            }
        }
        let before = try threads()
        let context = Context()
        // No other test's are so nice.
        try context.startThreads(nicerBy: 17)
        let nice = min(19, getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) + 17)
        let router = try Socket(context.handle, .router, patient())
        try router.bind("tcp://127.0.0.1:*")
        #expect(try eventually { try threads().filter { before[$0.key] == nil && $0.value == nice }.count == 1 })
    }

    @Test(arguments: [(8, Frames.Received.message), (9, .tooMany)])
    func `a message has a bounded number of frames`(count: Int, expected: Frames.Received) throws {
        let context = Context()
        let pull = try Socket(context.handle, .pull, patient())
        try pull.bind("tcp://127.0.0.1:*")
        let push = try Socket(context.handle, .push, patient())
        try push.connect(pull.lastEndpoint())
        _ = push.send(frames: [[UInt8]](repeating: [1], count: count), wait: true)
        _ = push.send("next", wait: true)
        var frames = Frames(capacity: 8)
        check(receive(pull, &frames) == expected)
        check(frames.count == (expected == .message ? 8 : 3) && frames.bytes(0) == [1])
        check(receive(pull, &frames) == .message && frames.count == 1 && frames.string(0) == "next")
    }

    @Test(arguments: [(10, Frames.Received.message), (11, .tooLarge)])
    func `a message has a bounded number of bytes`(size: Int, expected: Frames.Received) throws {
        let context = Context()
        let pull = try Socket(context.handle, .pull, patient())
        try pull.bind("tcp://127.0.0.1:*")
        let push = try Socket(context.handle, .push, patient())
        try push.connect(pull.lastEndpoint())
        _ = push.send([UInt8](repeating: 0, count: size), wait: true)
        var frames = Frames(maximumBytes: 10)
        check(receive(pull, &frames) == expected)
    }

    @Test func `a frame beyond the maximum drops its sender and nobody else`() throws {
        let context = Context()
        var options = patient()
        options.maximumMessage = 1000
        let pull = try Socket(context.handle, .pull, options)
        try pull.bind("tcp://127.0.0.1:*")
        let bad = try Socket(context.handle, .push, patient())
        try bad.connect(pull.lastEndpoint())
        _ = bad.send([UInt8](repeating: 0, count: 1001), wait: true)
        let good = try Socket(context.handle, .push, patient())
        try good.connect(pull.lastEndpoint())
        _ = good.send([UInt8](repeating: 0, count: 1000), wait: true)
        var frames = Frames()
        check(receive(pull, &frames) == .message && frames.size(0) == 1000)
    }

    @Test func `a peer that is gone is unreachable`() throws {
        let context = Context()
        let router = try Socket(context.handle, .router, patient())
        try router.bind("tcp://127.0.0.1:*")
        check(router.send(frames: [Array("nobody".utf8), [1]]) == .unreachable)
    }

    @Test func `a port in use says which and what to do`() throws {
        let context = Context()
        let first = try Socket(context.handle, .router)
        try first.bind("tcp://127.0.0.1:*")
        let second = try Socket(context.handle, .router)
        let error = #expect(throws: MessagingError.self) { try second.bind(first.lastEndpoint()) }
        let text = try #require(error).description
        check(text.contains(first.lastEndpoint()) && text.contains("another process has this endpoint"))
    }

    @Test(arguments: ["inproc://x", "pgm://x", "127.0.0.1:7400", "tcp://127.0.0.1:99999", ""])
    func `an endpoint that is not ours is refused`(endpoint: String) throws {
        let context = Context()
        let socket = try Socket(context.handle, .router)
        #expect(throws: MessagingError.self) { try socket.bind(endpoint) }
    }

    @Test func `a wake from another thread ends a poll`() throws {
        let wake = try Wake()
        var poller = Poller()
        let number = poller.add(fd: wake.fd)
        check(poller.wait(milliseconds: 0) && !poller.isReadable(number))
        let thread = try DedicatedThread("waker") { wake.signal() }
        check(poller.wait(milliseconds: 10_000) && poller.isReadable(number))
        try thread.join()
        wake.drain()
        check(poller.wait(milliseconds: 0) && !poller.isReadable(number))
    }

    @Test func `shutting the context down ends a blocking receive as closed`() throws {
        let context = Context()
        let handle = context.handle
        let ready = try Wake()
        let thread = try DedicatedThread("receiver") {
            let socket = try Socket(handle, .router)
            try socket.bind("tcp://127.0.0.1:*")
            ready.signal()
            var frames = Frames()
            guard frames.receive(from: socket, wait: true) == .closed else { throw MessagingTestFailure() }
        }
        var poller = Poller()
        _ = poller.add(fd: ready.fd)
        check(poller.wait(milliseconds: 10_000))
        handle.shutdown()
        try thread.join()
    }

    @Test func `a thread's error is thrown where it is joined`() throws {
        let thread = try DedicatedThread("thrower") { throw MessagingTestFailure() }
        do {
            try thread.join()
            Issue.record("the error was lost")
        } catch is MessagingTestFailure {}
    }

    @Test func `an XPUB sees subscriptions and sends only what is asked for`() throws {
        let context = Context()
        let xpub = try Socket(context.handle, .xpub, patient())
        try xpub.bind("tcp://127.0.0.1:*")
        let sub = try Socket(context.handle, .sub, patient())
        try sub.connect(xpub.lastEndpoint())
        try sub.subscribe("alarm/A1/")
        var frames = Frames()
        check(receive(xpub, &frames) == .message && frames.bytes(0) == [1] + Array("alarm/A1/".utf8))
        _ = xpub.send(frames: [Array("alarm/A10/".utf8), [1]])
        _ = xpub.send(frames: [Array("alarm/A1/".utf8), [2]])
        check(receive(sub, &frames) == .message && frames.bytes(1) == [2])
    }

    @Test func `a full queue blocks the sender instead of growing`() throws {
        let context = Context()
        var options = patient()
        options.sendHighWater = 10
        options.receiveHighWater = 10
        let pull = try Socket(context.handle, .pull, options)
        try pull.bind("tcp://127.0.0.1:*")
        let push = try Socket(context.handle, .push, options)
        try push.connect(pull.lastEndpoint())
        _ = push.send([0], wait: true)
        var sent = 0
        while sent < 1_000_000, push.send([UInt8](repeating: 0, count: 65_536)) == .sent { sent += 1 }
        #expect(sent < 1_000_000)
    }
}

/// `#expect` cannot hold a noncopyable value, so what was seen is compared outside it.
func check(_ condition: Bool, _ location: SourceLocation = #_sourceLocation) {
    #expect(condition, sourceLocation: location)
}

struct MessagingTestFailure: Error {}
