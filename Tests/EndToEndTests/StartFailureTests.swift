import Events
import Foundation
import Journal
import Testing

extension EndToEnd {
    /// What keeps a platform from starting says what, where and with which exit code.
    struct StartFailureTests {
        private static let brokenRule = """
            id: broken
            title: {zh: 坏, en: broken}
            domain: gas
            owner: {lead: 测试}
            runbook: docs/runbooks/gas-lel.md
            input: {type: reading, metric: gas.lel, unit: "%LEL"}
            value: value
            levels:
              red: {at: fifty, clear: 40, cite: project default}
            """

        private static func failure(
            _ scratch: Scratch, _ change: (inout RunningPlatform.Settings) -> Void = { _ in }
        ) throws -> RunningPlatform.NotReady {
            var settings = RunningPlatform.Settings()
            change(&settings)
            let platform = RunningPlatform(in: scratch, settings)
            do {
                try platform.start()
            } catch let failure as RunningPlatform.NotReady {
                return failure
            }
            Issue.record("the platform has started")
            return .init(code: nil, errors: "")
        }

        /// By its levels nothing could reach a limit of the registry, and the status would be ok.
        @Test func `a registry that is named and not there is told`() throws {
            let scratch = try Scratch()
            let failure = try Self.failure(scratch) { $0.registry = scratch.path + "/registyr" }
            #expect(failure.code == 2 && failure.errors.contains("there is no directory '\(scratch.path)/registyr'"))
        }

        @Test func `a port in use is named with what to do`() throws {
            let scratch = try Scratch()
            let first = try RunningPlatform(in: scratch)
            let failure = try Self.failure(scratch) {
                $0.ingest = first.ingest
                $0.data = scratch.path + "/other"
            }
            #expect(failure.code == 1)
            #expect(failure.errors.contains(first.ingest) && failure.errors.contains("another process"))
            #expect(first.stop() == 0)
        }

        @Test func `a second platform on the same data names the owner`() throws {
            let scratch = try Scratch()
            let first = try RunningPlatform(in: scratch)
            let failure = try Self.failure(scratch)
            #expect(failure.code == 1)
            #expect(failure.errors.contains(first.data) && failure.errors.contains("owned by process"))
            #expect(first.isRunning)
            #expect(first.stop() == 0)
        }

        @Test func `a data directory that cannot be made is named`() throws {
            let scratch = try Scratch()
            let file = try scratch.write("in-the-way", "")
            let failure = try Self.failure(scratch) { $0.data = file }
            #expect(failure.code == 1)
            #expect(failure.errors.contains(file))
        }

        @Test func `damaged dead letters are set aside and stop nothing, and no letter shows a person`() throws {
            let scratch = try Scratch()
            let data = scratch.path + "/data"
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
            try Data(repeating: 0x58, count: 5000).write(to: URL(fileURLWithPath: data + "/deadletters.sqlite"))
            let platform = try RunningPlatform(in: scratch)
            // A reject that is stored since does not make it forgotten.
            #expect(try Wire(.req, platform.ingest).ask("{}")?["ok"] as? Bool == false)
            #expect(try eventually { try platform.status().letters.kept == 1 })
            #expect(
                try fenghuo("letters", "list", "--data", platform.data, in: scratch).output.contains("missing_field"))
            #expect(try platform.status().degraded.contains { $0.contains("is set aside as") })
            // Refused for what is missing before anybody looks at the subject.
            let wire = try Wire(.req, platform.ingest)
            for subject in [
                #""subject":"13812345678""#, #""subject":13812345678"#, #""subject":"32021119800101001X""#,
                #""subject":"8613812345678/a""#, #""13812345678":1"#, #""id":"a","time":"13812345678""#,
                #""id":"a","value":13812345678.0,"unit":"13812345678""#,
            ] {
                #expect(try wire.ask("{\(subject)}")?["ok"] as? Bool == false)
            }
            func letters(_ more: String...) throws -> String {
                try run(Repository.executable, ["letters", "list", "--data", platform.data] + more, in: scratch).output
            }
            #expect(try eventually { try letters("--restricted").contains("32021119800101001X") })
            #expect(try letters("--restricted").contains("13812345678"))
            #expect(try !letters().contains("13812345678") && !letters().contains("32021119800101001X"))
            let names = try FileManager.default.contentsOfDirectory(atPath: data)
            #expect(names.contains { $0.hasPrefix("deadletters.sqlite.damaged-") })
            #expect(platform.stop() == 0)
        }

