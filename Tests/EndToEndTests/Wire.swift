import Foundation
import Messaging

/// A department's raw socket: frames out, JSON in.
final class Wire {
    private var socket: Socket?
    private let context: Context
    private var frames = Frames(capacity: 8)

    init(_ role: Socket.Role, _ endpoint: String, receiveHighWater: Int32 = 1000) throws {
        context = Context()
        var options = SocketOptions()
        options.receiveTimeout = 20_000
        options.sendTimeout = 20_000
        options.maximumMessage = -1
        options.receiveHighWater = receiveHighWater
        let opened = try Socket(context.handle, role, options)
        try opened.connect(endpoint)
        socket = consume opened
    }

    /// The socket goes before its context, which waits for it.
    deinit { socket = nil }

    func send(_ frames: [[UInt8]]) { _ = socket?.send(frames: frames, wait: true) }
    func send(_ text: String) { send([Array(text.utf8)]) }

    /// The last frame of the next answer; nil where none comes within twenty seconds.
    func answer() throws -> [String: Any]? {
        guard socket != nil else { return nil }
        guard frames.receive(from: socket!, wait: true) == .message else { return nil }
        let body = Data(frames.bytes(frames.count - 1))
        return try JSONSerialization.jsonObject(with: body) as? [String: Any]
    }

    func ask(_ text: String) throws -> [String: Any]? {
        send(text)
        return try answer()
    }
}
