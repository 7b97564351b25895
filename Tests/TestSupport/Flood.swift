import Foundation
import Messaging
import Synchronization

/// A department that sends without asking whether it is taken, on a thread of its own: at a rate, or as fast as its socket takes it.
public final class Flood: Sendable {
    /// What came of it so far.
    public struct Counts: Sendable {
        public var sent = 0
        public var accepted = 0
        public var busy = 0
        /// Answers that are neither.
        public var other: [String] = []
        /// Seconds until the answers of messages that were accepted.
        public var waits: [Double] = []

        public var answered: Int { accepted + busy + other.count }
    }

    /// Events of a message, where nothing else is said.
    public static let events = 100
    /// Stands for the digits of an id in a line.
    public static let id = "########"

    private let counts = Mutex(Counts())
    private let isStopping = Atomic(false)
    private let isGivenUp = Atomic(false)
    private let ended = Monitor(false)
    private let endpoint: String
    private let body: Body
    private let window: Int
    private let highWater: Int32
    private let rate: Double?
    private let yields: Bool

    /// - Parameters:
    ///   - events: of a message.
    ///   - highWater: messages that its socket holds for the network.
    ///   - window: messages that may await their answer; a department that keeps to its credit has 64.
    ///   - rate: messages a second; nil: as many as the socket takes.
    ///   - yields: takes what processor time others leave, as a sender on another machine takes none of ours.
    ///   - line: the n-th event of a message as JSON, with `Flood.id` in its id; asked anew now and then, so that its time may go on.
    public init(
        _ endpoint: String, events: Int = events, window: Int = .max, highWater: Int32 = 200, rate: Double? = nil,
        yields: Bool = false, line: @escaping @Sendable (Int) -> String
    ) {
        (self.endpoint, self.window, self.highWater) = (endpoint, window, highWater)
        (self.rate, self.yields) = (rate, yields)
        body = Body(events, line)
        Thread.detachNewThread { [self] in
            run()
            ended.change { $0 = true }
        }
    }

    public var now: Counts { counts.withLock { $0 } }

    /// Sends nothing more, and gives what has been answered by then or within the time; it waits for no answer after that.
    public func stop(seconds: Double = 60) -> Counts {
        isStopping.store(true, ordering: .relaxed)
        _ = ended.wait(for: .seconds(seconds)) { $0 ? () : nil }
        isGivenUp.store(true, ordering: .relaxed)
        return now
    }

    private func run() {
        // Of this thread, and of libzmq's, which it starts.
        if yields { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19) }
        let context = Context()
        var options = SocketOptions()
        options.sendHighWater = highWater
        guard let socket = try? Socket(context.handle, .dealer, options), (try? socket.connect(endpoint)) != nil else {
            return
        }
        var poller = Poller()
        _ = poller.add(socket)
        var frames = Frames()
        var body = body
        var sentAt: [Double] = []
        var answered = 0
        let begun = Self.time()
        while Self.time() - begun < 300, !isGivenUp.load(ordering: .relaxed) {
            let isStopping = isStopping.load(ordering: .relaxed)
            if isStopping, answered >= sentAt.count { return }
            var isHeld = isStopping
            for _ in 0..<16 where !isHeld {
                let due = rate.map { Double(sentAt.count) / $0 } ?? 0
                isHeld = sentAt.count - answered >= window || due > Self.time() - begun
                guard !isHeld else { break }
                let header = Array(#"{"ref":\#(sentAt.count)}"#.utf8)
                isHeld = socket.send(frames: [header, body.next(sentAt.count)]) != .sent
                guard !isHeld else { break }
                sentAt.append(Self.time())
                counts.withLock { $0.sent += 1 }
            }
            guard poller.wait(milliseconds: isHeld ? 1 : 0) else { return }
            while frames.receive(from: socket) == .message {
                answered += 1
                take(frames.string(frames.count - 1), sentAt)
            }
        }
    }

    private func take(_ answer: String, _ sentAt: [Double]) {
        let isAccepted = answer.contains(#","accepted":\#(body.events),"#)
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

    /// A message whose ids are written over from one to the next.
    private struct Body {
        let events: Int
        private let line: @Sendable (Int) -> String
        private var bytes: [UInt8] = []
        private var places: [Int] = []

        init(_ events: Int, _ line: @escaping @Sendable (Int) -> String) { (self.events, self.line) = (events, line) }

        private mutating func make() {
            bytes.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
            for event in 0..<events {
                let line = line(event)
                guard let id = line.range(of: Flood.id) else {
                    preconditionFailure("a line without a place for its id")
                }
                places.append(bytes.count + line[..<id.lowerBound].utf8.count)
                bytes += Array((line + "\n").utf8)
            }
        }

        mutating func next(_ message: Int) -> [UInt8] {
            if message.isMultiple(of: 200) { make() }
            for (event, place) in places.enumerated() {
                var number = message * events + event
                for digit in 0..<Flood.id.utf8.count {
                    bytes[place + Flood.id.utf8.count - 1 - digit] = UInt8(48 + number % 10)
                    number /= 10
                }
            }
            return bytes
        }
    }
}