        @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
        func `a read-only data directory is named`() throws {
            let scratch = try Scratch()
            let data = scratch.path + "/data"
            try FileManager.default.createDirectory(
                atPath: data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o555])
            let failure = try Self.failure(scratch)
            #expect(failure.code == 1)
            #expect(failure.errors.contains(data))
        }

        @Test func `a broken rule stops the first start with its place`() throws {
            let scratch = try Scratch()
            let rules = try scratch.copy(Repository.root + "/rules", to: "rules")
            try scratch.write("rules/gas/broken.yml", Self.brokenRule)
            let failure = try Self.failure(scratch) { $0.rules = rules }
            #expect(failure.code == 2)
            #expect(failure.errors.contains("gas/broken.yml:9:13"), "\(failure.errors)")
        }

        @Test func `a broken rule at a later start is shown, and the journaled rules go on`() throws {
            let scratch = try Scratch()
            let rules = try scratch.copy(Repository.root + "/rules", to: "rules")
            let platform = try RunningPlatform(in: scratch) { $0.rules = rules }
            #expect(try platform.settle())
            let version = try platform.status().ruleSet
            #expect(platform.stop() == 0)

            let file = try scratch.write("rules/gas/broken.yml", Self.brokenRule)
            try platform.start()
            let printed = try fenghuo("status", "--control", platform.control, in: scratch)
            #expect(printed.code == 1)
            #expect(printed.output.contains("degraded") && printed.output.contains("gas/broken.yml:9:13"))
            #expect(try platform.settle())
            #expect(try platform.status().ruleSet == version)
            let answer = try Wire(.req, platform.ingest).ask(
                #"{"id":"1","subject":"RQ-1","area":"320213","metric":"gas.lel","value":55,"unit":"%LEL","#
                    + #""time":"2026-07-02T00:00:30+08:00"}"#)
            #expect(answer?["accepted"] as? Int == 1)
            #expect(platform.stop() == 0)
            #expect(try StoredAlarms(data: platform.data).transitions().map(\.rule) == ["gas-lel"])

            // Repaired, it is well again.
            try FileManager.default.removeItem(atPath: file)
            try platform.start()
            #expect(try fenghuo("status", "--control", platform.control, in: scratch).code == 0)
            #expect(platform.stop() == 0)
        }

        @Test func `an unknown key of the configuration is shown with its place and the near one`() throws {
            let scratch = try Scratch()
            let failure = try Self.failure(scratch) { $0.more = "ingset: tcp://127.0.0.1:7400" }
            #expect(failure.code == 2)
            #expect(failure.errors.contains(".yml:11:1"), "\(failure.errors)")
            #expect(failure.errors.contains("ingset") && failure.errors.contains("ingest"))
        }

        @Test func `a configuration that is not there is named`() throws {
            let scratch = try Scratch()
            let path = scratch.path + "/none.yml"
            let printed = try fenghuo("run", "--config", path, in: scratch)
            #expect(printed.code == 2)
            #expect(printed.errors.contains(path))
        }

        @Test func `a start that may open too few files says so`() throws {
            let scratch = try Scratch()
            let platform = RunningPlatform(in: scratch, RunningPlatform.Settings(descriptors: 63))
            #expect {
                try platform.start()
            } throws: {
                "\($0)".contains("exit code 1") && "\($0)".contains("at most 63 files may be open: raise LimitNOFILE")
            }
        }

        @Test(arguments: [JournalEntry.ruleSet([1, 2, 3]), .registry([1, 2, 3])])
        func `an entry of a newer version in the journal is named at the start, and by a back-test`(
            entry: JournalEntry
        ) throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            #expect(platform.stop() == 0)
            try FileManager.default.removeItem(atPath: platform.data + "/snapshots")
            do {
                let journal = try Journal(
                    data: platform.data,
                    settings: JournalSettings(segmentBytes: 1 << 20, segmentAge: .days(1), engineVersion: 1))
                let stamp = try #require(journal.lastReceived)
                _ = try journal.append([PendingEntry(received: stamp, department: "", entry: entry)])
            }
            #expect {
                try platform.start()
            } throws: {
                "\($0)".contains("exit code 1") && "\($0)".contains("cannot be read by this version")
            }
            for command in [["backtest", "rules"], ["explain", "gas-lel", "RQ-1"]] {
                let printed = try run(
                    Repository.executable, ["rules"] + command + ["--data", platform.data], in: scratch)
                #expect(printed.code == 1 && printed.errors.contains("cannot be read by this version"), "\(printed)")
            }
        }

        @Test func `a socket file is not taken from the platform that listens on it, nor any other file`() throws {
            let scratch = try Scratch()
            let door = "ipc://\(scratch.path)/door"
            let platform = try RunningPlatform(in: scratch) { $0.ingest = door }
            let second = RunningPlatform(
                in: scratch, RunningPlatform.Settings(data: scratch.path + "/second", ingest: door))
            #expect {
                try second.start()
            } throws: {
                "\($0)".contains("another process has this endpoint")
            }
            #expect(
                try Wire(.req, door).ask(
                    #"{"id":"1","subject":"A","metric":"gas.lel","value":1,"unit":"%LEL","time":"2026-07-02T00:00:00Z"}"#
                )?[
                    "accepted"] as? Int == 1)
            // What a killed one left behind is no hindrance.
            platform.kill()
            try platform.start()
            #expect(platform.stop() == 0)
            let file = try scratch.write("notes.txt", "precious")
            second.settings.ingest = "ipc://\(file)"
            #expect {
                try second.start()
            } throws: {
                "\($0)".contains("a file that is no socket is there")
            }
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious")
        }
    }
}
