import Foundation
import Testing

extension EndToEnd {
    /// What scripts and operators rely on: exit codes, and the lines that answer a question.
    struct CommandTests {
        private static let lines = [
            (0, 8), (60, 21), (120, 31), (150, 55), (180, 6), (240, 6), (300, 6), (360, 6), (420, 6),
        ].map { second, value in
            #"{"id":"w/\#(second)","subject":"RQ-1","area":"320213","metric":"gas.lel","value":\#(value),"unit":"%LEL","#
                + #""time":"2026-07-02T00:0\#(second / 60):\#(second % 60 == 0 ? "00" : "30")+08:00"}"#
        }

        @Test func `what cannot be printed ends with 1 and says so`() throws {
            let scratch = try Scratch()
            let check = "\(Repository.executable) rules index rules"
            let full = try run("/bin/sh", ["-c", "\(check) > /dev/full"], in: scratch)
            #expect(full.code == 1 && full.errors.contains("cannot print all of it"), "\(full)")
            #expect(try run("/bin/sh", ["-c", "\(check) > /dev/null"], in: scratch).code == 0)
        }

        @Test func `lines that are too long are told, and standard input may be a file that was begun`() throws {
            let scratch = try Scratch()
            let long = String(repeating: " ", count: 3 << 20) + "\n"
            let lines = Self.lines.map { $0 + "\n" }
            let file = try scratch.write("long.ndjson", "first line\n" + lines[0] + long + lines[1...].joined())
            let replay = "\(Repository.executable) replay - --rules rules --registry registry"
            let found = try run("/bin/sh", ["-c", "{ read -r first; \(replay); } < \(file)"], in: scratch)
            #expect(found.code == 0 && found.output.contains("9 events, 1 refused"), "\(found)")
            #expect(found.errors.contains("-:2: skipped, the line is longer than"), "\(found.errors)")
            let platform = try RunningPlatform(in: scratch)
            let send = "\(Repository.executable) send - --to \(platform.ingest)"
            let sent = try run("/bin/sh", ["-c", "{ read -r first; \(send); } < \(file)"], in: scratch)
            #expect(sent.code == 1 && sent.output.contains("\n9 accepted"), "\(sent)")
            // What a loss of power may leave of a file is no blank line.
            let zeros = try scratch.write("zeros.ndjson", lines[0] + String(repeating: "\0", count: 8000) + "\n \t\r\n")
            let told = try fenghuo("send", zeros, "--to", platform.ingest, "--again", in: scratch)
            #expect(told.code == 1 && told.output.contains("1 rejected"), "\(told)")
            #expect(platform.stop() == 0)
        }

        @Test func `a department's file becomes alarms that an operator can list and explain`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let file = try scratch.write("day.ndjson", Self.lines.joined(separator: "\n") + "\n")
            let sent = try fenghuo("send", file, "--to", platform.ingest, in: scratch)
            #expect(sent.code == 0)
            #expect(sent.output.hasPrefix("9 accepted, 0 duplicates, 0 rejected in 1 batches"))

            let again = try fenghuo("send", file, "--to", platform.ingest, "--resume", in: scratch)
            #expect(again.code == 0 && again.output.hasPrefix("0 accepted"))
            #expect(again.output.contains("\n1 messages were acknowledged earlier: nothing is new"))
            // What an earlier run had sent is told from what it had not: the file has grown, or is sent in other messages.
            let more = Self.lines + [Self.lines[8].replacingOccurrences(of: "w/420", with: "w/480")]
            try scratch.write("day.ndjson", more.joined(separator: "\n") + "\n")
            for arguments in [[], ["--batch", "3"]] {
                let other = try run(
                    Repository.executable, ["send", file, "--to", platform.ingest, "--resume"] + arguments, in: scratch)
                #expect(other.code == 2 && other.errors.contains("the last of them was another"), "\(other)")
            }
            try scratch.write("day.ndjson", Self.lines.joined(separator: "\n") + "\n")
            #expect(try platform.settle())

