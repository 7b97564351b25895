import AlertStore
import Foundation
import Testing

extension EndToEnd {
    /// S45 with real processes: nobody answers and the next unit is told, somebody does and it is not.
    struct AcknowledgeTests {
        private static let rule = """
            id: gas-answer
            title: {zh: 燃气报警, en: Gas}
            domain: gas
            input: {type: reading, metric: gas.lel, unit: "%LEL"}
            value: value
            levels:
              red: {at: 50, clear: 40}
            response: {acknowledge_within: 5m, escalate_to: [市应急管理局]}
            """

        /// Readings of 2 July 2026, by minutes after midnight.
        private static func file(_ scratch: Scratch, _ name: String, _ readings: [(Int, String, Int)]) throws -> String
        {
            let lines = readings.map { minute, subject, value in
                let time = "2026-07-02T00:\(minute < 10 ? "0" : "")\(minute):00+08:00"
                return #"{"id":"\#(subject)/\#(minute)","subject":"\#(subject)","area":"320213","metric":"gas.lel","#
                    + #""value":\#(value),"unit":"%LEL","time":"\#(time)"}"#
            }
            return try scratch.write(name, lines.joined(separator: "\n") + "\n")
        }

        private static func send(_ file: String, _ platform: RunningPlatform) throws {
            #expect(try fenghuo("send", file, "--to", platform.ingest, in: platform.scratch).code == 0)
            #expect(try platform.settle())
        }

        private static func ack(_ episode: String, _ platform: RunningPlatform, _ more: [String] = []) throws
            -> Finished
        {
            let arguments = [
                "alarms", "ack", episode, "--control", platform.control, "--by", "王敏", "--why", "已通知抢修",
            ]
            return try run(Repository.executable, arguments + more, in: platform.scratch)
        }

        private static func steps(_ platform: RunningPlatform) throws -> [String] {
            try StoredAlarms(data: platform.data).transitions().map { "\($0.key) \($0.transition.name)" }
        }

        @Test func `an acknowledged alarm is not passed on, another is, and a kill in between changes neither`() throws
        {
            let scratch = try Scratch()
            try scratch.write("rules/gas/gas-answer.yml", Self.rule)
            let platform = try RunningPlatform(in: scratch) { $0.rules = scratch.path + "/rules" }
            func ack(_ episode: String, _ more: String...) throws -> Finished {
                try Self.ack(episode, platform, more)
            }
            try Self.send(Self.file(scratch, "a.ndjson", [(0, "A", 60), (0, "B", 60)]), platform)
            let raised = try StoredAlarms(data: platform.data).episodes()
            let (a, b) = (try #require(raised.first?.id.text), try #require(raised.last?.id.text))

            let first = try ack(a, "--key", "k1")
            #expect(first.code == 0 && first.output.hasPrefix("已确认 acknowledged \(a) gas-answer A red by 王敏 at "))
            platform.kill()
            try platform.start()
            let again = try ack(a, "--key", "k1")
            #expect(again.code == 0 && again.output.hasSuffix("(asked before)\n"))
            let reused = try ack(b, "--key", "k1")
            #expect(reused.code == 1 && reused.errors.contains("the key 'k1' was used for another alarm"), "\(reused)")
            let other = try ack(a, "--key", "k2")
            #expect(other.code == 1 && other.errors.contains("was acknowledged by 王敏 at "))

            // The clock goes on with the events; what is due at a moment comes with the next later one.
            try Self.send(Self.file(scratch, "b.ndjson", [(5, "C", 1), (6, "C", 1)]), platform)
            #expect(try Self.steps(platform) == ["A raised", "B raised", "A acknowledged", "B unacknowledged"])
            let list = try fenghuo("alarms", "list", "--data", platform.data, in: scratch)
            #expect(list.output.contains("已确认(王敏)") && list.output.contains("无人确认"))
            let show = try fenghuo("alarms", "show", b, "--data", platform.data, in: scratch)
            let told = "无人确认 unacknowledged 红色 red, next 市应急管理局: value = 60 %LEL, threshold >= 50 %LEL"
            #expect(show.output.contains(told), "\(show.output)")
            #expect(show.output.contains("the rule's time to respond ran out"))
            let heard = try fenghuo(
                "listen", "--feed", platform.feed, "--history", platform.history, "--count", "4", in: scratch)
            #expect(heard.output.contains("已确认(王敏:已通知抢修)"))
            #expect(heard.output.contains("无人确认,请市应急管理局跟进"))

            try Self.send(Self.file(scratch, "c.ndjson", [(7, "B", 1)]), platform)
            let over = try ack(b)
            #expect(over.code == 1 && over.errors.contains("\(b) gas-answer B is over since 2026-07-02T00:07:00+08:00"))
            let unknown = try ack("99999.0", "--format", "json")
            #expect(unknown.code == 1 && unknown.output.contains("\"unknown\""))
            #expect(try ack("no episode").code == 3)
            // A terminal would obey it, and SQLite ends a text at NUL.
            let escape = try ack(b, "--key", "k\u{1B}[2J")
            #expect(escape.code == 1 && (escape.output + escape.errors).contains("control characters"), "\(escape)")
            // Every request but the repeat is on record, with what became of it.
            let requests = try StoredAlarms(data: platform.data).reader.requests()
            #expect(
                requests.map(\.verdict) == ["not_open", "not_open", "already_acknowledged", "accepted"])
            #expect(requests.last?.note == "已通知抢修")
            #expect(platform.stop() == 0)
            #expect(try ack(a).code == 4)
        }

