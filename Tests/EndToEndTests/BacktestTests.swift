import City
import Client
import Engine
import Events
import Foundation
import Platform
import RuleFiles
import StrictYAML
import TestSupport
import Testing

extension EndToEnd {
    /// A backtest decides what the running platform decided: the same stream, the same decisions, to the bit.
    struct BacktestTests {
        /// What one rule set makes of a journal.
        private static func decisions(_ data: String, rules: String) throws -> [Decision] {
            let replay = try ReplayJournal(data: data)
            #expect(replay.start == .beginning)
            let loading = RuleDirectory.load(rules, metrics: nil)
            let ruleSet = try #require(loading.ruleSet, "\(loading.findings.map(\.rendered))")
            var all: [Decision] = []
            _ = try replay.run([replay.candidate(ruleSet)]) { _, made in all += made }
            return all
        }

        static func expectEqualToLive(_ data: String, rules: String, atLeast least: Int) throws {
            let live = try StoredAlarms(data: data).transitions()
            let again = try decisions(data, rules: rules)
            #expect(live.count >= least)
            #expect(firstDifference(again, live) == nil)
            #expect(again.map(\.encoded) == live.map(\.encoded))
        }

        @Test
        func `S42 a backtest of the shipped day, each 25th sensor, equals the live run, while it runs and afterwards`()
            throws
        {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            _ = try send(CityDay(keepEvery: 25), to: platform.ingest, stream: "day")
            #expect(try platform.settle())
            let whileRunning = try Self.decisions(platform.data, rules: Repository.root + "/rules")
            #expect(platform.stop() == 0)
            try Self.expectEqualToLive(platform.data, rules: Repository.root + "/rules", atLeast: 20)
            #expect(whileRunning == (try Self.decisions(platform.data, rules: Repository.root + "/rules")))

            let same = try fenghuo(
                "rules", "backtest", "rules", "--data", platform.data, "--diff", "live", in: scratch)
            #expect(same.code == 0, "\(same.output)\(same.errors)")
            #expect(same.output.contains("state from the beginning") && same.output.contains("no difference"))
            try Self.expectFileToAgree(platform.data, scratch)
        }

        /// The journal exported as a file gives the same alarms.
        private static func expectFileToAgree(_ data: String, _ scratch: Scratch) throws {
            let export = try fenghuo("journal", "export", "--data", data, in: scratch)
            let file = try scratch.write("day.ndjson", export.output)
            let overFile = try fenghuo("rules", "backtest", "rules", file, "--format", "json", in: scratch)
            let overJournal = try fenghuo(
                "rules", "backtest", "rules", "--data", data, "--format", "json", in: scratch)
            #expect(overFile.code == 0 && overJournal.code == 0, "\(overFile.errors)\(overJournal.errors)")
            func alarms(_ text: String) throws -> [NSDictionary] {
                let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
                return try #require(object?["alarms"] as? [NSDictionary])
            }
            #expect(try !alarms(overFile.output).isEmpty)
            let difference = firstDifference(try alarms(overFile.output), try alarms(overJournal.output))
            #expect(difference == nil)
        }

        @Test(.enabled(if: SharedData.has("water/lro/Mendon2019.csv")))
        func `S42 a backtest of a river's year equals the live run`() throws {
            let findings = Findings()
            let map = Repository.root + "/fixtures/maps/water.yml"
            let mapping = try #require(MappingFile.load(map, findings: findings), "\(findings.sorted)")
            let scratch = try Scratch()
            try FileManager.default.createDirectory(
                atPath: scratch.path + "/none", withIntermediateDirectories: true)
            let platform = try RunningPlatform(in: scratch) {
                $0.rules = Repository.root + "/fixtures/real/rules"
                $0.registry = scratch.path + "/none"
            }
            let lines = try CSVEvents(path: SharedData.path("water/lro/Mendon2019.csv"), mapping: mapping)
            let progress = try send(lines, to: platform.ingest, stream: "mendon", batch: 250)
            #expect(progress.accepted > 10_000)
            #expect(platform.stop() == 0)
            try Self.expectEqualToLive(platform.data, rules: Repository.root + "/fixtures/real/rules", atLeast: 10)
        }

        @Test func `a changed rule is compared with the live one alarm by alarm`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let lines = [(0, 8), (60, 12), (600, 12), (661, 12), (700, 26), (760, 6), (900, 6)].map { second, value in
                #"{"id":"w/\#(second)","subject":"RQ-1","metric":"gas.lel","value":\#(value),"unit":"%LEL","time":""#
                    + Timestamp(seconds: 1_783_000_000 + Int64(second)).formatted() + "\"}"
            }
            let file = try scratch.write("day.ndjson", lines.joined(separator: "\n") + "\n")
            #expect(try fenghuo("send", file, "--to", platform.ingest, in: scratch).code == 0)
            #expect(try platform.settle())
            let rules = try scratch.copy(Repository.root + "/rules", to: "rules")
            let rule = try String(contentsOfFile: rules + "/gas/gas-lel.yml", encoding: .utf8)

            // Blue at 660 live; held for five minutes only, it comes at 360, and orange is out of reach.
            try scratch.write(
                "rules/gas/gas-lel.yml",
                rule.replacingOccurrences(of: "for: 10m", with: "for: 5m")
                    .replacingOccurrences(of: "limit.h or 25", with: "limit.h or 45"))
            let changed = try fenghuo(
                "rules", "backtest", rules, "--diff", "live", "--data", platform.data, in: scratch)
            #expect(changed.code == 1, "\(changed.errors)")
            for words in [
                "~ RQ-1: raised 5m earlier, peak yellow instead of orange", "gas-lel  0       0     1        0",
            ] {
                #expect(changed.output.contains(words), "\(words) in \(changed.output)")
            }