            let status = try fenghuo("status", "--control", platform.control, in: scratch)
            #expect(status.code == 0 && status.output.hasPrefix("正常 ok  data \(platform.data)  clock events"))
            #expect(status.output.contains("\ngas-lel ") && status.output.contains(" rules have read nothing yet"))
            #expect(!status.output.contains("dropped points") && !status.output.contains("\npm25-daily"))
            // What the door has counted is published each second.
            #expect(
                try eventually {
                    let output = try fenghuo("status", "--control", platform.control, in: scratch).output
                    return output.contains("subject not in the registry") && output.contains("\nRQ-1 ")
                })
            #expect(platform.stop() == 0)

            let list = try fenghuo("alarms", "list", "--data", platform.data, "--domain", "gas", in: scratch)
            #expect(list.code == 0)
            let row = try #require(list.output.split(separator: "\n").last).split(separator: " ").map(String.init)
            #expect(row[2...4] == ["红色", "gas-lel", "RQ-1"])
            let open = try fenghuo("alarms", "list", "--data", platform.data, "--open", in: scratch)
            #expect(open.output.split(separator: "\n").count == 1)

            let show = try fenghuo("alarms", "show", row[0], "--data", platform.data, "--file", in: scratch)
            #expect(show.code == 0)
            for words in [
                "触发 raised 黄色 yellow: value = 21 %LEL, threshold >= 20 %LEL", "escalated 橙色 orange: value = 31 %LEL",
                "escalated 红色 red: value = 55 %LEL, threshold >= 50 %LEL",
                "解除 resolved (cleared): value = 6 %LEL, now < ", "    RQ-1 可燃气体", "reading w/150 of /default",
                "runbook docs/runbooks/gas-lel.md", "id: gas-lel\n",
            ] { #expect(show.output.contains(words), "\(words) in \(show.output)") }
            #expect(try fenghuo("alarms", "show", "1.0", "--data", platform.data, in: scratch).code == 1)

            let verify = try fenghuo("journal", "verify", "--data", platform.data, in: scratch)
            #expect(verify.code == 0 && verify.output.contains(" 9 events") && verify.output.hasSuffix("ok\n"))
            let info = try fenghuo("journal", "info", "--data", platform.data, in: scratch)
            #expect(info.code == 0 && info.output.contains("00000000000000000001.sqlite"))
            let export = try fenghuo("journal", "export", "--data", platform.data, in: scratch)
            let ids = try export.output.split(separator: "\n").map { line in
                try (JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["id"] as? String
            }
            #expect(ids == [0, 60, 120, 150, 180, 240, 300, 360, 420].map { "w/\($0)" })
        }

        @Test func `a listener that was away goes on after the last alarm it has printed`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let file = try scratch.write("day.ndjson", Self.lines.joined(separator: "\n") + "\n")
            func listen(_ count: Int) throws -> [Int?] {
                let arguments = [
                    "listen", "--area", "320213", "--feed", platform.feed, "--history", platform.history, "--state",
                    scratch.path + "/listen.json", "--json", "--count", "\(count)",
                ]
                let printed = try run(Repository.executable, arguments, in: scratch)
                #expect(printed.code == 0, "\(printed.errors)")
                return try printed.output.split(separator: "\n").map { line in
                    try (JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["seq"] as? Int
                }
            }
            #expect(try fenghuo("send", file, "--to", platform.ingest, in: scratch).code == 0)
            #expect(try listen(1) == [1])
            #expect(platform.stop() == 0)
            try platform.start()
            #expect(try listen(2) == [2, 3])
            #expect(try listen(1) == [4])
            #expect(platform.stop() == 0)
        }

        @Test func `a listener that is stopped and started again prints every alarm once`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let count = 200
            let lines = (0..<count).map {
                #"{"id":"\#($0)","subject":"s\#($0)","area":"320213","metric":"gas.lel","value":55,"unit":"%LEL","#
                    + #""time":"2026-07-02T00:00:30+08:00"}"#
            }
            let file = try scratch.write("alarms.ndjson", lines.joined(separator: "\n") + "\n")
            #expect(try fenghuo("send", file, "--to", platform.ingest, in: scratch).code == 0)
            #expect(try platform.settle())
            var printed: [Int?] = []
            var rounds = 0
            while printed.count < count, rounds < 50 {
                let listener = try ChildProcess(
                    Repository.executable,
                    [
                        "listen", "--feed", platform.feed, "--history", platform.history, "--state",
                        scratch.path + "/place.json", "--json",
                    ], in: scratch)
                #expect(
                    eventually {
                        listener.output.utf8.count > 10_000
                            || printed.count + listener.output.split(separator: "\n").count == count
                    })
                if rounds == 0 {
                    let second = try fenghuo("listen", "--state", scratch.path + "/place.json", in: scratch)
                    #expect(second.code == 2 && second.errors.contains("another fenghuo listen"), "\(second.errors)")
                }
                let before = listener.output.split(separator: "\n").count
                listener.signal([SIGTERM, SIGINT, SIGHUP][rounds % 3])
                #expect(listener.wait() == 0)
                let output = listener.output
                #expect(output.isEmpty || output.hasSuffix("\n") && before <= output.split(separator: "\n").count)
                printed += try output.split(separator: "\n").map { line in
                    try (JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["seq"] as? Int
                }
                rounds += 1
            }
            #expect(printed == Array(1...count) && rounds > 1, "\(rounds): \(printed)")
            #expect(platform.stop() == 0)
        }

