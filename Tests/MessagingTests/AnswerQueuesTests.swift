import Foundation
import Messaging
import TestSupport
import Testing

struct AnswerQueuesTests {
    /// A server that gives libzmq few answers for a peer, and a peer whose own queue is short. Unix sockets, whose buffers in the kernel
    /// are short and stay so: what neither has taken waits.
    private func withPair(_ body: (borrowing Socket, borrowing Socket, [UInt8]) throws -> Void) throws {
        let context = Context()
        var options = SocketOptions()
        options.sendHighWater = 2
        options.receiveHighWater = 2
        let server = try Socket(context.handle, .router, options)
        try server.bind("ipc://\(Self.newPath())")
        let peer = try Socket(context.handle, .dealer, options)
        try peer.connect(server.lastEndpoint())
        var frames = Frames()
        check(peer.send("hello", wait: true) == .sent)
        check(frames.receive(from: server, wait: true) == .message)
        try body(server, peer, frames.bytes(0))
    }

    private static func newPath() -> String {
        FileManager.default.temporaryDirectory.appending(path: "answers-\(UUID().uuidString)").path
    }

    private static func answer(_ number: Int) -> [UInt8] {
        Array("\(number) ".utf8) + [UInt8](repeating: 0x2E, count: 100_000)
    }

    @Test func `what a peer does not read yet waits, and comes in order`() throws {
        try withPair { server, peer, id in
            var queues = AnswerQueues(peerBytes: 100 << 20)
            let count = 500
            for number in 0..<count { check(queues.send([id, Self.answer(number)], through: server)) }
            check(!queues.isEmpty)
            var frames = Frames()
            for number in 0..<count {
                while frames.receive(from: peer) != .message { check(queues.retry(through: server) == 0) }
                check(frames.string(0).hasPrefix("\(number) "))
            }
            check(queues.isEmpty && frames.receive(from: peer) == .nothing)
        }
    }

    @Test func `a peer has so many bytes waiting, and what is more is lost`() throws {
        try withPair { server, _, id in
            var queues = AnswerQueues(peerBytes: 1 << 20)
            while queues.isEmpty { check(queues.send([id, Self.answer(0)], through: server)) }
            // Ten of 100 kB fit, one of them waits already.
            for number in 1...9 { check(queues.send([id, Self.answer(number)], through: server)) }
            check(!queues.send([id, Self.answer(10)], through: server))
        }
    }

    @Test func `answers of a peer that is gone are lost, at once or once it is known`() throws {
        try withPair { server, _, _ in
            var queues = AnswerQueues(peerBytes: 1 << 20)
            check(!queues.send([Array("nobody".utf8), [1]], through: server) && queues.isEmpty)
            let context = Context()
            try {
                var options = SocketOptions()
                options.receiveHighWater = 2
                let other = try Socket(context.handle, .dealer, options)
                try other.connect(server.lastEndpoint())
                check(other.send("hello", wait: true) == .sent)
                var frames = Frames()
                check(frames.receive(from: server, wait: true) == .message)
                let id = frames.bytes(0)
                while queues.isEmpty { check(queues.send([id, Self.answer(0)], through: server)) }
                for number in 1...9 { check(queues.send([id, Self.answer(number)], through: server)) }
            }()
            var lost = 0
            var frames = Frames()
            // Only who reads hears that a connection has ended: libzmq puts its end behind what came in over it.
            while !queues.isEmpty {
                check(frames.receive(from: server) == .nothing)
                lost += queues.retry(through: server)
            }
            // The network may have taken some of the ten meanwhile.
            check(lost > 0 && lost <= 10)
        }
    }

    @Test func `one that reads is not kept waiting by many that do not`() throws {
        let context = Context()
        var options = SocketOptions()
        options.sendHighWater = 2
        options.receiveHighWater = 2
        let server = try Socket(context.handle, .router, options)
        let path = Self.newPath()
        try server.bind("ipc://\(path)")
        var frames = Frames()
        var count = 20
        var queues = AnswerQueues(peerBytes: 100 << 20)
        func answer(_ id: [UInt8], _ queues: inout AnswerQueues) {
            for number in 0..<count { check(queues.send([id, Self.answer(number)], through: server)) }
        }
        // More than are tried at once.
        let silent = try (0..<70).map { _ in try Silent(context.handle, "ipc://\(path)", options) }
        for _ in silent {
            check(frames.receive(from: server, wait: true) == .message)
            answer(frames.bytes(0), &queues)
        }
        let peer = try Socket(context.handle, .dealer, options)
        try peer.connect("ipc://\(path)")
        check(peer.send("hello", wait: true) == .sent && frames.receive(from: server, wait: true) == .message)
        answer(frames.bytes(0), &queues)
        check(
            eventually {
                check(queues.retry(through: server) == 0)
                while frames.receive(from: peer) == .message { count -= 1 }
                return count == 0
            })
        withExtendedLifetime(silent) {}
    }

    /// Says hello and reads nothing.
    private final class Silent {
        private let socket: Socket

        init(_ context: Context.Handle, _ endpoint: String, _ options: SocketOptions) throws {
            socket = try Socket(context, .dealer, options)
            try socket.connect(endpoint)
            check(socket.send("hello", wait: true) == .sent)
        }
    }
}
