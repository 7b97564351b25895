import Foundation
import Testing

extension EndToEnd {
    /// Rules change while the platform runs: whole sets, by rest, by name, and back.
    struct HotReloadTests {
        private static func rule(_ id: String, red: String = "50", unit: String = "%LEL") -> String {
            """
            id: \(id)
            title: {zh: 甲, en: a}
            domain: gas
            owner: {lead: 测试}
            runbook: docs/runbooks/gas-lel.md
            input: {type: reading, metric: gas.lel, unit: "\(unit)"}
            value: value
            levels:
              red: {at: \(red), clear: 1, cite: project default}
            """
        }

        private static func started(_ scratch: Scratch, activation: String = "watched") throws -> RunningPlatform {
            try scratch.write("rules/gas/a.yml", rule("a"))
            let platform = try RunningPlatform(in: scratch) {
                $0.rules = scratch.path + "/rules"
                $0.more = "activation: \(activation)"
            }
            _ = eventually { (try? platform.status().rules.map(\.id)) == ["a"] }
            return platform
        }

        private static func ids(_ platform: RunningPlatform) throws -> [String] {
            try platform.status().rules.map(\.id)
        }

        @Test func `S06 a broken file leaves the set running, and status tells both versions`() throws {
            let scratch = try Scratch()
            let platform = try Self.started(scratch)
            let running = try platform.status().ruleSet
            try scratch.write("rules/gas/b.yml", Self.rule("b", red: "fifty"))
            #expect(eventually { (try? platform.status().health) == "degraded" })
            let status = try platform.status()
            #expect(
                status.ruleSet == running && status.diskRuleSet != running && status.diskRuleSet.hasPrefix("sha256:"))
            #expect(status.degraded.count == 1)
            #expect(status.degraded[0].contains("running rule set \(running)"))
            #expect(status.degraded[0].contains("\(status.diskRuleSet) on disk is not valid"))
            #expect(status.degraded[0].contains("gas/b.yml:9:13"), "\(status.degraded)")
            let reload = try fenghuo("reload", "--control", platform.control, in: scratch)
            #expect(reload.code == 2 && reload.errors.contains("gas/b.yml:9:13"))
            #expect(try Self.ids(platform) == ["a"])

            try scratch.write("rules/gas/b.yml", Self.rule("b"))
            #expect(eventually { (try? Self.ids(platform)) == ["a", "b"] })
            #expect(try platform.status().health == "ok")
            #expect(platform.stop() == 0)
        }

        @Test func `S06 four files written one after the other are never three`() throws {
            let scratch = try Scratch()
            let platform = try Self.started(scratch)
            var seen: Set<[String]> = []
            func look() -> [String] {
                let ids = (try? Self.ids(platform)) ?? []
                if !ids.isEmpty { seen.insert(ids) }
                return ids
            }
            for id in ["b", "c", "d", "e"] {
                try scratch.write("rules/gas/\(id).yml", Self.rule(id))
                // Looked at meanwhile: the next is written while this one is seen and has not come to rest.
                let next = Date(timeIntervalSinceNow: 0.2)
                #expect(eventually { look() != ["a"] || Date() >= next })
            }
            #expect(eventually { look() == ["a", "b", "c", "d", "e"] })
            #expect(seen == [["a"], ["a", "b", "c", "d", "e"]])
            #expect(platform.stop() == 0)
            // What ran for a moment between two looks at the status is in the journal.
            let history = try fenghuo("rules", "history", "--data", platform.data, in: scratch)
            #expect(history.output.split(separator: "\n").count == 1 + 2, "\(history.output)")
        }