        @Test func `a place in the feed that cannot be read is no beginning`() throws {
            let scratch = try Scratch()
            try FileManager.default.createDirectory(
                atPath: scratch.path + "/place.json", withIntermediateDirectories: true)
            let listen = try fenghuo("listen", "--state", scratch.path + "/place.json", in: scratch)
            #expect(listen.code == 2 && listen.errors.contains("cannot be read") && listen.output.isEmpty, "\(listen)")
        }

        @Test func `a place in the feed is of its topics: others are refused, to an older place they are added`() throws
        {
            let scratch = try Scratch()
            let path = try scratch.write("place.json", #"{"epoch":"7f3a","leaves":{},"seq":5}"#)
            func listen(_ topics: [String]) throws -> ChildProcess {
                try ChildProcess(
                    Repository.executable,
                    ["listen"] + topics
                        + [
                            "--state", path, "--feed", "ipc://\(scratch.path)/feed", "--history",
                            "ipc://\(scratch.path)/history",
                        ], in: scratch)
            }
            let (orange, red) = ("alarm/level/orange/", "alarm/level/red/")
            for topics in [[red, orange], [orange, red, red]] {
                let listener = try listen(topics)
                #expect(eventually { listener.errors.contains("no platform answers") })
                #expect(
                    try String(contentsOfFile: path, encoding: .utf8)
                        == #"{"epoch":"7f3a","leaves":{},"seq":5,"topics":["alarm/level/orange/","alarm/level/red/"]}"#)
                listener.signal(SIGTERM)
                #expect(listener.wait() == 0)
            }
            for topics in [[], [red], [orange, red, "alarm/level/yellow/"]] {
                let listener = try listen(topics)
                #expect(
                    listener.wait(seconds: 10) == 2 && listener.errors.contains("the place of other topics"),
                    "\(listener.errors)")
            }
        }

