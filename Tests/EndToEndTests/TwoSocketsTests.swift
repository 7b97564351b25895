import Foundation
import Testing

extension EndToEnd {
    /// The same event from two peers at once, and alarms that wait while the platform is stopped.
    struct TwoSocketsTests {
        private static func event(_ id: String, _ value: Int, second: Int) -> String {
            #"{"id":"\#(id)","subject":"A","area":"320213","metric":"gas.lel","#
                + #""value":\#(value),"unit":"%LEL","time":"2026-07-02T00:00:\#(second)+08:00"}"#
        }

        @Test func `S28 the same event on two sockets at once is one transition and one duplicate`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let sockets = [try Wire(.req, platform.ingest), try Wire(.req, platform.ingest)]
            for socket in sockets { socket.send(Self.event("one", 55, second: 30)) }
            let answers = try sockets.map { try #require(try $0.answer()) }
            #expect(answers.map { $0["accepted"] as? Int ?? -1 }.sorted() == [0, 1])
            #expect(answers.map { $0["duplicates"] as? Int ?? -1 }.sorted() == [0, 1])
            #expect(answers.allSatisfy { $0["ok"] as? Bool == true })
            #expect(try platform.settle())
            #expect(try eventually { try platform.status().sources.map(\.duplicates) == [1] })
            #expect(platform.stop() == 0)
            #expect(try StoredAlarms(data: platform.data).transitions().map(\.transition) == [.raised])
        }

        @Test func `an event ahead of its time is taken once, though the platform is killed and forgot it`() throws {
            func event(_ id: String, from source: String = "/gw", in seconds: Double) -> String {
                let time = Date(timeIntervalSinceNow: seconds).ISO8601Format()
                return #"{"id":"\#(id)","source":"\#(source)","subject":"A","metric":"gas.lel","#
                    + #""value":1,"unit":"%LEL","time":"\#(time)"}"#
            }
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch) {
                $0.clock = "wall"
                $0.more = "duplicate_window: 1000\nmax_future: 10m"
            }
            var wire = try Wire(.req, platform.ingest)
            let ahead = event("ahead", in: 500)
            #expect(try wire.ask(ahead)?["accepted"] as? Int == 1)
            for others in [0..<1000, 1000..<1500] {
                let lines = others.map { event("\($0)", from: "/other", in: 0.1 * Double($0)) }
                    .joined(separator: "\n")
                #expect(try wire.ask(lines)?["accepted"] as? Int == others.count)
            }
            platform.kill()
            try platform.start()
            wire = try Wire(.req, platform.ingest)
            let again = try #require(try wire.ask(ahead))
            #expect(again["accepted"] as? Int == 0 && "\(again)".contains("too_old"), "\(again)")
            #expect(try wire.ask(event("next", in: 510))?["accepted"] as? Int == 1)
            #expect(platform.stop() == 0)
        }

        @Test func `S51 alarms of a platform killed at once are told after its start under the same keys`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let wire = try Wire(.req, platform.ingest)
            for (index, value) in [35, 5, 55].enumerated() {
                #expect(try wire.ask(Self.event("e\(index)", value, second: 20 + index * 10))?["accepted"] as? Int == 1)
            }
            #expect(try platform.settle())
            platform.kill()
            let queued = try StoredAlarms(data: platform.data).reader.notices(since: 0).notices.map(\.body)
            #expect(queued.count >= 2)
            try platform.start()
            let history = try Wire(.req, platform.history)
            let told = try history.ask(#"{"since":0}"#)?["notices"] as? [[String: Any]]
            let keys = try queued.map { body in
                let notice = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
                return try #require(notice?["id"] as? String)
            }
            #expect(told?.map { $0["id"] as? String } == keys)
            #expect(platform.stop() == 0)
        }

        /// Each answer names ten refused events: all together fill the network and libzmq's queues many times over.
        @Test(arguments: ["1", "\"1\""]) func `a sender that reads late has one answer for each message`(value: String)
            throws
        {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let wire = try Wire(.dealer, platform.ingest, receiveHighWater: 1)
            let count = 3000
            for number in 0..<count {
                let event =
                    #"{"id":"\#(number)","subject":"A","metric":"gas.lel","value":\#(value),"unit":"%LEL","#
                    + #""time":"2026-07-02T00:00:00Z"}"#
                let refused = String(repeating: "\n{}", count: 10)
                wire.send([Array(#"{"ref":\#(number)}"#.utf8), Array((event + refused).utf8)])
            }
            #expect(try eventually { try platform.status().messages == count })
            var refs: Set<Int> = []
            for _ in 0..<count { refs.insert(try #require(try wire.answer()?["ref"] as? Int)) }
            #expect(refs == Set(0..<count))
            #expect(try platform.status().unreachable == 0)
            #expect(platform.stop() == 0)
        }
    }
}
