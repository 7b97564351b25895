import Events
import Foundation
import Messaging
import Testing

@testable import Client

/// A number of small events, a second apart.
struct Numbers: EventLines {
    var count: Int
    private var next = 0

    init(_ count: Int) { self.count = count }

    mutating func nextLine(into out: inout [UInt8]) -> Timestamp? {
        guard next < count else { return nil }
        out += Array("{\"n\":\(next)}\n".utf8)
        next += 1
        return Timestamp(seconds: Int64(1000 + next))
    }
}

@Suite(.serialized) struct EventSenderTests {
    /// Runs a sender against a door; both end before this returns.
    private static func run(
        _ count: Int, mark: (UInt64, UInt64) = (0, 0), credit: Int = 64,
        _ change: (inout SendOptions) -> Void = { _ in }, _ decide: @escaping @Sendable (Door.Seen, Int) -> Door.Reply
    ) throws -> (progress: SendProgress, seen: [Door.Seen]) {
        let context = Context()
        let door = Door()
        let handle = context.handle
        let thread = try DedicatedThread("door") { try door.run(handle, mark: mark, credit: credit, decide) }
        let result = Result { () throws -> SendProgress in
            let deadline = Date(timeIntervalSinceNow: 10)
            while door.endpoint.isEmpty, Date() < deadline { Thread.sleep(forTimeInterval: 0.002) }
            var options = SendOptions(stream: "s")
            options.endpoint = door.endpoint
            options.batch = 10
            options.window = 4
            options.answerTimeout = 100
            options.giveUpAfter = 10_000
            change(&options)
            var sender = try EventSender(handle, options)
            var lines = Numbers(count)
            return try sender.send(&lines)
        }
        door.stop()
        try thread.join()
        return (try result.get(), door.seen)
    }

    @Test func `all events arrive in order, the last batch short`() throws {
        let (progress, seen) = try Self.run(95) { _, _ in .take }
        #expect(seen.map(\.seq) == Array(1...10))
        #expect(seen.map(\.lines) == Array(repeating: 10, count: 9) + [5])
        #expect(seen.allSatisfy { $0.epoch == 1 })
        #expect((progress.read, progress.answered, progress.accepted, progress.resent) == (95, 95, 95, 0))
    }

    @Test func `a busy platform gets everything, in order, later`() throws {
        let (progress, seen) = try Self.run(200) { message, times in
            message.seq % 5 == 3 && times == 1 ? .refuse("busy") : .take
        }
        #expect(progress.accepted == 200)
        #expect(progress.busy >= 4)
        #expect(Set(seen.map(\.seq)) == Set(1...20))
    }

    @Test func `a lost message is sent again after the mark was asked for`() throws {
        let (progress, _) = try Self.run(40) { message, times in message.seq == 4 && times == 1 ? .drop : .take }
        #expect(progress.accepted == 40)
        #expect(progress.resent == 1)
    }

    @Test func `a new run takes the next epoch, a resumed one goes on after the mark`() throws {
        let anew = try Self.run(50, mark: (6, 3)) { _, _ in .take }
        #expect(anew.seen.map(\.epoch) == Array(repeating: 7, count: 5))
        let resumed = try Self.run(50, mark: (6, 3), { $0.resumes = true }, { _, _ in .take })
        #expect(resumed.seen == [.init(epoch: 6, seq: 4, lines: 10), .init(epoch: 6, seq: 5, lines: 10)])
        #expect((resumed.progress.skippedBatches, resumed.progress.accepted) == (3, 20))
    }

    @Test func `a refusal of the whole stream ends the run with its code`() {
        #expect(throws: SendFailure.refused(code: "too_many_streams", reason: "no")) {
            try Self.run(10) { _, _ in .refuse("too_many_streams") }
        }
    }

    @Test func `a silent endpoint is given up`() throws {
        let context = Context()
        var options = SendOptions(stream: "s")
        options.endpoint = "tcp://127.0.0.1:9"
        options.giveUpAfter = 200
        var sender = try EventSender(context.handle, options)
        var lines = Numbers(1)
        do {
            _ = try sender.send(&lines)
            Issue.record("nobody answers there")
        } catch let failure as SendFailure {
            guard case .unreachable = failure else { throw failure }
        }
    }

    @Test func `pace cuts batches where the next event is not due`() throws {
        // A second of event time each 50 ms: ten events take 450 ms and go out one by one.
        let (progress, seen) = try Self.run(10, { $0.speed = 20 }, { _, _ in .take })
        #expect(progress.accepted == 10)
        #expect(seen.count >= 5)
        #expect(progress.milliseconds >= 400)
    }
}
