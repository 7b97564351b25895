import CSimulation
import Foundation
import Messaging

/// The simplest gateway: one event or a few a request, sent again, over one of two connections, until it is answered.
final class RequestGateway: @unchecked Sendable {
    let tape: Tape
    private let endpoint: String
    private var random: SeededRandom
    private let total: Int
    private let mayBeForgotten: Bool
    private(set) var acknowledged: [String] = []
    private(set) var isDone = false
    private(set) var failure: String?

    private struct Answer: Decodable {
        struct Problem: Decodable {
            var code: String
            var id: String?
        }

        var ok: Bool
        var accepted: Int
        var duplicates: Int?
        var retry: Bool?
        var code: String?
        var errors: [Problem]?
    }

    init(_ tape: Tape, _ endpoint: String, mayBeForgotten: Bool, seed: UInt64) {
        (self.tape, self.endpoint, self.mayBeForgotten, total) = (tape, endpoint, mayBeForgotten, tape.total)
        random = SeededRandom(seed: seed)
    }

    func start() { _ = Machine.spawn { self.run() } }

    private func run() {
        do {
            let context = Context()
            var options = SocketOptions()
            options.isRelaxedRequest = true
            let first = try Socket(context.handle, .req, options)
            let second = try Socket(context.handle, .req, options)
            try first.connect(endpoint)
            try second.connect(endpoint)
            var next = 0
            while next < total, failure == nil {
                let lines = (next..<min(total, next + Int.random(in: 1...3, using: &random))).map { tape.await($0) }
                next += lines.count
                while failure == nil {
                    let isAnswered =
                        random.chance(0.7) ? try ask(first, lines) : try ask(second, lines)
                    guard let isAnswered else { return }
                    if isAnswered { break }
                }
            }
            isDone = failure == nil
        } catch {
            failure = "requests of \(tape.source): \(error)"
        }
    }

    /// True where it is answered for good, nil where the process ends.
    private func ask(_ socket: borrowing Socket, _ lines: [Tape.Line]) throws -> Bool? {
        let isArray = lines.count > 1 && random.chance(0.5)
        let body =
            isArray
            ? [UInt8(ascii: "[")] + lines.map(\.bytes).joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
            : Array(lines.map(\.bytes).joined())
        guard socket.send(body) != .closed else { return nil }
        var poller = Poller()
        _ = poller.add(socket)
        guard poller.wait(milliseconds: Int.random(in: 200...2000, using: &random)) else { return nil }
        guard poller.isReadable(0) else { return false }
        var frames = Frames(capacity: 2)
        guard frames.receive(from: socket) == .message else { return false }
        let bytes = frames.bytes(frames.count - 1)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(bytes))
        if answer.retry == true {
            Machine.sleep(seconds: 0.2)
            return false
        }
        // Where the journal's end could not be read nobody can tell whether it holds these.
        if mayBeForgotten, answer.errors?.allSatisfy({ $0.code == "too_old" }) == true { return true }
        guard answer.ok, answer.accepted + (answer.duplicates ?? 0) == lines.count else {
            failure = "requests of \(tape.source): \(String(decoding: bytes, as: UTF8.self))"
            return true
        }
        acknowledged += lines.map(\.id)
        return true
    }
}
