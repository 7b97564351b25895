import Foundation
import Testing

extension EndToEnd {
    /// Where events are the clock, one that lies too far ahead changes no result, however the stream is cut into messages.
    struct FarAheadTests {
        private static let rule = """
            id: a
            title: {zh: 甲, en: a}
            domain: gas
            owner: {lead: 测试}
            runbook: docs/runbooks/gas-lel.md
            input: {type: reading, metric: gas.lel, unit: "%LEL"}
            value: value
            levels:
              yellow: {at: 50, cite: project default}
            no_data: {after: 1h, do: alarm}
            """

        private static func event(_ number: Int, _ subject: String, day: Int, minute: Int = 0, _ value: Int) -> String {
            let date = Date(timeIntervalSince1970: 1_782_864_000 + Double(day) * 86_400 + Double(minute) * 60)
            let time = date.ISO8601Format()
            return #"{"id":"\#(number)","source":"/\#(subject)","subject":"\#(subject)","time":"\#(time)","#
                + #""metric":"gas.lel","unit":"%LEL","value":\#(value)}"# + "\n"
        }

        /// One sensor that is never silent for an hour, and another's clock that is two months fast.
        private static let jump =
            event(0, "a", day: 0, 1) + event(1, "b", day: 62, 1)
            + (1...9).map { event(10 + $0, "a", day: 0, minute: 30 * $0, 1) }.joined()

        /// A reading over the threshold, 40 days ahead of all before it; the day is reached later in the stream.
        private static let creep =
            event(0, "a", day: 0, 1) + event(1, "a", day: 40, 60) + event(2, "a", day: 20, 1)
            + event(3, "a", day: 40, 1) + event(4, "a", day: 60, 1)

        /// What is decided live, by a replay of that journal, and by one of the file, each as `what transition moment`.
        private static func decided(_ lines: String, batch: Int, window: Int) throws -> [[String]] {
            let scratch = try Scratch()
            try scratch.write("rules/gas/a.yml", rule)
            try scratch.write("registry/subjects.csv", "id\na\n")
            let file = try scratch.write("stream.ndjson", lines)
            let platform = try RunningPlatform(in: scratch) {
                $0.rules = scratch.path + "/rules"
                $0.registry = scratch.path + "/registry"
            }
            let sent = try fenghuo(
                "send", file, "--to", platform.ingest, "--batch", "\(batch)", "--window", "\(window)", in: scratch)
            #expect(sent.code == 0, "\(sent.errors)")
            #expect(sent.output.contains("clock_fast: 1 "), "\(sent.output)")
            #expect(try platform.settle())
            #expect(platform.stop() == 0)
            let live = try StoredAlarms(data: platform.data).transitions().map {
                "\($0.at.formatted(offsetMinutes: 480)) \($0.transition.name)"
            }
            let settings = [
                "--rules", scratch.path + "/rules", "--registry", scratch.path + "/registry", "--metrics",
                Repository.root + "/catalogue/metrics.yml",
            ]
            let replays = try [["--journal", platform.data], [file]].map { input in
                let replay = try run(Repository.executable, ["replay"] + input + settings, in: scratch)
                return replay.output.split(separator: "\n").filter { $0.hasPrefix("a a: ") }.map { line in
                    let words = line.split(separator: " ")
                    return "\(words[2]) \(words[4])"
                }
            }
            return [live] + replays
        }

        @Test(arguments: [(1, 1), (1, 64), (2, 1), (100, 1)])
        func `a clock two months fast makes nobody silent`(batch: Int, window: Int) throws {
            #expect(try Self.decided(Self.jump, batch: batch, window: window) == [[], [], []])
        }

        @Test func `what was too far ahead is not judged when its day comes, in messages of any size`() throws {
            let single = try Self.decided(Self.creep, batch: 1, window: 1)
            #expect(single[0].count { $0.hasSuffix("raised") } == 3, "\(single)")
            #expect(single[1] == single[0] && single[2] == single[0], "\(single)")
            for (batch, window) in [(1, 64), (2, 1), (100, 1)] {
                let other = try Self.decided(Self.creep, batch: batch, window: window)
                #expect(other == single, "\(batch) \(window): \(other)")
            }
        }
    }
}
