import CSimulation
import Foundation
import Messaging

/// A network that gives messages of sequenced streams again: later, in another order and over another connection.
final class Repeater: @unchecked Sendable {
    private struct Answer: Decodable { var code: String? }

    private let endpoint: String
    private var random: SeededRandom
    private(set) var failure: String?

    init(_ endpoint: String, seed: UInt64) {
        self.endpoint = endpoint
        random = SeededRandom(seed: seed)
    }

    /// Sends so many of those that arrived last, each as it came.
    func repeatSome(_ count: Int) {
        let number = sim_net_delivered_count()
        guard number > 0 else { return }
        let messages = (0..<count).map { _ in Self.frames(Int32.random(in: 0..<number, using: &random)) }
        _ = Machine.spawn { self.send(messages) }
    }

    private static func frames(_ message: Int32) -> [[UInt8]] {
        var frames: [[UInt8]] = []
        var count = 0
        while let bytes = sim_net_delivered(message, Int32(frames.count), &count) {
            frames.append(Array(UnsafeRawBufferPointer(start: bytes, count: count)))
        }
        return frames
    }

    private func send(_ messages: [[[UInt8]]]) {
        do {
            let context = Context()
            let socket = try Socket(context.handle, .dealer, SocketOptions())
            try socket.connect(endpoint)
            for message in messages { _ = socket.send(frames: message) }
            var poller = Poller()
            var frames = Frames(capacity: 4)
            _ = poller.add(socket)
            let end = Machine.now + 5_000_000
            while Machine.now < end, poller.wait(milliseconds: 1000) {
                while frames.receive(from: socket) == .message { try check(frames.bytes(frames.count - 1)) }
            }
        } catch {
            failure = "repeated messages: \(error)"
        }
    }

    /// A repeat is acknowledged, or refused for its place; nobody else is thought to use the stream.
    private func check(_ answer: [UInt8]) throws {
        let code = try JSONDecoder().decode(Answer.self, from: Data(answer)).code
        guard code == nil || ["seq_gap", "old_epoch", "busy", "commit_failed"].contains(code) else {
            throw Failure("an answer is \(String(decoding: answer, as: UTF8.self))")
        }
    }
}
