import City
import Client
import Events
import Foundation
import Testing

extension EndToEnd {
    /// Segments that somebody or a disk has changed: the start and `journal verify` say which, and nothing is passed over.
    struct HandDamageTests {
        private static let files = FileManager.default

        /// A platform with the day in four or more segments, stopped.
        private static func stopped(_ scratch: Scratch) throws -> RunningPlatform {
            let platform = try RunningPlatform(in: scratch) { $0.more = "segment_age: 6h" }
            _ = try send(KillTests.day(), to: platform.ingest, stream: "day")
            #expect(platform.stop() == 0)
            let segments = try segments(platform)
            #expect(segments.count >= 4)
            // A log that a connection has left would hide damage of the file's pages: closing the last one moves it into the file.
            let sql = """
                import sqlite3, sys
                for path in sys.argv[1:]:
                    c = sqlite3.connect(path)
                    c.execute("SELECT count(*) FROM entry").fetchall()
                    c.close()
                """
            #expect(try run("/usr/bin/env", ["python3", "-c", sql] + segments, in: scratch).code == 0)
            #expect(!segments.contains { files.fileExists(atPath: $0 + "-wal") })
            return platform
        }

        private static func segments(_ platform: RunningPlatform) throws -> [String] {
            let folder = platform.data + "/journal"
            return try files.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".sqlite") }.sorted()
                .map { folder + "/" + $0 }
        }

        private static func change(_ path: String, _ body: (inout Data) -> Void) throws {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            body(&bytes)
            try bytes.write(to: URL(fileURLWithPath: path))
        }

        /// Turns a bit over in the middle of a row's payload.
        private static func flipRow(_ path: String, _ which: String) throws {
            let sql = """
                import sqlite3, sys
                c = sqlite3.connect(sys.argv[1])
                p, payload = c.execute("SELECT position, payload FROM entry " + sys.argv[2]).fetchone()
                changed = bytearray(payload)
                changed[len(changed) // 2] ^= 4
                c.execute("UPDATE entry SET payload = ? WHERE position = ?", (bytes(changed), p))
                c.commit()
                c.close()
                """
            #expect(try run("/usr/bin/env", ["python3", "-c", sql, path, which], in: Scratch()).code == 0)
        }

        private static func expectRefused(_ platform: RunningPlatform, _ words: [String]) throws {
            let failure = #expect(throws: RunningPlatform.NotReady.self) { try platform.start() }
            #expect(failure?.code == 1)
            for word in words { #expect(failure?.errors.contains(word) == true, "\(failure?.errors ?? "")") }
        }

        /// All that could be gone on from but the journal.
        private static func removeStates(_ platform: RunningPlatform) throws {
            try files.removeItem(atPath: platform.data + "/snapshots")
            for suffix in ["", "-wal", "-shm"] {
                try? files.removeItem(atPath: platform.data + "/alerts.sqlite" + suffix)
            }
        }

        private static func verify(_ platform: RunningPlatform) throws -> Finished {
            try fenghuo("journal", "verify", "--data", platform.data, in: platform.scratch)
        }

        @Test(arguments: [
            "cut in half", "cut to nothing", "cut by a page", "a bit of the newest row", "a bit of an early row",
            "its first page",
        ])
        func `a newest segment that was damaged is named at the start, and put back nothing is lost`(damage: String)
            throws
        {
            let scratch = try Scratch()
            let platform = try Self.stopped(scratch)
            let newest = try #require(try Self.segments(platform).last)
            let whole = try Data(contentsOf: URL(fileURLWithPath: newest))
            switch damage {
            case "cut in half": try Self.change(newest) { $0.removeLast($0.count / 2) }
            case "cut to nothing": try Self.change(newest) { $0.removeAll() }
            case "cut by a page": try Self.change(newest) { $0.removeLast(4096) }
            case "a bit of the newest row": try Self.flipRow(newest, "ORDER BY position DESC LIMIT 1")
            case "a bit of an early row": try Self.flipRow(newest, "ORDER BY position LIMIT 1")
            default: try Self.change(newest) { $0.resetBytes(in: 0..<4096) }
            }
            try Self.expectRefused(platform, [newest])
            #expect(try Self.verify(platform).code == 1)
            try whole.write(to: URL(fileURLWithPath: newest))
            for suffix in ["-wal", "-shm"] { try? Self.files.removeItem(atPath: newest + suffix) }
            try platform.start()
            #expect(platform.stop() == 0)
            try KillTests.expectUndisturbed(platform.data, starts: 1)
        }

        /// Turns a bit over in a payload, in the file itself: the first place at which a reader of file and log sees it, for the
        /// log's pages hide the file's, and a page that was divided keeps old copies of what left it.
        private static func flipBeneathLog(_ path: String) throws {
            let scratch = try Scratch()
            let sql = """
                import shutil, sqlite3, sys
                path = sys.argv[1]
                def payloads():
                    shutil.copy(path, "copy.sqlite")
                    shutil.copy(path + "-wal", "copy.sqlite-wal")
                    c = sqlite3.connect("copy.sqlite")
                    rows = [row[0] for row in c.execute("SELECT payload FROM entry ORDER BY position")]
                    c.close()
                    return rows
                before = payloads()
                file = open(path, "r+b", buffering=0)
                whole = file.read()
                def put(at, byte):
                    file.seek(at)
                    file.write(bytes([byte]))
                for payload in before:
                    for offset in range(0, len(payload) - 64, 512):
                        at = whole.find(payload[offset:offset + 64])
                        if at < 0: continue
                        put(at + 32, whole[at + 32] ^ 4)
                        if payloads() != before: sys.exit()
                        put(at + 32, whole[at + 32])
                sys.exit("no payload is read from the file")
                """
            let done = try run("/usr/bin/env", ["python3", "-c", sql, path], in: scratch.path, working: scratch.path)
            #expect(done.code == 0, "\(done.errors)")
        }

        /// A start that closed its connections would move the log into the file that it refuses, and delete it.
        @Test(arguments: ["a bit of a row", "another database", "nothing left"])
        func `a start that refuses the newest segment leaves its write-ahead log: put back, the last event is there`(
            damage: String
        ) throws {
            let platform = try Self.stopped(Scratch())
            let newest = try #require(try Self.segments(platform).last)
            platform.settings.more = "segment_age: 7d"
            try platform.start()
            // A row that does not fit a page, so that the log of the next start cannot hide all of the file's rows.
            let lines = (0..<200).map { id in
                #"{"id":"n\#(id)","subject":"Q","area":"320213","metric":"gas.lel","value":1,"unit":"%LEL","#
                    + #""noise":\#(Double.random(in: 0..<1)),"time":"2026-07-02T23:59:58+08:00"}"#
            }
            let taken = try Wire(.req, platform.ingest).ask(lines.joined(separator: "\n"))
            #expect(taken?["accepted"] as? Int == 200, "\(taken ?? [:])")
            #expect(platform.stop() == 0)
            try platform.start()
            let answer = try Wire(.req, platform.ingest).ask(
                #"{"id":"last","subject":"Q","area":"320213","metric":"gas.lel","value":1,"unit":"%LEL","#
                    + #""time":"2026-07-02T23:59:59+08:00"}"#)
            #expect(answer?["accepted"] as? Int == 1, "\(answer ?? [:])")
            platform.kill()
            #expect(try Self.segments(platform).last == newest)
            let log = try Data(contentsOf: URL(fileURLWithPath: newest + "-wal"))
            let whole = try Data(contentsOf: URL(fileURLWithPath: newest))
            switch damage {
            case "a bit of a row": try Self.flipBeneathLog(newest)
            case "another database":
                try Data(contentsOf: URL(fileURLWithPath: platform.data + "/alerts.sqlite"))
                    .write(to: URL(fileURLWithPath: newest))
            default: try Self.change(newest) { $0.removeAll() }
            }
            #expect(try Self.verify(platform).code == 1)
            try Self.expectRefused(platform, [newest])
            let prune = try fenghuo("journal", "prune", "--data", platform.data, in: platform.scratch)
            #expect(prune.code == 1 && prune.errors.contains(newest), "\(prune)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: newest + "-wal")) == log)
            try whole.write(to: URL(fileURLWithPath: newest))
            try platform.start()
            #expect(platform.stop() == 0)
            let export = try fenghuo("journal", "export", "--data", platform.data, in: platform.scratch)
            #expect(export.output.contains(#""id":"last""#))
        }

        @Test func `marks that were changed and made again are told until the next start`() throws {
            let platform = try Self.stopped(Scratch())
            let newest = try #require(try Self.segments(platform).last)
            let sql =
                "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('UPDATE mark SET seq = seq + 9'); c.commit()"
            let change = ["python3", "-c", sql, newest]
            #expect(try run("/usr/bin/env", change, in: platform.scratch).code == 0)
            try platform.start()
            #expect(try platform.status().degraded.contains { $0.hasPrefix("stream marks: \(newest): ") })
            #expect(platform.stop() == 0)
            try platform.start()
            #expect(try platform.status().degraded == [])
            #expect(platform.stop() == 0)
        }

        @Test func `an older segment with a bit turned over is named by verify, and by the start that has to read it`()
            throws
        {
            let scratch = try Scratch()
            let platform = try Self.stopped(scratch)
            // A start reads the last two. Before this one there are events, also where a whole segment is one row: the first may hold
            // the rules alone.
            let older = try #require(try Self.segments(platform).dropLast(2).last)
            let whole = try fenghuo("journal", "export", "--data", platform.data, in: scratch)
            try Self.flipRow(older, "ORDER BY position DESC LIMIT 1")
            let found = try Self.verify(platform)
            #expect(found.code == 1 && (found.output + found.errors).contains(older), "\(found)")
            // What is whole can be had: everything before the damage, and everything behind it.
            let export = try fenghuo("journal", "export", "--data", platform.data, in: scratch)
            #expect(export.code != 0 && export.output.contains("\"id\""), "\(export.errors)")
            #expect(export.errors.contains(older), "\(export.errors)")
            let next = try #require(try Self.segments(platform).drop { $0 <= older }.first)
            let behind = try #require(Int64(URL(fileURLWithPath: next).deletingPathExtension().lastPathComponent))
            let rest = try fenghuo("journal", "export", "--data", platform.data, "--from", "\(behind)", in: scratch)
            #expect(rest.code == 0 && rest.output.contains("\"id\""), "\(rest.errors)")
            // Without a backup, another platform takes it, in order.
            let kept = export.output + rest.output
            let lines = kept.split(separator: "\n")
            #expect(whole.output.hasPrefix(export.output) && whole.output.hasSuffix(rest.output))
            #expect(lines.count < whole.output.split(separator: "\n").count)
            let other = try RunningPlatform(in: scratch) { $0.data = scratch.path + "/other" }
            let file = try scratch.write("kept.ndjson", kept)
            let sent = try fenghuo("send", file, "--to", other.ingest, in: scratch)
            #expect(sent.output.hasPrefix("\(lines.count) accepted, 0 duplicates, 0 rejected"), "\(sent)")
            #expect(other.stop() == 0)
            // With its snapshot and the marks of its streams the platform needs nothing from there; without, it must not
            // begin behind the damage.
            // One before it that cannot be read at all, for its header names a later version, hides nothing.
            let first = try Self.segments(platform)[0]
            try Self.change(first) { $0[62] ^= 1 }
            try platform.start()
            func told(_ damaged: String) throws -> [String] {
                try platform.status().degraded.filter { $0.hasPrefix("damaged segment ") && $0.contains(damaged) }
            }
            // Each once: not with the one before it, too.
            for damaged in [first, older] {
                #expect(try eventually { try !told(damaged).isEmpty }, "\(damaged)")
                #expect(try told(damaged).count == 1)
            }
            #expect(platform.stop() == 0)
            try Self.change(first) { $0[62] ^= 1 }
            try Self.removeStates(platform)
            try Self.expectRefused(platform, [older, "position"])
        }

        @Test func `the oldest segment taken away is named by verify, by an export and by the status`() throws {
            let scratch = try Scratch()
            let platform = try Self.stopped(scratch)
            let oldest = try Self.segments(platform)[0]
            try Self.files.moveItem(atPath: oldest, toPath: scratch.path + "/away")
            for suffix in ["-wal", "-shm"] { try? Self.files.removeItem(atPath: oldest + suffix) }
            for command in ["verify", "export"] {
                let found = try fenghuo("journal", command, "--data", platform.data, in: scratch)
                #expect(found.code == 1 && found.errors.contains("a segment is missing"), "\(command): \(found.errors)")
            }
            try platform.start()
            #expect(try platform.status().degraded.contains { $0.contains("a segment is missing") })
            #expect(platform.stop() == 0)
            // One loss does not hide another.
            for suffix in ["", "-wal", "-shm"] {
                try? Self.files.removeItem(atPath: platform.data + "/alerts.sqlite" + suffix)
            }
            try platform.start()
            let told = try platform.status().degraded.joined()
            #expect(told.contains("a segment is missing") && told.contains("are lost"), "\(told)")
            #expect(platform.stop() == 0)
        }

        @Test func `an older segment cut short is named by verify, and by the start that has to read it`() throws {
            let scratch = try Scratch()
            let platform = try Self.stopped(scratch)
            let older = try Self.segments(platform)[1]
            try Self.change(older) { $0.removeLast($0.count / 2) }
            let found = try Self.verify(platform)
            #expect(found.code == 1 && (found.output + found.errors).contains(older), "\(found)")
            try Self.removeStates(platform)
            try Self.expectRefused(platform, [older])
        }

        @Test func `a segment taken out of the middle is named by verify, and by the start that has to read it`() throws
        {
            let scratch = try Scratch()
            let platform = try Self.stopped(scratch)
            let segments = try Self.segments(platform)
            // A reader may have left what SQLite keeps beside a file.
            for suffix in ["", "-wal", "-shm"] { try? Self.files.removeItem(atPath: segments[1] + suffix) }
            let found = try Self.verify(platform)
            #expect(found.code == 1 && (found.output + found.errors).contains(segments[2]), "\(found)")
            try Self.removeStates(platform)
            try Self.expectRefused(platform, [segments[2]])
        }
    }
}
