import Foundation
import Messaging
import Testing

extension EndToEnd {
    /// What no decent sender sends, to a running process.
    struct BadInputTests {
        private static func event(_ id: Int, value: Double = 1) -> String {
            #"{"id":"good/\#(id)","subject":"RQ-1","area":"320213","metric":"gas.lel","value":\#(value),"unit":"%LEL","#
                + #""time":"2026-07-02T00:00:\#(id < 10 ? "0" : "")\#(id)+08:00"}"#
        }

        private struct Bad {
            var frames: [[UInt8]]
            /// Code of the whole message or of its first event; nil where no answer comes.
            var code: String?
        }

        private static let halfLine = event(50) + "\n" + #"{"id":"good/51","subj"#

        private static let bad: [Bad] = [
            Bad(frames: [Array("not json".utf8)], code: "bad_json"),
            Bad(frames: [[0xFF, 0xFE, 0x00, 0x7B]], code: "bad_utf8"),
            Bad(frames: [Array(#"{"id":"\#u{FFFD}"#.utf8)], code: "bad_json"),
            Bad(frames: [Array(repeating: 0x5B, count: 100_000)], code: "bad_json"),
            Bad(
                frames: [Array((String(repeating: "[", count: 40) + String(repeating: "]", count: 40)).utf8)],
                code: "nesting"),
            Bad(frames: [Array(#"{"id":1e999}"#.utf8)], code: "bad_number"),
            Bad(frames: [Array("{}".utf8)], code: "missing_field"),
            Bad(frames: [Array("[1,2]".utf8)], code: "not_an_object"),
            Bad(frames: [[]], code: "empty_message"),
            Bad(frames: [[], [], []], code: nil),
            Bad(frames: [Array("{\"stream\":".utf8), Array("{}".utf8)], code: "bad_header"),
            Bad(frames: Array(repeating: [1, 2, 3], count: 100), code: nil),
            Bad(frames: [Array(halfLine.utf8)], code: "bad_json"),
        ]

        @Test func `garbage is answered with its code or counted, and another client's events are all kept`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let good = try Wire(.req, platform.ingest)
            var senders: [Wire] = []  // open to the end: a message without an answer may still be on its way
            for (number, bad) in Self.bad.enumerated() {
                let sender = try Wire(.dealer, platform.ingest)
                senders.append(sender)
                sender.send(bad.frames)
                if let code = bad.code {
                    let answer = try #require(try sender.answer(), "\(number)")
                    let errors = answer["errors"] as? [[String: Any]]
                    #expect((answer["code"] ?? errors?.first?["code"]) as? String == code, "\(number): \(answer)")
                    #expect(answer["ok"] as? Bool == false)
                }
                #expect(try good.ask(Self.event(number))?["accepted"] as? Int == 1, "\(number)")
            }
            // libzmq drops the peer of a frame beyond the bound before anybody sees it.
            let large = try Wire(.dealer, platform.ingest)
            large.send([[UInt8](repeating: 0x20, count: 20 << 20)])
            #expect(try good.ask(Self.event(40))?["accepted"] as? Int == 1)
            #expect(platform.isRunning)

            let total = UInt64(Self.bad.count) + 2
            let codes = Set(Self.bad.compactMap(\.code) + ["bad_frames"])
            #expect(
                try eventually {
                    let status = try platform.status()
                    let source = status.sources.first
                    return source?.accepted == total && source?.duplicates == 0
                        && codes.isSubset(of: status.codes.map(\.code))
                })
            withExtendedLifetime(senders) {}
            #expect(try platform.status().health == "ok")
            #expect(platform.stop() == 0)
            let report = try fenghuo("journal", "verify", "--data", platform.data, in: scratch)
            #expect(report.code == 0 && report.output.contains("\(total) events"))
        }
    }
}