        @Test func `after an upgrade an alarm goes by its name in the store, and one the engine lost is not over`()
            throws
        {
            let scratch = try Scratch()
            try scratch.write(
                "rules/gas/gas-answer.yml",
                Self.rule.replacing(
                    "  red: {at: 50, clear: 40}", with: "  orange: {at: 30, clear: 20}\n  red: {at: 50}"))
            let platform = try RunningPlatform(in: scratch) { $0.rules = scratch.path + "/rules" }
            try Self.send(Self.file(scratch, "a.ndjson", [(0, "A", 40), (0, "B", 40), (0, "C", 40)]), platform)
            #expect(platform.stop() == 0)
            // As an engine of another version leaves it: A and C are over there, and it knows nothing of B's.
            let sql = """
                import sqlite3, sys
                c = sqlite3.connect(sys.argv[1])
                c.execute("UPDATE episodes SET resolved = started WHERE key != 'B'")
                c.execute("UPDATE transitions SET episode_ordinal = 7 WHERE position ="
                    " (SELECT position FROM episodes WHERE key = 'B')")
                c.execute("UPDATE episodes SET ordinal = 7 WHERE key = 'B'")
                c.execute("UPDATE meta SET replay_divergences = 1")
                c.commit()
                c.close()
                """
            #expect(
                try run("/usr/bin/env", ["python3", "-c", sql, platform.data + "/alerts.sqlite"], in: scratch).code == 0
            )
            try platform.start()
            try Self.send(Self.file(scratch, "b.ndjson", [(1, "A", 60), (1, "C", 60)]), platform)
            let open = try StoredAlarms(data: platform.data).episodes().filter { $0.resolved == nil }
            let (a, b) = (try #require(open.first { $0.key == "A" }), try #require(open.first { $0.key == "B" }))
            #expect(a.id.ordinal == 1 << 30 && a.level == .red && b.id.ordinal == 7)
            let taken = try Self.ack(a.id.text, platform)
            #expect(
                taken.code == 0 && taken.output.hasPrefix("已确认 acknowledged \(a.id.text) gas-answer A red by 王敏 at "))
            // What the store has under its own name is another one: the answer says which was acknowledged.
            let c = try #require(open.first { $0.key == "C" })
            let other = try Self.ack(c.id.inEngine.text, platform)
            #expect(other.code == 0 && other.output.contains("acknowledged \(c.id.text) gas-answer C red"), "\(other)")
            let unknown = try Self.ack(b.id.text, platform)
            #expect(try Self.ack(b.id.text, platform, ["--format", "json"]).output.contains("\"lost\""))
            #expect(
                unknown.code == 1 && unknown.errors.contains("is none to the engine since an upgrade"), "\(unknown)")
            #expect(
                try Self.steps(platform) == [
                    "A raised", "B raised", "C raised", "A escalated", "C escalated", "A acknowledged",
                    "C acknowledged",
                ])
            #expect(platform.stop() == 0)
        }
    }
}
