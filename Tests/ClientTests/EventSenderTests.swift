import Events
import Foundation
import Messaging
import TestSupport
import Testing

@testable import Client

/// A number of small events, a second apart.
struct Numbers: EventLines {
    var count: Int
    var padding = 0
    private var next = 0

    init(_ count: Int) { self.count = count }

    mutating func nextLine(into out: inout [UInt8]) -> Timestamp? {
        guard next < count else { return nil }
        out += Array("{\"n\":\(next)}".utf8) + [UInt8](repeating: 0x20, count: padding) + [0x0A]
        next += 1
        return Timestamp(seconds: Int64(1000 + next))
    }
}

@Suite(.serialized) struct EventSenderTests {
    /// Runs a sender against a door; both end before this returns.
    private static func run(
        _ count: Int, padding: Int = 0, mark: (UInt64, UInt64) = (0, 0), credit: Int = 64,
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
            lines.padding = padding
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
        // The last one goes once more, and does not count.
        #expect(resumed.seen == (3...5).map { .init(epoch: 6, seq: $0, lines: 10) })
        #expect((resumed.progress.skippedBatches, resumed.progress.answered, resumed.progress.batches) == (3, 20, 2))
    }

    @Test func `a resumed run whose last message was another stops there`() throws {
        #expect {
            try Self.run(50, mark: (6, 3)) {
                $0.resumes = true
            } _: { message, _ in
                message.seq == 3 ? .refuse("stream_conflict") : .take
            }
        } throws: { ($0 as? InputFailure)?.reason.contains("the last of them was another") == true }
        // Later on it is another sender.
        #expect(throws: SendFailure.refused(code: "stream_conflict", reason: "no")) {
            try Self.run(50, mark: (6, 3)) {
                ($0.resumes, $0.window) = (true, 1)
            } _: { message, _ in
                message.seq == 5 ? .refuse("stream_conflict") : .take
            }
        }
    }

    @Test func `a resumed run passes over messages that their size had ended`() throws {
        let whole = try Self.run(6, padding: Limits.messageBytes * 3 / 8) { _, _ in .take }
        #expect(whole.seen.map(\.lines) == [2, 2, 2])
        let resumed = try Self.run(
            6, padding: Limits.messageBytes * 3 / 8, mark: (6, 2), { $0.resumes = true }, { _, _ in .take })
        // Messages so large may come twice on a busy machine.
        #expect(Set(resumed.seen) == Set((2...3).map { .init(epoch: 6, seq: $0, lines: 2) }))
    }

    @Test func `a refusal of the whole stream ends the run with its code`() {
        #expect(throws: SendFailure.refused(code: "too_many_streams", reason: "no")) {
            try Self.run(10) { _, _ in .refuse("too_many_streams") }
        }
    }

    @Test func `a message that never arrives is given up though the mark is answered`() throws {
        do {
            _ = try Self.run(20, { $0.giveUpAfter = 1000 }, { message, _ in message.seq == 2 ? .drop : .take })
            Issue.record("message 2 never arrived")
        } catch let failure as SendFailure {
            guard case .unreachable = failure else { throw failure }
        }
    }

    @Test func `a byte order mark before the first line is no part of it`() throws {
        let path = NSTemporaryDirectory() + "/fenghuo-\(UUID().uuidString).ndjson"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data([0xEF, 0xBB, 0xBF] + Array("{}\r\n\n{}".utf8)).write(to: URL(fileURLWithPath: path))
        var file = try NDJSONFile(path: path)
        var (read, numbers): ([UInt8], [Int]) = ([], [])
        while try file.nextLine(into: &read) != nil { numbers.append(file.line) }
        #expect(String(decoding: read, as: UTF8.self) == "{}\n{}\n")
        #expect(numbers == [1, 3])
    }

    @Test func `a platform that keeps nothing for ever is given up with its reason`() throws {
        do {
            _ = try Self.run(20, { $0.giveUpAfter = 1000 }, { _, _ in .refuse("commit_failed") })
            Issue.record("nothing was kept")
        } catch let failure as SendFailure {
            guard case .unreachable(_, _, "no") = failure else { throw failure }
        }
    }

    @Test func `what a platform said before it fell silent is not why it is given up`() throws {
        do {
            _ = try Self.run(
                20, { $0.giveUpAfter = 1000 }, { _, times in times == 1 ? .refuse("commit_failed") : .vanish })
            Issue.record("nothing was kept")
        } catch let failure as SendFailure {
            guard case .unreachable(_, _, "") = failure else { throw failure }
        }
    }

    @Test func `a platform that asks to wait is waited for`() throws {
        let (progress, _) = try Self.run(
            20, { $0.giveUpAfter = 300 },
            { message, times in message.seq == 2 && times < 40 ? .refuse("busy") : .take })
        #expect(progress.accepted == 20 && progress.milliseconds > 600)
    }

    @Test func `an event larger than a message is refused before it is sent`() throws {
        struct Large: EventLines {
            mutating func nextLine(into out: inout [UInt8]) -> Timestamp? {
                out += [UInt8](repeating: 0x20, count: Limits.messageBytes + 1)
                return Timestamp(seconds: 0)
            }
        }
        let context = Context()
        let door = Door()
        let handle = context.handle
        let thread = try DedicatedThread("door") { try door.run(handle) { _, _ in .take } }
        let deadline = Date(timeIntervalSinceNow: 10)
        while door.endpoint.isEmpty, Date() < deadline { Thread.sleep(forTimeInterval: 0.002) }
        var options = SendOptions(stream: "s")
        options.endpoint = door.endpoint
        var sender = try EventSender(handle, options)
        var lines = Large()
        let failure = #expect(throws: InputFailure.self) { try sender.send(&lines) }
        #expect(failure?.reason.contains("event 1 has") == true)
        door.stop()
        try thread.join()
    }

    @Test(arguments: [0, 1]) func `a line that fits a message with its end is read, a longer one passed over`(over: Int)
        throws
    {
        let path = NSTemporaryDirectory() + "/fenghuo-\(UUID().uuidString).ndjson"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let line = [UInt8](repeating: 0x61, count: Limits.messageBytes - 1 + over)
        try Data([0x61, 0x0A] + line + [0x0A, 0x62]).write(to: URL(fileURLWithPath: path))
        var file = try NDJSONFile(path: path)
        var out: [UInt8] = []
        _ = try file.nextLine(into: &out)
        out = []
        if over == 0 {
            _ = try file.nextLine(into: &out)
            #expect(out.count == Limits.messageBytes && file.line == 2)
        } else {
            // It is passed over, and what stands behind it is read.
            _ = try file.nextLine(into: &out)
            #expect(out == [0x62, 0x0A] && file.line == 3)
            #expect(file.skipped.list.map(\.line) == [2] && file.skipped.count == 1)
        }
    }

    @Test(arguments: ["", "anew"]) func `a file that is cut or written anew while it is read is no mixture`(
        then: String
    ) throws {
        let path = NSTemporaryDirectory() + "/fenghuo-\(UUID().uuidString).ndjson"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let lines = (0..<40_000).map { "{\"n\":\($0)}\n" }.joined()
        try Data(lines.utf8).write(to: URL(fileURLWithPath: path))
        var file = try NDJSONFile(path: path)
        var out: [UInt8] = []
        _ = try file.nextLine(into: &out)
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 0)
        if then == "anew" { try handle.write(contentsOf: Data(lines.replacing("n", with: "m").utf8)) }
        try handle.close()
        let failure = #expect(throws: InputFailure.self) { while try file.nextLine(into: &out) != nil {} }
        #expect(failure?.reason.contains("while it was read") == true)
    }

    @Test func `notes are counted as the platform counts them`() throws {
        var progress = SendProgress()
        for counts in [#"{"no_rule":300,"late":1}"#, #"{"late":2,"clock_fast":5}"#] {
            let text = #"{"ok":true,"accepted":300,"notes":[{"index":0,"code":"no_rule"}],"note_counts":\#(counts)}"#
            progress.take(try #require(PlatformAnswer.decode(Array(text.utf8))))
        }
        #expect(progress.notes.map(\.code) == ["clock_fast", "late", "no_rule"])
        #expect(progress.notes.map(\.count) == [5, 3, 300])
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

    @Test func `an input with fewer batches than were acknowledged is refused, and ends`() throws {
        for (count, mark) in [(95, UInt64(11)), (0, 1), (95, Limits.streamNumber)] {
            #expect {
                try Self.run(count, mark: (1, mark)) {
                    $0.resumes = true
                } _: { _, _ in
                    .take
                }
            } throws: { "\($0)".contains("messages of it, and it has fewer") }
        }
        let (progress, _) = try Self.run(95, mark: (1, 10)) {
            $0.resumes = true
        } _: { _, _ in
            .take
        }
        #expect(progress.skippedBatches == 10)
    }

    @Test(arguments: [
        (#""epoch":9007199254740991"#, true), (#""epoch":9007199254740992"#, false),
        (#""seq":18446744073709551615"#, false), (#""ack":9007199254740992"#, false), (#""accepted":-1"#, false),
        (#""accepted":1000000000"#, true), (#""retry_after_ms":9223372036854775807"#, false),
        (#""note_counts":{"late":1000000001}"#, false), (#""credit":-1"#, false),
    ]) func `an answer whose numbers cannot be counted with is none`(field: String, isAnswer: Bool) {
        #expect((PlatformAnswer.decode(Array("{\"ok\":true,\(field)}".utf8)) != nil) == isAnswer)
    }
}
