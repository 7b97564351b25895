import Foundation
import Messaging
import Synchronization

/// The other end of a sender's socket, which answers as a script says: a stand-in for faults that a sound platform shows rarely.
public final class Door: Sendable {
    /// What to do with a message; the platform's durable mark is kept beside it.
    public enum Reply: Sendable {
        case take
        /// Takes the message and refuses its first event.
        case reject(String)
        case refuse(String)
        /// Says nothing and forgets it.
        case drop
        /// The same, and other data with this mark stand in the place of its own from now on.
        case replace(epoch: UInt64, seq: UInt64)
        /// As if it were gone from now on.
        case vanish
    }

    public struct Seen: Hashable, Sendable {
        public var epoch: UInt64
        public var seq: UInt64
        public var lines: Int

        public init(epoch: UInt64, seq: UInt64, lines: Int) {
            self.epoch = epoch
            self.seq = seq
            self.lines = lines
        }
    }

    private let seenMessages = Mutex<[Seen]>([])
    private let takenLines = Mutex<[String]>([])
    private let endpointText = Mutex("")
    private let stopFlag = Mutex(false)

    public init() {}

    public var seen: [Seen] { seenMessages.withLock { $0 } }
    /// The lines of every message that was taken, once, in order.
    public var lines: [String] { takenLines.withLock { $0 } }
    public var endpoint: String { endpointText.withLock { $0 } }
    public func stop() { stopFlag.withLock { $0 = true } }

    /// Runs until stopped: takes messages in sequence, else answers a gap, as the platform does. `mark` is what it already has.
    public func run(
        _ context: Context.Handle, at place: String = "tcp://127.0.0.1:*", mark: (epoch: UInt64, seq: UInt64) = (0, 0),
        credit: Int = 64,
        _ decide: @Sendable (Seen, Int) -> Reply
    ) throws {
        let socket = try Socket(context, .router)
        // A test's door before this one may still be on its way out.
        try socket.rebind(place)
        endpointText.withLock { $0 = socket.lastEndpoint() }
        var poller = Poller()
        _ = poller.add(socket)
        var frames = Frames()
        var (epoch, seq) = mark
        var isGone = false
        while !stopFlag.withLock({ $0 }) {
            guard poller.wait(milliseconds: 20) else { return }
            while frames.receive(from: socket) == .message {
                if isGone { continue }
                let peer = frames.bytes(0)
                func answer(_ text: String) { _ = socket.send(frames: [peer, Array(text.utf8)]) }
                let head = try JSONSerialization.jsonObject(with: Data(frames.bytes(1))) as? [String: Any] ?? [:]
                if head["op"] != nil {
                    answer(#"{"ok":true,"stream":"s","epoch":\#(epoch),"seq":\#(seq),"credit":\#(credit)}"#)
                    continue
                }
                let lines = frames.bytes(2).split(separator: UInt8(ascii: "\n")).count
                let message = Seen(
                    epoch: (head["epoch"] as? NSNumber)?.uint64Value ?? 0,
                    seq: (head["seq"] as? NSNumber)?.uint64Value ?? 0, lines: lines)
                let times = seenMessages.withLock { seen in
                    seen.append(message)
                    return seen.filter { $0 == message }.count
                }
                let isGap = message.epoch > epoch && message.seq != 1
                if message.epoch > epoch, !isGap { (epoch, seq) = (message.epoch, 0) }
                let place = #""stream":"s","epoch":\#(epoch),"credit":\#(credit),"ack""#
                let taken = #"{"ok":true,"accepted":\#(lines),"duplicates":0,"rejected":0,"retry":false,"#
                if isGap {
                    answer(
                        #"{"ok":false,"code":"seq_gap","accepted":0,"retry":true,"expected":1,\#(place):\#(seq)}"#)
                    continue
                }
                if message.seq <= seq {
                    if case .refuse("stream_conflict") = decide(message, times) {
                        answer(
                            #"{"ok":false,"code":"stream_conflict","accepted":0,"retry":false,\#(place):\#(seq),"zh":"","en":"no"}"#
                        )
                        continue
                    }
                    answer(
                        #"{"ok":true,"accepted":0,"duplicates":0,"rejected":0,"retry":false,\#(place):\#(message.seq)}"#
                    )
                    continue
                }
                switch decide(message, times) {
                case .drop: continue
                case .replace(let other, let last): (epoch, seq) = (other, last)
                case .vanish: isGone = true
                case .refuse(let code):
                    answer(
                        #"{"ok":false,"code":"\#(code)","accepted":0,"retry":true,"retry_after_ms":20,\#(place):\#(seq),"zh":"","en":"no"}"#
                    )
                case .take where message.seq == seq + 1:
                    seq = message.seq
                    keep(frames.string(2))
                    answer(taken + #"\#(place):\#(seq)}"#)
                case .reject(let code) where message.seq == seq + 1:
                    seq = message.seq
                    keep(frames.string(2))
                    let event =
                        #""errors":[{"index":0,"id":"\#(Self.id(frames.string(2)))","code":"\#(code)","en":"never"}]"#
                    answer(taken + #"\#(event),\#(place):\#(seq)}"#)
                case .take, .reject:
                    answer(
                        #"{"ok":false,"code":"seq_gap","accepted":0,"retry":true,"expected":\#(seq + 1),\#(place):\#(seq)}"#
                    )
                }
            }
        }
    }

    private func keep(_ body: String) {
        takenLines.withLock { $0 += body.split(separator: "\n").map(String.init) }
    }

    private static func id(_ line: String) -> String {
        line.components(separatedBy: #""id":""#).dropFirst().first.map { String($0.prefix { $0 != "\"" }) } ?? ""
    }
}