        @Test func `open alarms are listed with the highest level first, so that a limit cuts off the lowest`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let values = [31, 55, 21, 52, 33]
            let lines = values.map {
                #"{"id":"\#($0)","subject":"s\#($0)","area":"320213","metric":"gas.lel","value":\#($0),"unit":"%LEL","#
                    + #""time":"2026-07-02T00:00:30+08:00"}"#
            }
            let file = try scratch.write("alarms.ndjson", lines.joined(separator: "\n") + "\n")
            #expect(try fenghuo("send", file, "--to", platform.ingest, in: scratch).code == 0)
            #expect(try platform.settle())
            #expect(platform.stop() == 0)
            func list(_ arguments: String...) throws -> (keys: [String], more: Bool) {
                let output = try run(
                    Repository.executable, ["alarms", "list", "--data", platform.data] + arguments, in: scratch
                ).output
                let rows = output.split(separator: "\n").dropFirst().filter { !$0.hasPrefix("…") }
                return (rows.map { String($0.split(separator: " ")[4]) }, output.contains("还有更多"))
            }
            #expect(try list() == (["s33", "s52", "s21", "s55", "s31"], false))
            #expect(try list("--open") == (["s52", "s55", "s33", "s31", "s21"], false))
            #expect(try list("--open", "--limit", "5") == (["s52", "s55", "s33", "s31", "s21"], false))
            #expect(try list("--open", "--limit", "4") == (["s52", "s55", "s33", "s31"], true))
            #expect(try list("--open", "--limit", "2") == (["s52", "s55"], true))
            #expect(try list("--limit", "4") == (["s33", "s52", "s21", "s55"], true))
        }

        @Test func `a listener without a platform says that it waits`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            #expect(platform.stop() == 0)
            let listener = try ChildProcess(
                Repository.executable,
                ["listen", "--feed", platform.feed, "--history", platform.history, "--count", "1"], in: scratch)
            let waiting = "no platform answers at \(platform.history), waiting\n"
            #expect(eventually { listener.errors == waiting } && listener.isRunning)
            listener.signal(SIGTERM)
            _ = listener.wait()
            // A topic that no alarm ever has would wait for ever.
            let nothing = try fenghuo("listen", "gas", "--feed", platform.feed, in: scratch)
            #expect(nothing.code == 3 && nothing.errors.contains("alarm/domain/gas/"), "\(nothing.errors)")
            // Nor does anybody wait to hear that nobody is there.
            let began = ContinuousClock.now
            let ack = try fenghuo(
                "alarms", "ack", "1.0", "--by", "王敏", "--why", "x", "--control", platform.control, in: scratch)
            #expect(ack.code == 4 && ack.errors.contains("no platform answers") && .now - began < .seconds(30))
        }

        @Test func `send tells by its exit code what went wrong`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let wrong = Self.lines[0].replacingOccurrences(of: "%LEL", with: "%VOL")
            let file = try scratch.write("wrong.ndjson", "\(wrong)\n\(Self.lines[1])\n")
            let rejected = try fenghuo("send", file, "--to", platform.ingest, in: scratch)
            #expect(rejected.code == 1)
            #expect(rejected.output.contains("\(file):1: rejected w/0: unit_mismatch unit"))
            let missing = scratch.path + "/missing.ndjson"
            let unread = try fenghuo("send", missing, "--to", platform.ingest, in: scratch)
            #expect(unread.code == 2 && unread.errors.contains(missing))
            let map = try scratch.write("map.yml", "subject: x\nreadngs: []\n")
            let unmapped = try fenghuo("send", file, "--map", map, "--to", platform.ingest, in: scratch)
            #expect(unmapped.code == 2 && unmapped.errors.contains("\(map):2:1"))
            let reports = try scratch.write(
                "reports.yml",
                """
                category: fire
                area: "320213"
                id: "{n}"
                time: {columns: [t], format: rfc3339}
                place: {lon: x, lat: y}
                """)
            let time = "2026-07-02T00:00:00+08:00"
            let table = try scratch.write("fires.csv", "n,t,x,y\n1,\(time),120,31\n2,,120,31\n3,\(time),120,3150\n")
            let partly = try fenghuo("send", table, "--map", reports, "--to", platform.ingest, in: scratch)
            #expect(partly.code == 1 && partly.output.contains("1 accepted"), "\(partly.output)")
            #expect(partly.output.contains("\(table):3: skipped, '' is no time of the mapping's format"))
            #expect(partly.output.contains("\(table):4: rejected 3: out_of_range lat"))
            #expect(try fenghuo("send", file, "--batch", "0", in: scratch).code == 3)
            #expect(platform.stop() == 0)
            let silent = try fenghuo("send", file, "--to", platform.ingest, "--give-up", "1", in: scratch)
            #expect(silent.code == 4 && silent.errors.contains(platform.ingest))
            let status = try fenghuo("status", "--control", "tcp://127.0.0.1:9", in: scratch)
            #expect(status.code == 4)
        }

        @Test func `one event far ahead of a recorded day is stored and noted, and moves no clock`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch) { $0.more = "max_step: 1d" }
            let wire = try Wire(.req, platform.ingest)
            func ask(_ id: String, _ time: String) throws -> [String?] {
                let answer = try wire.ask(
                    Self.lines[3].replacingOccurrences(of: "w/150", with: id)
                        .replacingOccurrences(of: "RQ-1", with: id)
                        .replacingOccurrences(of: "2026-07-02T00:02:30", with: time))
                #expect(answer?["accepted"] as? Int == 1)
                return (answer?["notes"] as? [[String: Any]] ?? []).map { $0["code"] as? String }
            }
            #expect(try !ask("A", "2026-07-02T00:00:00").contains("clock_fast"))
            #expect(try ask("B", "2026-11-25T11:00:00").contains("clock_fast"))
            #expect(try platform.settle())
            #expect(try platform.status().received.hasPrefix("2026-07-02T00:00:00"))
            #expect(try ask("C", "2026-07-02T00:01:00").allSatisfy { $0 != "clock_fast" && $0 != "late" })
            #expect(try platform.settle())
            // A restarted door goes on from the journal's clock.
            #expect(platform.stop() == 0)
            try platform.start()
            #expect(
                try Wire(.req, platform.ingest).ask(
                    Self.lines[3].replacingOccurrences(of: "2026-07", with: "2026-09"))?["notes"] != nil)
            #expect(platform.stop() == 0)
            #expect(try StoredAlarms(data: platform.data).transitions().map(\.subject) == ["A", "C"])
        }

        @Test func `a file that was sent before is sent again only when asked for`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let file = try scratch.write("day.ndjson", Self.lines.joined(separator: "\n") + "\n")
            #expect(try fenghuo("send", file, "--to", platform.ingest, in: scratch).code == 0)
            let twice = try fenghuo("send", file, "--to", platform.ingest, in: scratch)
            #expect(twice.code == 3 && twice.errors.contains("day.ndjson was sent before"), "\(twice.errors)")
            #expect(twice.errors.contains("--again") && twice.output.isEmpty)
            let again = try fenghuo("send", file, "--again", "--to", platform.ingest, in: scratch)
            #expect(again.code == 0 && again.output.hasPrefix("9 accepted"))
            #expect(platform.stop() == 0)
            // What the platform counted twice, a replay of its export does too.
            let export = try fenghuo("journal", "export", "--restricted", "--data", platform.data, in: scratch)
            let exported = try scratch.write("export.ndjson", export.output)
            let replay = try fenghuo(
                "replay", exported, "--quiet", "--rules", Repository.root + "/rules", "--registry",
                Repository.root + "/registry", "--metrics", Repository.root + "/catalogue/metrics.yml", in: scratch)
            #expect(replay.output.hasPrefix("18 events, 0 refused"), "\(replay.output)\(replay.errors)")
        }

        @Test func `what cannot be sent is told in a few lines that say what to do`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let text = try scratch.write("notes.txt", String(repeating: "not an event\n", count: 78))
            let refused = try fenghuo("send", text, "--to", platform.ingest, in: scratch)
            #expect(
                refused.code == 1
                    && refused.output.contains("\n… 68 more: where the platform runs, fenghuo letters list"),
                "\(refused.output)")
            let table = try scratch.write(
                "a.csv", "t,v\n2026-07-02 00:00:00,1\n2026-07-02 00:01:00,x\n2026-07-02 00:02:00,\n")
            let unmapped = try fenghuo("send", table, "--to", platform.ingest, in: scratch)
            #expect(unmapped.code == 3 && unmapped.errors.contains("--map"), "\(unmapped.errors)")
            let map = try scratch.write(
                "map.yml",
                """
                subject: RQ-7
                time: {columns: [t], format: "yyyy-MM-dd HH:mm:ss", zone: "+08:00"}
                readings: [{column: v, metric: gas.lel, unit: "%LEL"}]

                """)
            let skipped = try fenghuo("send", table, "--map", map, "--to", platform.ingest, in: scratch)
            #expect(skipped.code == 1 && skipped.output.contains("a.csv:3: skipped"), "\(skipped.output)")
            #expect(skipped.output.contains("\n1 accepted") && skipped.output.contains("\n1 rows without any value"))
            let folder = try fenghuo("send", scratch.path, "--to", platform.ingest, in: scratch)
            #expect(folder.code == 2 && folder.errors.contains("directory") && !folder.errors.contains("NSCocoa"))
            let address = try fenghuo("send", text, "--again", "--to", "localhost:7400", in: scratch)
            #expect(address.code == 3 && address.errors.contains("tcp://"), "\(address.errors)")
            #expect(platform.stop() == 0)
        }

        @Test func `the CSV of the wire page is sent by its mapping`() throws {
            let scratch = try Scratch()
            let page = try String(contentsOfFile: Repository.root + "/docs/wire.md", encoding: .utf8)
            func block(_ language: String) throws -> String {
                let rest = try #require(page.components(separatedBy: "```\(language)\n").dropFirst().first)
                return try #require(rest.components(separatedBy: "```").first)
            }
            let map = try scratch.write("gas.yml", block("yaml"))
            let table = try scratch.write("gas.csv", block("csv"))
            let platform = try RunningPlatform(in: scratch)
            let sent = try fenghuo("send", table, "--map", map, "--to", platform.ingest, in: scratch)
            #expect(sent.code == 0 && sent.output.hasPrefix("2 accepted"), "\(sent.output)\(sent.errors)")
            #expect(!sent.output.contains("implausible"))
            #expect(platform.stop() == 0)
            let export = try fenghuo("journal", "export", "--data", platform.data, in: scratch)
            #expect(
                export.output.contains(#""subject":"RQ-7""#) && export.output.contains("00:01:00"), "\(export.output)")
        }

        @Test func `a replay misses what must report, as a platform does`() throws {
            let scratch = try Scratch()
            try scratch.write(
                "rules/pulse.yml",
                """
                id: pulse
                title: {zh: 甲, en: A}
                domain: gas
                runbook: docs/runbooks/gas-lel.md
                cites: [project default]
                input: {type: reading, metric: gas.lel, unit: "%LEL"}
                absence: {expect: [S1]}
                levels: {yellow: {at: 10m}}
                """)
            let events = ["00:00", "00:30"].map {
                #"{"id":"\#($0)","subject":"S2","metric":"gas.lel","value":1,"unit":"%LEL","time":"2026-07-02T\#($0):00+08:00"}"#
            }
            let file = try scratch.write("two.ndjson", events.joined(separator: "\n") + "\n")
            let replay = try fenghuo(
                "replay", file, "--rules", scratch.path + "/rules", "--registry", Repository.root + "/registry",
                "--metrics", Repository.root + "/catalogue/metrics.yml", in: scratch)
            #expect(replay.code == 0 && replay.output.contains("S1"), "\(replay.output)\(replay.errors)")
            #expect(replay.output.contains("00:10:00"))
            // From the first event on, not from the earliest.
            let late = zip(["08:00", "05:00", "08:05"], ["S1", "T1", "S1"]).map {
                #"{"id":"\#($0)","subject":"\#($1)","metric":"gas.lel","value":1,"unit":"%LEL","time":"2026-07-02T\#($0):00+08:00"}"#
            }
            let again = try fenghuo(
                "replay", try scratch.write("late.ndjson", late.joined(separator: "\n") + "\n"), "--rules",
                scratch.path + "/rules", "--registry", Repository.root + "/registry", "--metrics",
                Repository.root + "/catalogue/metrics.yml", in: scratch)
            #expect(again.code == 0 && !again.output.contains("pulse S1"), "\(again.output)\(again.errors)")
        }

        @Test func `the version is told, and a replay of nothing fails`() throws {
            let scratch = try Scratch()
            let version = try fenghuo("--version", in: scratch)
            #expect(version.code == 0 && version.output.hasPrefix("0."))
            let nothing = try fenghuo("replay", "--journal", scratch.path, in: scratch)
            #expect(nothing.code == 2 && nothing.errors.contains("no journal at \(scratch.path)"), "\(nothing.errors)")
            let refused = try fenghuo(
                "replay", try scratch.write("no.ndjson", "no event\n"), "--rules", Repository.root + "/rules",
                "--registry", Repository.root + "/registry", "--metrics", Repository.root + "/catalogue/metrics.yml",
                in: scratch)
            #expect(refused.code == 1 && refused.output.hasPrefix("0 events, 1 refused"), "\(refused)")
            let nested = try fenghuo("alarms", "list", "--level", "purple", in: scratch)
            #expect(nested.code == 3 && nested.errors.contains("Usage: fenghuo alarms list"), "\(nested.errors)")
        }

        @Test func `the rules that are shipped are checked, tested, listed and shown`() throws {
            let scratch = try Scratch()
            let check = try fenghuo("rules", "check", "--strict", in: scratch)
            #expect(check.code == 0 && check.output.contains(" 0 warnings"))
            let test = try fenghuo("rules", "test", in: scratch)
            #expect(test.code == 0, "\(test.output)")
            // Each process has its own order of what is hashed: none of it shows.
            let json = try (0..<3).map { _ in
                try fenghuo("rules", "test", "--format", "json", in: scratch).output
            }
            #expect(json[0].count > 1000 && Set(json).count == 1)
            let list = try fenghuo("rules", "list", in: scratch)
            #expect(list.code == 0 && list.output.split(separator: "\n").count > 10)
            let show = try fenghuo("rules", "show", "gas-lel", in: scratch)
            #expect(show.code == 0 && show.output.contains("red: value >= limit.hh or 50, clear 40"))
            let unknown = try fenghuo("rules", "show", "gas-lol", in: scratch)
            #expect(unknown.code == 2 && unknown.errors.contains("did you mean gas-lel?"))
        }

        @Test func `a broken rule and a failing rule test have their exit codes and places`() throws {
            let scratch = try Scratch()
            let rules = try scratch.copy(Repository.root + "/rules/gas", to: "gas")
            let rule = rules + "/gas-lel.yml"
            let text = try String(contentsOfFile: rule, encoding: .utf8)
            try scratch.write("gas/gas-lel.yml", text.replacingOccurrences(of: "{at: 20,", with: "{at: 23,"))
            #expect(try fenghuo("rules", "test", scratch.path, in: scratch).code == 1)
            try scratch.write("gas/gas-lel.yml", text.replacingOccurrences(of: "{at: 20,", with: "{att: 20,"))
            let check = try fenghuo("rules", "check", scratch.path, in: scratch)
            #expect(check.code == 2)
            #expect(check.output.contains("gas/gas-lel.yml:15:12"), "\(check.output)")
            #expect(check.output.contains("att"))
        }

        @Test func `data recorded under event time is not pruned by age`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch) { $0.clock = "events" }
            #expect(platform.stop() == 0)
            let prune = try fenghuo("journal", "prune", "--data", platform.data, in: scratch)
            #expect(prune.code == 1 && prune.errors.contains("event time"), "\(prune.errors)")
        }

        @Test func `a data directory that is not there is said to be missing`() throws {
            let scratch = try Scratch()
            let path = scratch.path + "/nowhere"
            for arguments in [
                ["alarms", "list"], ["journal", "info"], ["journal", "verify"], ["journal", "export"],
            ] {
                let printed = try run(Repository.executable, arguments + ["--data", path], in: scratch)
                #expect(printed.code == 2, "\(arguments)")
                #expect(printed.errors.contains(path) && !printed.errors.contains("cannot write"), "\(printed.errors)")
            }
        }
    }
}
