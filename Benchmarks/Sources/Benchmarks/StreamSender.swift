import Foundation
import Messaging

/// A department's gateway: sends messages with a fixed number in flight and waits for every answer.
struct StreamSender: ~Copyable {
    struct Failure: Error, CustomStringConvertible { var description: String }

    private let socket: Socket
    private var frames: Frames
    private var sequence = 0

    init(_ context: Context.Handle, _ endpoint: String) throws {
        socket = try connected(context, endpoint)
        frames = Frames()
    }

    /// Returns the last answer. As a stream each message has a header; else it goes by its events' identities.
    mutating func send(_ messages: [[UInt8]], asStream: Bool = true) throws -> String {
        var answered = 0
        var last = ""
        for (index, message) in messages.enumerated() {
            if index - answered >= Bounds.inFlight {
                last = try answer()
                answered += 1
            }
            sequence += 1
            if asStream {
                guard
                    socket.send("{\"stream\":\"bench\",\"epoch\":1,\"seq\":\(sequence)}", more: true, wait: true)
                        == .sent
                else { throw Failure(description: "a message could not be sent") }
            }
            guard socket.send(message, wait: true) == .sent else {
                throw Failure(description: "a message could not be sent")
            }
        }
        while answered < messages.count {
            last = try answer()
            answered += 1
        }
        return last
    }

    private mutating func answer() throws -> String {
        guard frames.receive(from: socket, wait: true) == .message else { throw Failure(description: "no answer came") }
        let text = frames.string(frames.count - 1)
        guard text.hasPrefix("{\"ok\":true") else { throw Failure(description: "refused: \(text)") }
        return text
    }
}

/// Apart, because a throwing initialiser of a noncopyable type cannot contain it.
private func connected(_ context: Context.Handle, _ endpoint: String) throws -> Socket {
    var options = SocketOptions()
    options.receiveTimeout = Int32(Bounds.patience * 1000)
    options.sendTimeout = options.receiveTimeout
    let socket = try Socket(context, .dealer, options)
    try socket.connect(endpoint)
    return socket
}