        @Test func `S06 mv, cp and a swapped link are all seen`() throws {
            let scratch = try Scratch()
            let files = FileManager.default
            try scratch.write("one/gas/a.yml", Self.rule("a"))
            try scratch.write("two/gas/a.yml", Self.rule("a"))
            try scratch.write("two/gas/b.yml", Self.rule("b"))
            let link = scratch.path + "/rules"
            try files.createSymbolicLink(atPath: link, withDestinationPath: scratch.path + "/one")
            let platform = try RunningPlatform(in: scratch) { $0.rules = link }
            #expect(eventually { (try? Self.ids(platform)) == ["a"] })

            // A swapped link: made beside, renamed over.
            try files.createSymbolicLink(atPath: link + ".new", withDestinationPath: scratch.path + "/two")
            #expect(rename(link + ".new", link) == 0)
            #expect(eventually { (try? Self.ids(platform)) == ["a", "b"] })

            // A file moved in from elsewhere, over one of the same size and a fixed time, as mv keeps them.
            let version = try platform.status().ruleSet
            let moved = try scratch.write("moved.yml", Self.rule("b", red: "51"))
            let old = Date(timeIntervalSince1970: 1_700_000_000)
            for file in [moved, scratch.path + "/two/gas/b.yml"] {
                try files.setAttributes([.modificationDate: old], ofItemAtPath: file)
            }
            #expect(rename(moved, scratch.path + "/two/gas/b.yml") == 0)
            #expect(eventually { (try? platform.status().ruleSet) != version })

            // A copy.
            try files.copyItem(atPath: try scratch.write("c.yml", Self.rule("c")), toPath: link + "/gas/c.yml")
            #expect(eventually { (try? Self.ids(platform)) == ["a", "b", "c"] })
            #expect(platform.stop() == 0)
        }

        @Test func `a directory that has lost its rules resolves nothing`() throws {
            let scratch = try Scratch()
            let platform = try Self.started(scratch)
            try FileManager.default.moveItem(atPath: scratch.path + "/rules", toPath: scratch.path + "/away")
            #expect(eventually { (try? platform.status().health) == "degraded" })
            #expect(try Self.ids(platform) == ["a"])
            try FileManager.default.createDirectory(
                atPath: scratch.path + "/rules", withIntermediateDirectories: true)
            let reload = try fenghuo("reload", "--control", platform.control, in: scratch)
            #expect(reload.code == 2 && reload.errors.contains("has no rule"), "\(reload.errors)")
            #expect(try Self.ids(platform) == ["a"])
            #expect(platform.stop() == 0)
        }

