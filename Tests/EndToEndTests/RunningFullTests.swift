import Foundation
import Testing

extension EndToEnd {
    /// What runs full while the platform goes on is told before it is full.
    struct RunningFullTests {
        @Test func `connections that take nearly all descriptors are told, and told no more once they are gone`() throws
        {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch) { $0.descriptors = 200 }
            #expect(try platform.status().degraded == [])
            do {
                let peers = try (0..<145).map { _ in try Wire(.dealer, platform.ingest) }
                #expect(
                    try eventually {
                        try platform.status().degraded.contains {
                            $0.hasPrefix("descriptors: ") && $0.contains(" of 200 ")
                        }
                    })
                #expect(peers.count == 145)
            }
            #expect(try eventually { try platform.status().health == "ok" })
            #expect(platform.stop() == 0)
        }

        @Test func `without a descriptor left those connected are served, and all once there is room`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch) {
                $0.descriptors = 80
                $0.more = "segment_bytes: 1048576"
            }
            func event(_ id: Int) -> String {
                #"{"id":"\#(id)","subject":"RQ-1","area":"320213","metric":"gas.lel","value":55,"unit":"%LEL","#
                    + #""time":"2026-07-02T00:00:30+08:00"}"#
            }
            // Bytes that do not shrink: the segment is full after some.
            var random = SystemRandomNumberGenerator()
            func large(_ id: Int) -> String {
                (0..<1000).map { line in
                    let noise = (0..<6).map { "\"f\($0)\":\(Double.random(in: 0..<1, using: &random))" }
                    return event(id * 1000 + line).dropLast() + "," + noise.joined(separator: ",") + "}"
                }.joined(separator: "\n")
            }
            let connected = try Wire(.req, platform.ingest)
            #expect(try connected.ask(event(1))?["accepted"] as? Int == 1)
            do {
                // Each asks, so that it is known who was let in.
                let peers = try (0..<100).map { _ in try Wire(.dealer, platform.ingest) }
                for peer in peers { peer.send([Array(#"{"op":"resume","stream":"s"}"#.utf8), []]) }
                #expect(eventually { Self.descriptors(of: platform) >= 79 })
                for id in 2..<20 { #expect(try connected.ask(event(id))?["accepted"] as? Int == 1) }
                for id in 100..<140 {
                    let answer = try connected.ask(large(id))
                    try #require(answer?["accepted"] as? Int == 1000, "\(answer ?? [:]) \(platform.log)")
                }
                let folder = platform.data + "/journal/"
                let sizes = try FileManager.default.contentsOfDirectory(atPath: folder).map { name in
                    try FileManager.default.attributesOfItem(atPath: folder + name)[.size] as? Int ?? 0
                }
                #expect(sizes.contains { $0 > 2 << 20 }, "\(sizes)")
                #expect(platform.isRunning && peers.count == 100)
            }
            #expect(platform.isRunning)
            #expect(eventually { Self.descriptors(of: platform) < 70 })
            #expect(try Wire(.req, platform.ingest).ask(event(20))?["accepted"] as? Int == 1)
            // The next commit makes the segment that was due.
            #expect(try eventually { try platform.status().health == "ok" })
            #expect(try FileManager.default.contentsOfDirectory(atPath: platform.data + "/journal").count > 3)
            #expect(platform.stop() == 0)
            #expect(try fenghuo("journal", "verify", "--data", platform.data, in: scratch).code == 0)
        }

        private static func descriptors(of platform: RunningPlatform) -> Int {
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(platform.pid)/fd").count) ?? 0
        }

        @Test func `a journal that has reached its cap is told and drops nothing`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch) { $0.more = "journal_cap: 1" }
            #expect(
                try eventually {
                    try platform.status().degraded.contains { $0.hasPrefix("journal_cap: the journal takes ") }
                })
            let answer = try Wire(.req, platform.ingest).ask(
                #"{"id":"1","subject":"RQ-1","area":"320213","metric":"gas.lel","value":55,"unit":"%LEL","#
                    + #""time":"2026-07-02T00:00:30+08:00"}"#)
            #expect(answer?["accepted"] as? Int == 1)
            #expect(platform.stop() == 0)
        }

        @Test func `a key is erased by command, once and by its name only`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let answer = try Wire(.req, platform.ingest).ask(
                #"{"id":"1","type":"incident","category":"fire","area":"320213","text":"三楼冒烟","#
                    + #""time":"2026-07-02T00:00:30+08:00"}"#)
            #expect(answer?["accepted"] as? Int == 1, "\(answer ?? [:])")
            func erase(_ more: String...) throws -> Finished {
                try run(
                    Repository.executable, ["journal", "erase-key", "2026-07", "--data", platform.data] + more,
                    in: scratch)
            }
            #expect(try erase("--force").errors.contains("owned by process"))
            #expect(platform.stop() == 0)
            func export() throws -> String {
                try fenghuo("journal", "export", "--restricted", "--data", platform.data, in: scratch).output
            }
            #expect(try export().contains("三楼冒烟"))
            #expect(try erase().code == 3)
            // Of a month whose key could not be read for a while.
            try Data(count: 32).write(to: URL(fileURLWithPath: platform.data + "/keys/2026-07-2.key"))
            let done = try erase("--force")
            #expect(done.code == 0 && done.output.hasPrefix("erased 2026-07"), "\(done.errors)")
            #expect(done.output.contains("other keys, which are still there: 2026-07-2\n"), "\(done.output)")
            #expect(try !export().contains("三楼冒烟"))
            let again = try erase("--force")
            #expect(again.code == 1 && again.errors.contains("no key 2026-07"))
            #expect(try fenghuo("journal", "verify", "--data", platform.data, in: scratch).code == 0)
        }

        @Test func `a foreign lock on the alert store makes alarms wait, and is told`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let (other, held) = try Self.lock(platform.data + "/alerts.sqlite", of: platform)
            let answer = try Wire(.req, platform.ingest).ask(
                #"{"id":"1","subject":"RQ-1","area":"320213","metric":"gas.lel","value":55,"unit":"%LEL","#
                    + #""time":"2026-07-02T00:00:30+08:00"}"#)
            #expect(answer?["accepted"] as? Int == 1)
            #expect(
                try eventually {
                    try platform.status().degraded.contains {
                        $0.hasPrefix("alert store: ") && $0.contains("locked by another process")
                    }
                })
            #expect(try platform.status().feedHead == 0)
            withExtendedLifetime(other) {}
            try FileManager.default.removeItem(atPath: held)
            #expect(try eventually { try platform.status().feedHead > 0 })
            #expect(try platform.status().health == "ok")
            #expect(platform.stop() == 0)
        }

        @Test func `operators who wait for a decision hold up neither status nor a stop`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let (other, held) = try Self.lock(platform.data + "/alerts.sqlite", of: platform)
            let waiting = try (0..<4).map { number in
                let wire = try Wire(.dealer, platform.control)
                wire.send(#"{"op":"acknowledge","episode":"1.\#(number)","by":"王敏","key":"k-\#(number)"}"#)
                return wire
            }
            #expect(
                try eventually { try platform.status().degraded.contains { $0.hasPrefix("alert store: ") } })
            let asked = ProcessInfo.processInfo.systemUptime
            _ = try platform.status()
            // 1: what the store lacks is in the journal. One who waits alone would have taken half a minute.
            #expect(platform.stop() == 1)
            #expect(ProcessInfo.processInfo.systemUptime - asked < 20)
            withExtendedLifetime((waiting, other)) {}
            try FileManager.default.removeItem(atPath: held)
        }

        @Test func `a commit that does not end is told, and holds up no status`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            func event(_ id: Int) -> String {
                #"{"id":"\#(id)","subject":"RQ-1","area":"320213","metric":"gas.lel","value":55,"unit":"%LEL","#
                    + #""time":"2026-07-02T00:00:30+08:00"}"#
            }
            let wire = try Wire(.req, platform.ingest)
            #expect(try wire.ask(event(1))?["accepted"] as? Int == 1)
            let names = try FileManager.default.contentsOfDirectory(atPath: platform.data + "/journal")
            let segment = try #require(names.filter { $0.hasSuffix(".sqlite") }.max())
            let (other, held) = try Self.lock("\(platform.data)/journal/\(segment)", of: platform)
            wire.send(event(2))
            // A write waits five seconds for the lock; nobody else waits for it.
            let next = try platform.status().journalNext
            #expect(
                try eventually {
                    try platform.status().degraded.contains { $0.hasPrefix("journal: a commit is under way since ") }
                })
            #expect(try platform.status().journalNext == next)
            withExtendedLifetime(other) {}
            try FileManager.default.removeItem(atPath: held)
            #expect(try wire.answer()?["accepted"] as? Int == 1)
            #expect(try platform.status().degraded == [])
            #expect(platform.stop() == 0)
        }

        /// A process that holds the write lock of a database as long as the file exists, or the process is kept.
        private static func lock(_ path: String, of platform: RunningPlatform) throws -> (ChildProcess, file: String) {
            let held = try platform.scratch.write("held", "")
            let arguments = ["python3", "-c", hold, path, held]
            let other = try ChildProcess("/usr/bin/env", arguments, in: platform.scratch)
            #expect(eventually { other.output == "held\n" }, "\(other.errors)")
            return (other, held)
        }

        /// Holds the write lock of a database as long as a file exists.
        private static let hold = """
            import os, sqlite3, sys, time
            c = sqlite3.connect(sys.argv[1], isolation_level=None)
            c.execute("BEGIN IMMEDIATE")
            print("held", flush=True)
            while os.path.exists(sys.argv[2]): time.sleep(0.01)
            c.execute("ROLLBACK")
            """
    }
}
