import Foundation
import Messaging

/// Asks a running platform one thing over its control socket.
public struct ControlClient: ~Copyable {
    private let endpoint: String

    public init(_ endpoint: String) { self.endpoint = endpoint }

    /// The answer's body, or nil where none comes within the time.
    public func ask(_ operation: String, milliseconds: Int32 = 5000) throws -> [UInt8]? {
        try ask(ControlRequest(op: operation), milliseconds: milliseconds)
    }

    public func ask(_ request: ControlRequest, milliseconds: Int32 = 5000) throws -> [UInt8]? {
        let context = Context()
        var options = SocketOptions()
        options.receiveTimeout = milliseconds
        options.sendTimeout = milliseconds
        let socket = try Socket(context.handle, .req, options)
        try socket.connect(endpoint)
        guard socket.send(frames: [Array(try JSONEncoder().encode(request))], wait: true) == .sent else { return nil }
        var frames = Frames(capacity: 2)
        guard frames.receive(from: socket, wait: true) == .message, frames.count == 1 else { return nil }
        return frames.bytes(0)
    }
}