        @Test func `named activation: neither files, reload nor a start change the rules, a person does, and back`()
            throws
        {
            let scratch = try Scratch()
            let platform = try Self.started(scratch, activation: "named")
            let first = try platform.status().ruleSet
            try scratch.write("rules/gas/b.yml", Self.rule("b"))
            #expect(try fenghuo("reload", "--control", platform.control, in: scratch).code == 0)
            #expect(try Self.ids(platform) == ["a"])
            #expect(platform.stop() == 0)
            try platform.start()
            #expect(eventually { (try? Self.ids(platform)) == ["a"] })
            let disk = try platform.status().diskRuleSet
            #expect(disk != first && disk.hasPrefix("sha256:"))

            let rules = scratch.path + "/rules"
            func command(_ arguments: String...) throws -> (code: Int32, output: String, errors: String) {
                let all = ["rules"] + arguments + ["--control", platform.control]
                let printed = try run(Repository.executable, all, in: scratch)
                return (printed.code, printed.output, printed.errors)
            }
            #expect(try command("activate", rules).code == 3, "without a name and a reason")
            let endless = String(repeating: "x", count: 4097)
            let refused = try Wire(.req, platform.control).ask(#"{"op":"activate","by":"王敏","why":"\#(endless)"}"#)
            #expect((refused?["findings"] as? String)?.contains("'why' in 1…4096") == true)
            #expect(try command("activate", rules, "--by", " ", "--why", "加一条").code == 3, "a blank is no name")
            for blank in [#""by":" ","why":"w""#, #""by":"王敏","why":"\u3000""#] {
                let nobody = try Wire(.req, platform.control).ask("{\"op\":\"activate\",\(blank)}")
                #expect((nobody?["findings"] as? String)?.contains("more than blanks") == true, "\(nobody ?? [:])")
            }
            let asked = #"{"op":"acknowledge","episode":"1.0","by":" ","key":"k"}"#
            #expect(try Wire(.req, platform.control).ask(asked)?["code"] as? String == "refused")
            #expect(try command("activate", rules, "--by", "王敏", "--why", "加一条").code == 0)
            #expect(try Self.ids(platform) == ["a", "b"])
            let status = try platform.status()
            #expect(status.activatedBy == "王敏" && status.activatedWhy == "加一条")

            try scratch.write("rules/gas/b.yml", Self.rule("b", red: "fifty"))
            let bad = try command("activate", rules, "--by", "王敏", "--why", "改错")
            #expect(bad.code == 2 && bad.errors.contains("gas/b.yml:9:13"))
            #expect(try platform.status().ruleSet == status.ruleSet)

            let back = try command("rollback", "--by", "李强", "--why", "误报")
            #expect(back.code == 0 && !back.output.contains("watched"))
            #expect(try Self.ids(platform) == ["a"])
            #expect(try platform.status().ruleSet == first)
            #expect(try command("rollback", "--to", "00", "--by", "李强", "--why", "无").code == 2)
            #expect(platform.stop() == 0)

            // After a restart the person is still on record.
            try platform.start()
            #expect(eventually { (try? platform.status().activatedBy) == "李强" })
            let history = try fenghuo("rules", "history", "--data", platform.data, in: scratch)
            let people = history.output.split(separator: "\n").dropFirst().map { line in
                ["李强", "王敏"].first { line.contains($0) } ?? ""
            }
            #expect(people == ["李强", "王敏", ""])
            #expect(history.output.contains("(files)") && history.output.contains("before the first event"))
            #expect(platform.stop() == 0)
        }

        @Test func `what a person activates stays though the registry changes, until files of rules do`() throws {
            let scratch = try Scratch()
            try scratch.write("rules/gas/a.yml", Self.rule("a"))
            try scratch.write("other/gas/b.yml", Self.rule("b"))
            try scratch.write("registry/subjects.csv", "id,limit.hh\nA,60\n")
            let platform = try RunningPlatform(in: scratch) {
                $0.rules = scratch.path + "/rules"
                $0.registry = scratch.path + "/registry"
                $0.more = "activation: watched"
            }
            // Before the directories were looked at for the first time.
            let activated = try fenghuo(
                "rules", "activate", scratch.path + "/other", "--by", "王敏", "--why", "应急", "--control",
                platform.control,
                in: scratch)
            #expect(activated.code == 0, "\(activated.errors)")
            #expect(
                activated.output.contains("added 1: b\nremoved 1: a; their alarms have ended"), "\(activated.output)")
            try scratch.write("registry/subjects.csv", "id,limit.hh\nA,60\nB,60\n")
            #expect(eventually { platform.log.contains("registry: 2 subjects") })
            #expect(try Self.ids(platform) == ["b"])
            // Nor where the files could not be taken at the start, and can be now.
            #expect(platform.stop() == 0)
            let (registry, away) = (scratch.path + "/registry", scratch.path + "/away")
            try FileManager.default.moveItem(atPath: registry, toPath: away)
            try platform.start()
            #expect(
                try fenghuo(
                    "rules", "activate", scratch.path + "/other", "--by", "王敏", "--why", "应急", "--control",
                    platform.control, in: scratch
                ).code == 0)
            try FileManager.default.moveItem(atPath: away, toPath: registry)
            #expect(try eventually { try platform.status().health == "ok" })
            #expect(try Self.ids(platform) == ["b"])
            try scratch.write("rules/gas/c.yml", Self.rule("c"))
            #expect(eventually { (try? Self.ids(platform)) == ["a", "c"] })
            #expect(platform.stop() == 0)
        }

        @Test
        func `a catalogue that the rules do not fit is refused, and at a start gives way to the last that they did`()
            throws
        {
            let scratch = try Scratch()
            let catalogue = try scratch.copy(Repository.root + "/catalogue/metrics.yml", to: "metrics.yml")
            let text = try String(contentsOfFile: catalogue, encoding: .utf8)
            let unit = "  unit: \"%LEL\"\n"
            let changed = text.replacingOccurrences(of: unit, with: "  unit: \"ppm\"\n")
            #expect(changed != text)
            try scratch.write("rules/gas/a.yml", Self.rule("a"))
            let platform = try RunningPlatform(in: scratch) {
                $0.rules = scratch.path + "/rules"
                $0.metrics = catalogue
                $0.more = "activation: named"
            }
            var count = 0
            func takes(_ unit: String) throws -> Bool {
                count += 1
                let answer = try Wire(.req, platform.ingest).ask(
                    #"{"id":"\#(count)","subject":"X","metric":"gas.lel","value":1,"unit":"\#(unit)","#
                        + #""time":"2026-07-02T00:00:30+08:00"}"#)
                return answer?["accepted"] as? Int == 1
            }
            func command(_ arguments: String...) throws -> (code: Int32, output: String, errors: String) {
                let printed = try run(
                    Repository.executable, arguments + ["--control", platform.control], in: scratch)
                return (printed.code, printed.output, printed.errors)
            }
            #expect(try takes("%LEL"))
            try scratch.write("metrics.yml", changed)
            let reload = try command("reload")
            #expect(reload.code == 2 && reload.errors.contains("rule a reads gas.lel in %LEL"), "\(reload)")
            #expect(try platform.status().degraded.contains { $0.hasPrefix("catalogue: not taken: rule a") })
            #expect(try takes("%LEL"))
            #expect(platform.stop() == 0)
            try platform.start()
            #expect(
                try platform.status().degraded.contains { $0.hasPrefix("catalogue: the last one that fits is used") })
            #expect(try takes("%LEL") && !takes("ppm"))

            // Rules and catalogue change together, and go back together.
            try scratch.write("other/gas/a.yml", Self.rule("a", unit: "ppm"))
            let person = ["--by", "王敏", "--why", "单位"]
            let other = try run(
                Repository.executable,
                ["rules", "activate", scratch.path + "/other", "--control", platform.control] + person, in: scratch)
            #expect(other.code == 0, "\(other.errors)")
            #expect(try takes("ppm") && !takes("%LEL") && platform.status().health == "ok")
            let refused = try command("rules", "rollback", "--by", "王敏", "--why", "误报")
            #expect(refused.code == 2 && refused.errors.contains("put the catalogue back"), "\(refused)")
            #expect(try takes("ppm"))
            try scratch.write("metrics.yml", text)
            #expect(try command("rules", "rollback", "--by", "王敏", "--why", "误报").code == 0)
            #expect(try takes("%LEL") && !takes("ppm"))
            #expect(platform.stop() == 0)
        }

        @Test func `a catalogue that comes with no rule at all is not taken, before and after a start`() throws {
            let scratch = try Scratch()
            let catalogue = try scratch.copy(Repository.root + "/catalogue/metrics.yml", to: "metrics.yml")
            let text = try String(contentsOfFile: catalogue, encoding: .utf8)
            try scratch.write("rules/gas/a.yml", Self.rule("a"))
            let platform = try RunningPlatform(in: scratch) {
                $0.rules = scratch.path + "/rules"
                $0.metrics = catalogue
                $0.more = "activation: watched"
            }
            try FileManager.default.removeItem(atPath: scratch.path + "/rules/gas/a.yml")
            try scratch.write(
                "metrics.yml", text.replacingOccurrences(of: "  unit: \"%LEL\"\n", with: "  unit: \"ppm\"\n"))
            var count = 0
            func isJudged() throws -> Bool {
                count += 1
                let before = try platform.status().rules.first?.evaluated ?? 0
                let answer = try Wire(.req, platform.ingest).ask(
                    #"{"id":"\#(count)","subject":"X","metric":"gas.lel","value":1,"unit":"%LEL","#
                        + #""time":"2026-07-02T00:00:\#(count)0+08:00"}"#)
                guard answer?["accepted"] as? Int == 1 else { return false }
                return try eventually { try platform.status().rules.first?.evaluated ?? 0 > before }
            }
            let reload = try fenghuo("reload", "--control", platform.control, in: scratch)
            #expect(reload.code == 2 && reload.errors.contains("has no rule"), "\(reload.errors)")
            #expect(try isJudged())
            #expect(platform.stop() == 0)
            try platform.start()
            #expect(try platform.status().degraded.contains { $0.hasPrefix("catalogue: the last one that fits") })
            // Once the files have been looked at.
            #expect(try eventually { try platform.status().degraded.contains { $0.contains("has no rule") } })
            #expect(try platform.status().degraded.contains { $0.hasPrefix("catalogue: the last one that fits") })
            #expect(try isJudged())
            #expect(platform.stop() == 0)
        }

        @Test func `where files are watched a rollback says how long it lasts, and a reload since when its set runs`()
            throws
        {
            let scratch = try Scratch()
            let platform = try Self.started(scratch, activation: "watched")
            let first = try platform.status().ruleSet
            try scratch.write("rules/gas/b.yml", Self.rule("b"))
            #expect(eventually { (try? Self.ids(platform)) == ["a", "b"] })
            let reload = try fenghuo("reload", "--control", platform.control, in: scratch)
            #expect(reload.code == 0 && reload.output.contains("runs already, since position "), "\(reload.output)")
            let back = try fenghuo(
                "rules", "rollback", "--by", "李强", "--why", "误报", "--control", platform.control, in: scratch)
            #expect(back.code == 0 && back.output.contains("activation is watched: "), "\(back.output)")
            #expect(try platform.status().ruleSet == first)
            let shown = try fenghuo("status", "--control", platform.control, in: scratch)
            #expect(shown.output.contains("not running; it does after the next change or start"), "\(shown.output)")
            #expect(platform.stop() == 0)
        }

        @Test func `a changed registry is taken once quiet, through the journal: a replay has each limit in its time`()
            throws
        {
            let scratch = try Scratch()
            try scratch.write("rules/gas/a.yml", Self.rule("a", red: "limit.hh"))
            try scratch.write("registry/subjects.csv", "id,limit.hh\nA,60\n")
            let platform = try RunningPlatform(in: scratch) {
                $0.rules = scratch.path + "/rules"
                $0.registry = scratch.path + "/registry"
                $0.more = "activation: watched"
            }
            func send(_ second: Int) throws {
                let answer = try Wire(.req, platform.ingest).ask(
                    #"{"id":"\#(second)","subject":"A","metric":"gas.lel","value":45,"unit":"%LEL","#
                        + #""time":"2026-07-02T00:00:\#(second)+08:00"}"#)
                #expect(answer?["accepted"] as? Int == 1)
                #expect(try platform.settle())
            }
            try send(10)
            #expect(try StoredAlarms(data: platform.data).transitions().isEmpty)

            // The same size, so that nothing but the text tells.
            try scratch.write("registry/subjects.csv", "id,limit.hh\nA,40\n")
            #expect(eventually { platform.log.contains("rules and registry from disk run") })
            try send(20)
            let transitions = try StoredAlarms(data: platform.data).transitions()
            #expect(transitions.map(\.threshold) == [40])
            #expect(platform.stop() == 0)

            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: platform.data + "/alerts.sqlite" + suffix)
            }
            try scratch.write("registry/subjects.csv", "id,limit.hh\nA,90\n")
            try platform.start()
            #expect(try platform.settle())
            #expect(try StoredAlarms(data: platform.data).transitions() == transitions)
            #expect(platform.stop() == 0)
        }

        @Test func `a changed metric catalogue counts after a reload, a broken one does not stop a start`() throws {
            let scratch = try Scratch()
            let catalogue = try scratch.copy(Repository.root + "/catalogue/metrics.yml", to: "metrics.yml")
            let text = try String(contentsOfFile: catalogue, encoding: .utf8)
            let unit = "  unit: \"%LEL\"\n"
            let changed = text.replacingOccurrences(of: unit, with: unit + "  conversions: {promille: 0.1}\n")
            #expect(changed != text)
            let platform = try RunningPlatform(in: scratch) { $0.metrics = catalogue }
            let reading =
                #"{"id":"ID","subject":"X","metric":"gas.lel","value":1,"unit":"promille","time":"2026-07-02T00:00:30+08:00"}"#
            func send(_ id: String) throws -> Int? {
                try Wire(.req, platform.ingest).ask(reading.replacingOccurrences(of: "ID", with: id))?["accepted"]
                    as? Int
            }
            #expect(try send("1") == 0)
            try scratch.write("metrics.yml", changed)
            let reload = try fenghuo("reload", "--control", platform.control, in: scratch)
            #expect(reload.code == 0, "\(reload.errors)")
            #expect(try send("2") == 1)
            #expect(platform.stop() == 0)

            try scratch.write("metrics.yml", "metrics: [")
            try platform.start()
            #expect(try platform.status().health == "degraded")
            #expect(try send("3") == 1)
            #expect(platform.stop() == 0)
        }
    }
}