            try scratch.write("rules/gas/gas-lel.yml", rule.replacingOccurrences(of: "  blue:", with: "  # blue:"))
            let json = try fenghuo(
                "rules", "backtest", rules, "--diff", Repository.root + "/rules", "--data", platform.data, "--format",
                "json", in: scratch)
            #expect(json.code == 1)
            let object = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
            #expect(object["counts"] as? [String: Int] == ["gained": 0, "lost": 0, "changed": 1, "same": 0])

            try scratch.write("rules/gas/gas-lel.yml", rule.replacingOccurrences(of: "levels:", with: "lvels:"))
            let broken = try fenghuo("rules", "backtest", rules, "--data", platform.data, in: scratch)
            #expect(broken.code == 2 && broken.errors.contains(rules + "/gas/gas-lel.yml:"), "\(broken.errors)")
            let nothing = try fenghuo("rules", "backtest", "rules", "--data", scratch.path + "/none", in: scratch)
            #expect(nothing.code == 2 && nothing.errors.contains("no journal"))
            #expect(try fenghuo("rules", "backtest", "rules", "--since", "yesterday", in: scratch).code == 3)
            #expect(platform.stop() == 0)
        }

        @Test func `a back-test refuses what cannot be read twice, and what has no event`() throws {
            let scratch = try Scratch()
            let pipe = scratch.path + "/pipe"
            #expect(mkfifo(pipe, 0o600) == 0)
            for path in ["-", pipe] {
                let printed = try fenghuo("rules", "backtest", "rules", path, in: scratch)
                #expect(printed.code == 3 && printed.errors.contains("\(path) can be read once only"), "\(printed)")
            }
            for text in ["", "\n\n"] {
                let empty = try scratch.write("empty.ndjson", text)
                let printed = try fenghuo("rules", "backtest", "rules", empty, in: scratch)
                #expect(printed.code == 1 && printed.errors.contains("no event in \(empty)"), "\(printed)")
            }
        }

        @Test func `a span back is counted from the events, not from one with a wrong clock or that is refused`() throws
        {
            let scratch = try Scratch()
            let good = [(0, 8), (60, 12), (661, 12), (700, 26), (900, 6)].map { second, value in
                #"{"id":"w/\#(second)","subject":"RQ-1","metric":"gas.lel","value":\#(value),"unit":"%LEL","time":""#
                    + Timestamp(seconds: 1_783_000_000 + Int64(second)).formatted() + "\"}"
            }
            for year in ["2099", "9999"] {
                let wrong =
                    #"{"id":"x","subject":"RQ-2","metric":"gas.lel","value":1,"unit":"%LEL","time":"\#(year)-06-01T00:00:00Z"}"#
                let file = try scratch.write("day.ndjson", (good + [wrong]).joined(separator: "\n") + "\n")
                let printed = try fenghuo(
                    "rules", "backtest", "rules", file, "--since", "30d", "--format", "json", in: scratch)
                #expect(printed.code == 0 && printed.output.contains("RQ-1"), "\(printed)")
                #expect(!printed.errors.contains("no event"), "\(printed.errors)")
            }
            let empty = try scratch.write("empty.ndjson", "\n")
            let explained = try fenghuo("rules", "explain", "gas-lel", "RQ-1", "--event", empty, in: scratch)
            #expect(explained.code == 1 && explained.errors.contains("no event in \(empty)"), "\(explained)")
        }

        @Test func `a stretch is judged with the state that came before it`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let lines = [(0, 12), (600, 12), (1200, 12), (4000, 6), (8000, 6)].map { second, value in
                #"{"id":"w/\#(second)","subject":"RQ-1","metric":"gas.lel","value":\#(value),"unit":"%LEL","time":""#
                    + Timestamp(seconds: 1_783_000_000 + Int64(second)).formatted() + "\"}"
            }
            for (name, part) in [("first", lines.prefix(1)), ("rest", lines.dropFirst())] {
                let file = try scratch.write("\(name).ndjson", part.joined(separator: "\n") + "\n")
                #expect(try fenghuo("send", file, "--to", platform.ingest, in: scratch).code == 0)
            }
            #expect(platform.stop() == 0)
            let whole = try fenghuo("rules", "backtest", "rules", "--data", platform.data, in: scratch)
            let (first, last) = (Timestamp(seconds: 1_783_000_000), Timestamp(seconds: 1_783_008_000))
            let stretch = "5 events from \(first.formatted()) until \(last.formatted());"
            #expect(whole.output.contains(stretch), "\(whole.output)")
            // Raised at 600 by a hold that began at 0: the last two hours know of it.
            let all = try fenghuo("rules", "backtest", "rules", "--data", platform.data, "--since", "2h", in: scratch)
            #expect(all.code == 0 && all.output.contains("RQ-1"), "\(all.output)")
            let nearest = try fenghuo(
                "rules", "backtest", "rules", "--data", platform.data, "--since", "0s", "--nearest", in: scratch)
            #expect(nearest.output.contains("state from the snapshot at position"), "\(nearest.output)")
        }
    }
}
