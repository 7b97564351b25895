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
    /// How often a line comes between that is refused.
    private let refused: Double
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

    private enum Reply {
        case answered(Answer, text: String)
        case unanswered
        /// The process ends.
        case closed
    }

    init(_ tape: Tape, _ endpoint: String, mayBeForgotten: Bool, refused: Double, seed: UInt64) {
        (self.tape, self.endpoint, self.mayBeForgotten, total) = (tape, endpoint, mayBeForgotten, tape.total)
        self.refused = refused
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
                if random.chance(refused), try !beRefused(first) { return }
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
        let (answer, text): (Answer, String)
        switch try exchange(socket, body) {
        case .answered(let given, let bytes): (answer, text) = (given, bytes)
        case .unanswered: return false
        case .closed: return nil
        }
        if answer.retry == true {
            Machine.sleep(seconds: 0.2)
            return false
        }
        // Where the journal's end could not be read nobody can tell whether it holds these.
        if mayBeForgotten, answer.errors?.allSatisfy({ $0.code == "too_old" }) == true { return true }
        guard answer.ok, answer.accepted + (answer.duplicates ?? 0) == lines.count else {
            failure = "requests of \(tape.source): \(text)"
            return true
        }
        acknowledged += lines.map(\.id)
        return true
    }

    /// Sends a line that becomes a dead letter; false where the process ends.
    private func beRefused(_ socket: borrowing Socket) throws -> Bool {
        switch try exchange(socket, Array(#"{"id":"refused"}"#.utf8)) {
        case .answered(let answer, let text):
            if answer.ok || answer.accepted > 0 { failure = "requests of \(tape.source): nothing was refused: \(text)" }
            return true
        case .unanswered: return true
        case .closed: return false
        }
    }

    private func exchange(_ socket: borrowing Socket, _ body: [UInt8]) throws -> Reply {
        guard socket.send(body) != .closed else { return .closed }
        var poller = Poller()
        _ = poller.add(socket)
        guard poller.wait(milliseconds: Int.random(in: 200...2000, using: &random)) else { return .closed }
        guard poller.isReadable(0) else { return .unanswered }
        var frames = Frames(capacity: 2)
        guard frames.receive(from: socket) == .message else { return .unanswered }
        let bytes = frames.bytes(frames.count - 1)
        let answer = try JSONDecoder().decode(Answer.self, from: Data(bytes))
        return .answered(answer, text: String(decoding: bytes, as: UTF8.self))
    }
}
