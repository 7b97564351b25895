import Foundation
import Testing

extension EndToEnd {
    /// What `journal export` writes is taken by another platform as what it was, however often.
    struct ExportTests {
        private static let times = #""time":"2026-07-02T00:00:30+08:00""#

        private static let events = [
            #"{"id":"1","subject":"RQ-1","area":"320213","metric":"gas.lel","value":5.5,"unit":"%LEL","position":"north","#
                + #""received":7,"department":"d","data_note":true,\#(times)}"#,
            #"{"id":"2","subject":"RQ-1","metric":"gas.lel","value":5,"unit":"%LEL",\#(times),"#
                + (0..<64).map { "\"f\($0)\":\($0)" }.joined(separator: ",") + "}",
            #"{"id":"3","type":"hotline","category":"fire","area":"320213","count":3,"text":"三楼冒烟","phone":"13800000000",\#(times)}"#,
            #"{"id":"4","type":"hotline","category":"fire","subject":"F-1","area":"320213",\#(times)}"#,
            #"{"id":"5","category":"fire","area":"320213","lon":120.3,"lat":31.57,"exercise":true,"corrects":"3",\#(times)}"#,
            #"{"id":"9","type":"report","subject":"RQ-2","metric":"x","value":null,"quality":"bad","area":"320213",\#(times)}"#,
            #"{"id":"10","category":"leak","area":"320213","unit":"m","quality":"guess",\#(times)}"#,
            #"{"id":"6","type":"report","subject":"RQ-2","metric":"gas.lel","value":5,"unit":"%LEL",\#(times)}"#,
            #"{"id":"7","subject":"RQ-2","category":"leak","metric":"gas.lel","value":5,"unit":"%LEL","count":2,"period":"PT1M",\#(times)}"#,
            #"{"id":"8","subject":"RQ-2","readings":[{"metric":"gas.lel","value":5,"unit":"%LEL"},{"metric":"x","value":1}],\#(times)}"#,
        ]

        /// Takes lines into a platform of its own and gives what it exports, line by line, without what the export adds.
        private static func passed(_ lines: [String], _ name: String, _ scratch: Scratch) throws -> [NSDictionary] {
            let platform = try RunningPlatform(in: scratch) { $0.data = "\(scratch.path)/\(name)" }
            let file = try scratch.write("\(name).ndjson", lines.joined(separator: "\n") + "\n")
            let sent = try fenghuo("send", file, "--to", platform.ingest, in: scratch)
            #expect(sent.output.hasPrefix("\(lines.count) accepted, 0 duplicates, 0 rejected"), "\(sent)")
            #expect(platform.stop() == 0)
            let export = try fenghuo("journal", "export", "--restricted", "--data", platform.data, in: scratch)
            try scratch.write("\(name).export", export.output)
            return try export.output.split(separator: "\n").map { line in
                var event = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
                for added in ["fhposition", "fhreceived", "fhdepartment"] {
                    #expect(event.removeValue(forKey: added) != nil)
                }
                #expect(event["fhrestricted"] == nil)
                return event as NSDictionary
            }
        }

        @Test func `what is exported can be sent again, and what that platform exports too`() throws {
            let scratch = try Scratch()
            let first = try Self.passed(Self.events, "first", scratch)
            #expect(first.count == Self.events.count)
            func data(_ id: Int) -> NSDictionary {
                first.first { $0["id"] as? String == "\(id)" }?["data"] as? NSDictionary ?? [:]
            }
            #expect(data(1)["position"] as? String == "north" && data(1)["received"] as? Int == 7)
            #expect(data(3)["category"] as? String == "fire" && data(3)["count"] as? Int == 3)
            #expect(data(3)["text"] as? String == "三楼冒烟" && data(4)["category"] as? String == "fire")
            #expect(data(6)["metric"] as? String == "gas.lel" && data(7)["category"] as? String == "leak")
            var before = "first"
            for name in ["second", "third"] {
                let export = try String(contentsOfFile: "\(scratch.path)/\(before).export", encoding: .utf8)
                let again = try Self.passed(export.split(separator: "\n").map(String.init), name, scratch)
                #expect(again == first)
                before = name
            }
            // Without the key the rest of each event can be sent.
            let third = ["--data", scratch.path + "/third"]
            let erase = ["journal", "erase-key", "2026-07", "--force"] + third
            #expect(try run(Repository.executable, erase, in: scratch).code == 0)
            let export = try run(Repository.executable, ["journal", "export", "--restricted"] + third, in: scratch)
                .output
            let lines = export.split(separator: "\n").map(String.init)
            #expect(lines.allSatisfy { $0.contains(#""fhrestricted":"erased""#) })
            var rest = first[2] as? [String: Any] ?? [:]
            rest["data"] = (rest["data"] as? [String: Any])?.filter { !["text", "phone"].contains($0.key) }
            let expected = first.prefix(2) + [rest as NSDictionary] + first.dropFirst(3)
            #expect(try Self.passed(lines, "fourth", scratch) == Array(expected))
        }
    }
}
