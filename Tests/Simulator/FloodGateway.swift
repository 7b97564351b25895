import CSimulation
import Events
import Foundation
import Messaging

/// A gateway that heeds neither credit nor `busy`: it sends all it has as fast as the network takes it, and what was not
/// acknowledged again, until everything is.
final class FloodGateway: @unchecked Sendable {
    private struct Answer: Decodable {
        var code: String?
        var ack: UInt64?
    }

    static let messages: UInt64 = 3000
    private static let batch: UInt64 = 10
    /// Messages that its own socket holds.
    private static let waiting: Int32 = 64

    private let endpoint: String
    private let begun = Machine.wallStart.formatted()
    private var acknowledgedMessages: UInt64 = 0
    /// How often it was told to wait.
    private(set) var busy = 0
    private(set) var failure: String?

    init(_ endpoint: String) { self.endpoint = endpoint }

    var isDone: Bool { acknowledgedMessages == Self.messages }
    /// Ids of its events.
    var acknowledged: [String] { (0..<acknowledgedMessages * Self.batch).map { "/flood-\($0)" } }

    func start() { _ = Machine.spawn { self.run() } }

    private func run() {
        do {
            let context = Context()
            var options = SocketOptions()
            options.sendHighWater = Self.waiting
            // So that its answers wait at the door.
            options.receiveHighWater = Self.waiting
            let socket = try Socket(context.handle, .dealer, options)
            try socket.connect(endpoint)
            var poller = Poller()
            _ = poller.add(socket)
            var frames = Frames(capacity: 4)
            var (next, sendsAgain) = (UInt64(1), Machine.now)
            while !isDone {
                if Machine.now >= sendsAgain {
                    next = acknowledgedMessages + 1
                    sendsAgain = Machine.now + 10_000_000
                }
                while next <= Self.messages, socket.send(frames: Self.message(next, begun)) == .sent { next += 1 }
                guard poller.wait(milliseconds: 20) else { return }
                while frames.receive(from: socket) == .message { try take(frames.bytes(frames.count - 1)) }
            }
        } catch {
            failure = "the flood: \(error)"
        }
    }

    private func take(_ bytes: [UInt8]) throws {
        let answer = try JSONDecoder().decode(Answer.self, from: Data(bytes))
        if answer.code == "busy" { busy += 1 }
        acknowledgedMessages = max(acknowledgedMessages, answer.ack ?? 0)
    }

    /// The same bytes whenever it is sent.
    private static func message(_ number: UInt64, _ time: String) -> [[UInt8]] {
        let header = #"{"stream":"/flood","epoch":1,"seq":\#(number),"content_type":"application/x-ndjson"}"#
        let lines = ((number - 1) * batch..<number * batch).map {
            #"{"id":"/flood-\#($0)","source":"/flood","subject":"f","metric":"gas.lel","value":5,"unit":"%LEL","#
                + #""time":"\#(time)"}"#
        }
        return [Array(header.utf8), Array(lines.joined(separator: "\n").utf8)]
    }
}
