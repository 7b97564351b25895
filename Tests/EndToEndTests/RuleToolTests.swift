import Foundation
import Testing

extension EndToEnd {
    /// The tools of rule authors as processes: what they print and with which exit code they end.
    struct RuleToolTests {
        private static func reading(_ minute: Int, _ value: Double) -> String {
            #"{"id":"w/\#(minute)","subject":"RQ-1","area":"320213021","metric":"gas.lel","value":\#(value),"unit":"%LEL","#
                + #""time":"2026-07-02T00:\#(minute < 10 ? "0" : "")\#(minute):00+08:00"}"#
        }

        private static func tool(_ arguments: String..., in scratch: Scratch) throws -> Finished {
            try run(Repository.executable, ["rules"] + arguments, in: scratch)
        }

        @Test func `explain tells from a journal and from a file why a rule fires, and of what it does not know`()
            throws
        {
            let scratch = try Scratch()
            let lines = (0..<5).map { Self.reading($0, $0 < 2 ? 5 : 25) + "\n" }.joined()
            let file = try scratch.write("readings.ndjson", lines)
            let platform = try RunningPlatform(in: scratch)
            #expect(try fenghuo("send", file, "--to", platform.ingest, in: scratch).code == 0)
            #expect(try platform.settle())
            let fires = try Self.tool("explain", "gas-lel", "RQ-1", "--data", platform.data, in: scratch)
            #expect(fires.code == 0, "\(fires.errors)")
            #expect(fires.output.contains("yellow") && fires.output.contains("25"), "\(fires.output)")
            let before = try Self.tool(
                "explain", "gas-lel", "RQ-1", "--at", "2026-07-02T00:01:00+08:00", "--data", platform.data, in: scratch)
            #expect(before.code == 0 && !before.output.contains("raised yellow"), "\(before.output)")
            let json = try Self.tool(
                "explain", "gas-lel", "RQ-1", "--data", platform.data, "--format", "json", in: scratch)
            #expect(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) is [String: Any])
            #expect(try Self.tool("explain", "gas-lel", "RQ-99", "--data", platform.data, in: scratch).code == 1)
            #expect(platform.stop() == 0)
            let ofFile = try Self.tool("explain", "gas-lel", "RQ-1", "--event", file, in: scratch)
            #expect(ofFile.code == 0 && ofFile.output.contains("yellow"), "\(ofFile.errors)")
            let misspelt = try Self.tool("explain", "gas-lell", "RQ-1", "--event", file, in: scratch)
            #expect(misspelt.code == 2 && misspelt.errors.contains("gas-lel"), "\(misspelt.errors)")
        }

        @Test func `route names topics and subscriptions of a rule, of events, and knows what it does not know`() throws
        {
            let scratch = try Scratch()
            let rule = try Self.tool("route", "gas-lel", "--area", "320213021", "--level", "red", in: scratch)
            #expect(rule.code == 0, "\(rule.errors)")
            for line in [
                "alarm/area/320213021000/red/gas/", "alarm/domain/gas/red/320213021000/", "  alarm/area/320213  梁溪区",
                "  alarm/area/32\n", "牵头 lead 市住建局",
            ] { #expect(rule.output.contains(line), "\(line) in \(rule.output)") }
            let nowhere = try Self.tool("route", "gas-lel", in: scratch)
            #expect(nowhere.code == 0 && nowhere.output.contains("--area"), "\(nowhere.output)")
            let file = try scratch.write("one.ndjson", Self.reading(0, 1) + "\n")
            let events = try Self.tool("route", "--event", file, in: scratch)
            #expect(events.code == 0 && events.output.contains("gas-lel"), "\(events.errors)")
            let other = try scratch.write(
                "other.ndjson",
                Self.reading(0, 1).replacing("gas.lel", with: "gas.nothing").replacing("%LEL", with: "1"))
            #expect(try Self.tool("route", "--event", other, in: scratch).code == 1)
            #expect(try Self.tool("route", "gas-lell", in: scratch).code == 2)
            #expect(try Self.tool("route", "gas-lel", "--area", "12", in: scratch).code == 3)
        }

        @Test func `schema is JSON, of rules and of their tests`() throws {
            let scratch = try Scratch()
            for more in [[], ["--test"]] {
                let schema = try run(Repository.executable, ["rules", "schema"] + more, in: scratch)
                let document = try JSONSerialization.jsonObject(with: Data(schema.output.utf8)) as? [String: Any]
                #expect(
                    schema.code == 0
                        && document?["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
            }
        }

        @Test func `index writes the page that it then finds up to date, and finds one that is not`() throws {
            let scratch = try Scratch()
            let page = try Self.tool("index", "rules", "--format", "markdown", in: scratch)
            #expect(page.code == 0 && page.output.contains("gas-lel"))
            let file = try scratch.write("README.md", page.output)
            #expect(try Self.tool("index", "rules", "--check", file, in: scratch).code == 0)
            try scratch.write("README.md", page.output + "more\n")
            let stale = try Self.tool("index", "rules", "--check", file, in: scratch)
            #expect(stale.code == 1 && stale.errors.contains(file), "\(stale.errors)")
        }
    }
}
