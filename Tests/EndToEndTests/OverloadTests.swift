import Events
import Foundation
import Messaging
import Testing

extension EndToEnd {
    /// More than the platform can take, by departments and by consumers; `make bench` has the figures.
    struct OverloadTests {
        /// Kilobytes of a small city's platform under any flood: a journal row being filled, one waiting, one being written, what
        /// waits of each sender (six times 16 MiB below), what comes in while one message is worked through, and the engine's queue.
        private static let mostKilobytes = 300 << 10

        private static let steadyEvents = 20_000

        private static func line(_ name: String) -> @Sendable (Int) -> String {
            { event in
                let time = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)).formatted()
                return
                    #"{"id":"\#(name)-\#(Flood.id)","source":"/\#(name)","subject":"\#(name)-\#(event)","area":"320213","#
                    + #""metric":"gas.lel","value":1,"unit":"%LEL","time":"\#(time)"}"#
            }
        }

        /// The same with blanks up to so many bytes: cheap to decode, and held like any others.
        private static func line(_ name: String, bytes: Int) -> @Sendable (Int) -> String {
            let line = line(name)
            return { event in
                let text = line(event)
                return "{" + String(repeating: " ", count: bytes - text.utf8.count) + text.dropFirst()
            }
        }

        private static func event(_ id: Int, _ value: Int, _ subject: String = "RQ-1") -> String {
            #"{"id":"p-\#(id)","source":"/one","subject":"\#(subject)","area":"320213","metric":"gas.lel","value":\#(value),"#
                + #""unit":"%LEL","time":"2026-07-02T00:00:30+08:00"}"#
        }

        private struct Unexpected: Error { var description: String }

        /// Hears of every alarm.
        private final class Consumer {
            private let socket: Socket
            private var frames = Frames()
            /// Events sent until the subscription was there.
            private(set) var tries = 0

            /// Subscribes, and waits until it has heard an alarm raised through `wire`.
            init(_ context: Context.Handle, of platform: RunningPlatform, by wire: Wire) throws {
                var options = SocketOptions()
                options.receiveTimeout = 30_000
                socket = try Socket(context, .sub, options)
                try socket.connect(platform.feed)
                try socket.subscribe("alarm/domain/")
                // Each try is a subject of its own: one subject to and fro is soon flapping and says nothing more.
                #expect(
                    try eventually {
                        tries += 1
                        let answer = try wire.ask(event(10_000 + tries, 55, "T-\(tries)"))
                        guard answer?["accepted"] as? Int == 1 else {
                            throw Unexpected(description: "\(tries): \(answer ?? [:])")
                        }
                        return frames.receive(from: socket) == .message
                    })
                #expect(try platform.settle())
                while frames.receive(from: socket) == .message {}
            }

            /// Waits for an alarm of a subject.
            func hears(of subject: String) -> Bool {
                while frames.receive(from: socket, wait: true) == .message {
                    if frames.string(frames.count - 1).contains("\"\(subject)\"") { return true }
                }
                return false
            }
        }

        private static func time() -> Double { ProcessInfo.processInfo.systemUptime }

        @Test
        func `what is too much of a flood is busy: memory stays bounded, acknowledging goes on, single events pass`()
            throws
        {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let context = Context()
            let wire = try Wire(.req, platform.ingest)
            let consumer = try Consumer(context.handle, of: platform, by: wire)
            let alone = Flood(platform.ingest, window: 64, line: Self.line("alone"))
            let begun = Self.time()
            #expect(eventually { alone.now.accepted >= 200 })
            let capacity = Double(alone.stop().accepted) / (Self.time() - begun)

            let steady = scratch.path + "/steady.ndjson"
            try (0..<Self.steadyEvents).map { Self.event($0, 1, "S-\($0 % 100)").replacing("p-", with: "s-") }
                .joined(separator: "\n").write(toFile: steady, atomically: true, encoding: .utf8)

            // Three times as many as can be taken, each without asking whether it is.
            let floods = (0..<3).map { Flood(platform.ingest, rate: capacity, line: Self.line("flood-\($0)")) }
            #expect(eventually { floods.allSatisfy { $0.now.accepted > 0 } })
            let (start, before) = (Self.time(), floods.map { $0.now.accepted })
            let sentBefore = floods.reduce(0) { $0 + $1.now.sent }
            // A department that keeps to its credit.
            let sender = try ChildProcess(
                Repository.executable, ["send", steady, "--to", platform.ingest], in: scratch.path)
            var steadySeconds: Double?
            var (waits, alarms, busy): ([Double], [Double], Int) = ([], [], 0)
            var id = 0
            var most = 0
            while Self.time() - start < 4 || waits.count < 5 || (steadySeconds == nil && Self.time() - start < 60) {
                if steadySeconds == nil, !sender.isRunning { steadySeconds = Self.time() - start }
                id += 1
                let asked = Self.time()
                let answer = try #require(try wire.ask(Self.event(id, 55, "F-\(id)")))
                let accepted = Self.time()
                if answer["accepted"] as? Int == 1 {
                    waits.append(accepted - asked)
                    #expect(consumer.hears(of: "F-\(id)"))
                    alarms.append(Self.time() - accepted)
                } else {
                    busy += 1
                    #expect(answer["code"] as? String == "busy", "\(answer)")
                }
                most = max(most, platform.residentKilobytes)
            }
            let taken = floods.reduce(0) { $0 + $1.now.accepted } - before.reduce(0, +)
            let rate = Double(taken) / (Self.time() - start)
            let offered = Double(floods.reduce(0) { $0 + $1.now.sent } - sentBefore) / (Self.time() - start)
            let counts = floods.map { $0.stop() }
            let median = waits.sorted()[waits.count / 2]
            let longest = counts.flatMap(\.waits).max() ?? 0
            print(
                "alone \(capacity), in the flood \(rate) of \(offered) messages/s; single events \(median) s, their alarms at most \(alarms.max() ?? 0) s later, the flood's own at most \(longest) s; \(Self.steadyEvents) events of a stream \(steadySeconds ?? .infinity) s; \(most >> 10) MB"
            )
            #expect(offered > 2 * rate, "too little to show anything")
            #expect(counts.contains { $0.busy > 0 })
            #expect(most < Self.mostKilobytes)
            // The rest is the generators', on the same cores, and what each single event costs. No flood starves another.
            #expect(rate > capacity / 3)
            let shares = zip(counts, before).map { $0.accepted - $1 }
            #expect(shares.min()! * 4 > shares.max()!, "\(shares)")
            // Nor the one that waits for its answers: it has its turns among the four, but for its start and noise.
            let seconds = try #require(steadySeconds, "\(sender.errors)")
            let steadyRate = Double(Self.steadyEvents / Flood.events) / seconds
            #expect(sender.wait() == 0, "\(sender.errors)")
            #expect(steadyRate > rate / 10, "\(steadyRate)")
            // What stands before it are the rows being written, not all that the door can read at once.
            #expect(median < 150 / capacity, "\(waits.sorted())")
            #expect(busy < waits.count)
            // What is accepted waits for no more than the engine's queue holds.
            #expect(!alarms.isEmpty && alarms.max()! * rate < 1000, "\(alarms.sorted())")
            // Nor do the flood's own messages wait behind more than may wait at the door, their sockets and the rows.
            #expect(longest * rate < 3000, "\(longest) s")
            #expect(
                counts.allSatisfy { $0.answered == $0.sent && $0.other.isEmpty },
                "\(counts.flatMap(\.other).first ?? "")")

            // What was acknowledged is in the journal, once.
            #expect(platform.stop() == 0)
            let events = counts.reduce(alone.now.accepted) { $0 + $1.accepted } * Flood.events + Self.steadyEvents
            let report = try fenghuo("journal", "verify", "--data", platform.data, in: scratch)
            let words = report.output.split(separator: " ")
            let stored = words.firstIndex { $0.hasPrefix("events") }.flatMap { Int(words[$0 - 1]) }
            #expect(
                report.code == 0 && stored.map { events...events + waits.count + consumer.tries ~= $0 } == true,
                "\(events): \(report)")
        }

        @Test func `the same with messages of the largest size from several peers`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let (events, bytes) = (4, Limits.messageBytes / 4 - 1)
            let floods = (0..<6).map {
                Flood(
                    platform.ingest, events: events, highWater: 2, rate: 10,
                    line: Self.line("large-\($0)", bytes: bytes))
            }
            let start = Self.time()
            var most = 0
            #expect(
                eventually {
                    most = max(most, platform.residentKilobytes)
                    let sent = floods.reduce(0) { $0 + $1.now.sent } * events * bytes
                    return sent >> 10 > 3 * Self.mostKilobytes && Self.time() - start > 2
                        && floods.allSatisfy { $0.now.accepted > 0 }
                })
            let counts = floods.map { $0.stop() }
            let sent = counts.reduce(0) { $0 + $1.sent } * events * bytes
            print("\(sent >> 20) MB sent, \(most >> 10) MB at most")
            #expect(sent >> 10 > 3 * Self.mostKilobytes, "too little to show anything")
            #expect(most < Self.mostKilobytes)
            #expect(
                counts.allSatisfy { $0.answered == $0.sent && $0.other.isEmpty },
                "\(counts.flatMap(\.other).first ?? "")")
            #expect(platform.stop() == 0)
        }

        @Test func `consumers that read nothing and ask for all of the history do not hold up another's alarms`() throws
        {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let context = Context()
            var options = SocketOptions()
            options.receiveTimeout = 30_000
            // It reads nothing of more than its queue at the platform and the network's buffers hold.
            options.receiveHighWater = 1
            // libzmq aborts the process where it connects anew behind a full queue (libzmq #3937).
            options.heartbeatInterval = 0
            let stuck = try Socket(context.handle, .sub, options)
            try stuck.connect(platform.feed)
            try stuck.subscribe("")
            #expect(try eventually { try platform.status().feedSubscriptions == 1 })
            let lines = (0..<8000).map { Self.event($0, 55, "RQ-\($0)") }
            #expect(try Wire(.req, platform.ingest).ask(lines.joined(separator: "\n"))?["accepted"] as? Int == 8000)
            #expect(try platform.settle())
            let topics = (0..<256).map { "\"alarm/area/\($0)\"" }.joined(separator: ",")
            let greedy = try (0..<8).map { _ in try Wire(.dealer, platform.history) }
            func askForAll(_ times: Int) {
                for wire in greedy {
                    for _ in 0..<times {
                        wire.send(#"{"since":0}"#)
                        wire.send(#"{"since":0,"topics":[\#(topics)]}"#)
                    }
                }
            }
            askForAll(20)
            #expect(try eventually { try platform.status().feedHistoryRequests > 20 })

            let wire = try Wire(.req, platform.ingest)
            let consumer = try Consumer(context.handle, of: platform, by: wire)
            var waits: [Double] = []
            let answered = try platform.status().feedHistoryRequests
            for round in 0..<20 {
                askForAll(5)
                let asked = Self.time()
                let id = 100_000 + round
                #expect(try wire.ask(Self.event(id, 55, "N-\(round)"))?["accepted"] as? Int == 1)
                #expect(consumer.hears(of: "N-\(round)"))
                waits.append(Self.time() - asked)
            }
            print("until an alarm beside them: \(waits.sorted()[10]) s, most \(waits.max() ?? 0) s")
            #expect(waits.sorted()[10] < 1 && waits.max()! < 10, "\(waits)")
            #expect(try eventually { try platform.status().feedHistoryRequests > answered + 20 })
            // It was stuck: each notice has three topics at least, and its queue, the network and its own hold half of that.
            #expect(try platform.status().feedPublished >= lines.count)
            #expect(platform.stop() == 0)
        }
    }
}
