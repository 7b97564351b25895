import Foundation
import Messaging
import Synchronization

/// A department that sends as fast as its socket takes it, whatever it is answered, on a thread of its own.
final class Flood: Sendable {
    /// What came of it so far.
    struct Counts: Sendable {
        var sent = 0
        var accepted = 0
        var busy = 0
        var other: [String] = []
        /// Seconds until the answers of messages that were accepted.
        var waits: [Double] = []

        /// Messages that the door has said something about.
        var answered: Int { accepted + busy }
    }

    static let events = 100

    private let counts = Mutex(Counts())
    private let isStopping = Atomic(false)
    private let ended = Monitor(false)
    private let endpoint: String
    private let name: String
    private let window: Int

    /// At most `window` messages unanswered.
    init(_ name: String, _ endpoint: String, window: Int = .max) {
        (self.name, self.endpoint, self.window) = (name, endpoint, window)
        let thread = Thread { [self] in
            run()
            ended.change { $0 = true }
        }
        thread.start()
    }

    var now: Counts { counts.withLock { $0 } }

    /// Sends nothing more, and gives what has been answered within `seconds`.
    func stop(seconds: Double = 30) -> Counts {
        isStopping.store(true, ordering: .relaxed)
        _ = ended.wait(for: .seconds(seconds)) { $0 ? () : nil }
        return now
    }

    private func run() {
        let context = Context()
        var options = SocketOptions()
        options.sendHighWater = 200
        guard let socket = try? Socket(context.handle, .dealer, options), (try? socket.connect(endpoint)) != nil else {
            return
        }
        var poller = Poller()
        _ = poller.add(socket)
        var frames = Frames()
        var body = Body(name)
        var sentAt: [Double] = []
        let deadline = Date(timeIntervalSinceNow: 120)
        while Date() < deadline {
            let isStopping = isStopping.load(ordering: .relaxed)
            if isStopping, now.answered >= sentAt.count { return }
            var isFull = isStopping
            for _ in 0..<64 where !isFull && sentAt.count - now.answered < window {
                let header = Array(#"{"ref":\#(sentAt.count)}"#.utf8)
                guard socket.send(frames: [header, body.next(sentAt.count)]) == .sent else {
                    isFull = true
                    break
                }
                sentAt.append(Self.time())
                counts.withLock { $0.sent += 1 }
            }
            _ = poller.wait(milliseconds: isFull || sentAt.count - now.answered >= window ? 5 : 0)
            while frames.receive(from: socket) == .message { take(frames.string(frames.count - 1), sentAt) }
        }
    }

    private func take(_ answer: String, _ sentAt: [Double]) {
        let isAccepted = answer.hasPrefix(#"{"ok":true,"accepted":\#(Self.events),"#)
        let ref = answer.components(separatedBy: #""ref":"#).dropFirst().first.map { $0.prefix { $0.isNumber } }
        let wait = ref.flatMap { Int($0) }.map { Self.time() - sentAt[$0] } ?? .infinity
        counts.withLock { counts in
            if isAccepted {
                counts.accepted += 1
                counts.waits.append(wait)
            } else if answer.contains(#""code":"busy""#) {
                counts.busy += 1
            } else {
                counts.other.append(answer)
            }
        }
    }

    private static func time() -> Double { ProcessInfo.processInfo.systemUptime }

    /// A message of a hundred readings, whose ids are written over from message to message.
    private struct Body {
        private var bytes: [UInt8] = []
        private var places: [Int] = []

        init(_ name: String) {
            for event in 0..<Flood.events {
                bytes += Array(#"{"id":"\#(name)-"#.utf8)
                places.append(bytes.count)
                bytes += Array(
                    (#"00000000","subject":"\#(name)-\#(event)","area":"320213","metric":"gas.lel","value":1,"unit":"%LEL","#
                        + #""time":"2026-07-02T00:00:30+08:00"}"# + "\n").utf8)
            }
        }

        mutating func next(_ message: Int) -> [UInt8] {
            for (event, place) in places.enumerated() {
                var number = message * Flood.events + event
                for digit in 0..<8 {
                    bytes[place + 7 - digit] = UInt8(48 + number % 10)
                    number /= 10
                }
            }
            return bytes
        }
    }
}
