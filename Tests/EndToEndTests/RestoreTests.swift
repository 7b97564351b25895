import Foundation
import Testing

extension EndToEnd {
    /// Files that are lost, older than the rest, or damaged: caught up where the journal allows it, else refused.
    struct RestoreTests {
        private static let files = FileManager.default

        /// A platform in which subject A has raised, and after `between` subject B; stopped cleanly.
        private static func stopped(
            _ scratch: Scratch, between: (RunningPlatform) throws -> Void = { _ in }
        ) throws -> (platform: RunningPlatform, epoch: String) {
            let platform = try RunningPlatform(in: scratch)
            let epoch = try platform.status().feedEpoch
            try raise("A", platform)
            #expect(platform.stop() == 0)
            try between(platform)
            try platform.start()
            try raise("B", platform)
            #expect(platform.stop() == 0)
            return (platform, epoch)
        }

        private static func raise(_ subject: String, _ platform: RunningPlatform, value: Int = 55) throws {
            let answer = try Wire(.req, platform.ingest).ask(
                #"{"id":"\#(subject)\#(value)","subject":"\#(subject)","area":"320213","metric":"gas.lel","#
                    + #""value":\#(value),"unit":"%LEL","time":"2026-07-02T00:00:30+08:00"}"#)
            #expect(answer?["accepted"] as? Int == 1)
            #expect(try platform.settle())
        }

        private static func copyStore(_ platform: RunningPlatform, to name: String) throws {
            for suffix in ["", "-wal", "-shm"] where files.fileExists(atPath: platform.data + "/alerts.sqlite" + suffix)
            {
                try files.copyItem(
                    atPath: platform.data + "/alerts.sqlite" + suffix, toPath: "\(name).sqlite\(suffix)")
            }
        }

        private static func removeStore(_ platform: RunningPlatform) throws {
            for suffix in ["", "-wal", "-shm"] where files.fileExists(atPath: platform.data + "/alerts.sqlite" + suffix)
            {
                try files.removeItem(atPath: platform.data + "/alerts.sqlite" + suffix)
            }
        }

        private static func subjects(_ platform: RunningPlatform) throws -> [String] {
            try StoredAlarms(data: platform.data).transitions().map { "\($0.key) \($0.transition.name)" }
        }

        @Test func `a lost alert store is rebuilt from the journal, though a snapshot is newer`() throws {
            let scratch = try Scratch()
            let (platform, epoch) = try Self.stopped(scratch)
            let before = try StoredAlarms(data: platform.data)
            let (transitions, notices) = (try before.transitions(), try before.notices())
            #expect(transitions.count == 2)
            try Self.removeStore(platform)
            try platform.start()
            #expect(try platform.settle())
            #expect(platform.log.contains("catching up"))
            #expect(try platform.status().feedEpoch != epoch)
            #expect(platform.stop() == 0)
            let after = try StoredAlarms(data: platform.data)
            #expect(try after.transitions() == transitions && after.notices() == notices)
        }

        @Test func `data that are said to be restored begin a new epoch, with all of their notices in it`() throws {
            let scratch = try Scratch()
            let (platform, epoch) = try Self.stopped(scratch)
            platform.settings.arguments = ["--restored"]
            try platform.start()
            let renewed = try platform.status().feedEpoch
            #expect(renewed != epoch)
            #expect(platform.stop() == 0)
            let bodies = try StoredAlarms(data: platform.data).reader.notices(since: 0).notices.map(\.body)
            #expect(bodies.count == 2 && bodies.allSatisfy { $0.contains("\"epoch\":\"\(renewed)\"") })
            platform.settings.arguments = []
            try platform.start()
            #expect(try platform.status().feedEpoch == renewed)
            #expect(platform.stop() == 0)
        }

        @Test func `an older copy of the store is caught up under a new epoch`() throws {
            let scratch = try Scratch()
            let copy = scratch.path + "/older"
            let (platform, epoch) = try Self.stopped(scratch) { try Self.copyStore($0, to: copy) }
            try Self.removeStore(platform)
            try Self.files.copyItem(atPath: copy + ".sqlite", toPath: platform.data + "/alerts.sqlite")
            try platform.start()
            #expect(try platform.settle())
            let renewed = try platform.status().feedEpoch
            #expect(renewed != epoch)
            #expect(platform.stop() == 0)
            #expect(try Self.subjects(platform) == ["A raised", "B raised"])
            let bodies = try StoredAlarms(data: platform.data).reader.notices(since: 0).notices.map(\.body)
            #expect(bodies.count == 2 && bodies.allSatisfy { $0.contains("\"epoch\":\"\(renewed)\"") })
        }

        /// The newest segment, or the alert store.
        private static func newestFile(_ platform: RunningPlatform, _ isJournal: Bool) throws -> String {
            guard isJournal else { return platform.data + "/alerts.sqlite" }
            let names = try files.contentsOfDirectory(atPath: platform.data + "/journal")
            return try platform.data + "/journal/" + #require(names.filter { $0.hasSuffix(".sqlite") }.max())
        }

        /// Sends an event to a platform that ends because a file was changed under it.
        private static func sendUntilEnd(_ platform: RunningPlatform, because path: String) throws -> Wire {
            let wire = try Wire(.req, platform.ingest)
            wire.send(
                #"{"id":"B1","subject":"B","area":"320213","metric":"gas.lel","value":55,"unit":"%LEL","#
                    + #""time":"2026-07-02T00:00:30+08:00"}"#)
            #expect(platform.waitForEnd() == 1)
            #expect(platform.log.contains("writing \(path) failed: the file was moved, deleted, replaced or cut short"))
            return wire
        }

        /// What was in it is gone; but nothing that comes is written behind the hole.
        @Test(arguments: [true, false])
        func `a write-ahead log that is cut short under the platform stops it, and nothing after it is acknowledged`(
            isJournal: Bool
        ) throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            try Self.raise("A", platform)
            let path = try Self.newestFile(platform, isJournal) + "-wal"
            #expect(truncate(path, 0) == 0)
            let wire = try Self.sendUntilEnd(platform, because: path)
            // A tick may have found it before B came.
            let isTaken = try wire.answer()?["ok"] as? Bool == true
            #expect(!isTaken || !isJournal)
            // What was cut off may have been in the segment already; what is there is sound.
            #expect(try fenghuo("journal", "verify", "--data", platform.data, in: scratch).code == 0)
            guard !isJournal else { return }
            try platform.start()
            #expect(try platform.settle())
            #expect(platform.stop() == 0)
            let subjects = try Self.subjects(platform)
            #expect(subjects.first == "A raised" && (!isTaken || subjects == ["A raised", "B raised"]))
        }

        @Test(arguments: [true, false])
        func `a write-ahead log that is cut short is told by the exit code though no event comes`(isStopped: Bool)
            throws
        {
            let platform = try RunningPlatform(in: Scratch())
            try Self.raise("A", platform)
            let path = try Self.newestFile(platform, true) + "-wal"
            let size = try #require(Self.files.attributesOfItem(atPath: path)[.size] as? Int)
            #expect(truncate(path, size / 2) == 0)
            #expect((isStopped ? platform.stop() : platform.waitForEnd()) == 1)
            #expect(platform.log.contains("writing \(path) failed"))
        }

        @Test(arguments: [true, false])
        func `a file that is taken away under the platform stops it, and nothing after it is acknowledged`(
            isJournal: Bool
        ) throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            try Self.raise("A", platform)
            let path = try Self.newestFile(platform, isJournal)
            let aside = scratch.path + "/aside.sqlite"
            try Self.files.moveItem(atPath: path, toPath: aside)
            let wire = try Self.sendUntilEnd(platform, because: path)
            if isJournal {
                let answer = try wire.answer()
                #expect(answer?["ok"] as? Bool != true, "\(String(describing: answer))")
            }
            try Self.files.moveItem(atPath: aside, toPath: path)
            try platform.start()
            #expect(try platform.settle())
            #expect(platform.stop() == 0)
            // What was refused is not written either.
            #expect(try Self.subjects(platform) == ["A raised"] + (isJournal ? [] : ["B raised"]))
        }

        @Test func `kill -9 keeps the epoch, so consumers go on where they were`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch) { $0.snapshotEvery = "1s" }
            try Self.raise("A", platform)
            let epoch = try platform.status().feedEpoch
            for round in 1...3 {
                try Self.raise("Q\(round)", platform, value: 1)
                platform.kill()
                try platform.start()
                #expect(try platform.status().feedEpoch == epoch)
            }
            #expect(platform.stop() == 0)
        }

        @Test func `a journal that ends before what the store has seen is refused at the start`() throws {
            let scratch = try Scratch()
            let older = scratch.path + "/older-journal"
            let (platform, _) = try Self.stopped(scratch) {
                try Self.files.copyItem(atPath: $0.data + "/journal", toPath: older)
            }
            try Self.files.removeItem(atPath: platform.data + "/journal")
            try Self.files.copyItem(atPath: older, toPath: platform.data + "/journal")
            #expect {
                try platform.start()
            } throws: { error in
                "\(error)".contains("the journal has lost its end or is an older copy")
            }
            #expect(try Self.subjects(platform) == ["A raised", "B raised"])

            // As the message says: without store and snapshots the platform goes on from the journal that is there.
            try Self.removeStore(platform)
            try Self.files.removeItem(atPath: platform.data + "/snapshots")
            try platform.start()
            #expect(try platform.settle())
            #expect(platform.stop() == 0)
            #expect(try Self.subjects(platform) == ["A raised"])
        }

        @Test func `a snapshot with a bit flipped is passed over and the start replays more`() throws {
            let scratch = try Scratch()
            let (platform, _) = try Self.stopped(scratch)
            let directory = platform.data + "/snapshots"
            for name in try Self.files.contentsOfDirectory(atPath: directory) {
                let path = URL(fileURLWithPath: directory + "/" + name)
                var bytes = try Data(contentsOf: path)
                bytes[bytes.count / 2] ^= 4
                try bytes.write(to: path)
            }
            try platform.start()
            #expect(try platform.settle())
            #expect(platform.log.contains("its checksum does not match"))
            #expect(platform.stop() == 0)
            #expect(try Self.subjects(platform) == ["A raised", "B raised"])
        }

        @Test func `where no key can be made others are not held up, and senders and status are told`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let keys = platform.data + "/keys"
            try? Self.files.removeItem(atPath: keys)
            try Data().write(to: URL(fileURLWithPath: keys))
            var count = 0
            func report() throws -> [String: Any]? {
                count += 1
                return try Wire(.req, platform.ingest).ask(
                    #"{"id":"r\#(count)","type":"incident","category":"fire","area":"320213","text":"三楼冒烟","#
                        + #""time":"2026-07-02T00:00:30+08:00"}"#)
            }
            #expect(try report()?["code"] as? String == "commit_failed")
            #expect(
                try platform.status().degraded.contains { $0.hasPrefix("restricted fields: cannot be encrypted") })
            // From now on before they share a batch with others.
            let refused = try report()
            #expect(
                (refused?["en"] as? String)?.contains("restricted fields cannot be encrypted") == true,
                "\(refused ?? [:])")
            // Reports that come all the time share no batch with them.
            let (reports, wire) = (try Wire(.dealer, platform.ingest), try Wire(.req, platform.ingest))
            for number in 0..<50 {
                for part in 0..<20 {
                    reports.send([
                        [],
                        Array(
                            (#"{"id":"f\#(number)-\#(part)","type":"incident","category":"fire","area":"320213","#
                                + #""\#(part % 2 == 0 ? "text" : "te\\u0078t")":"三楼冒烟","#
                                + #""time":"2026-07-02T00:00:30+08:00"}"#).utf8),
                    ])
                }
                let answer = try wire.ask(
                    #"{"id":"\#(number)","subject":"X","metric":"gas.lel","value":1,"unit":"%LEL","#
                        + #""time":"2026-07-02T00:00:30+08:00"}"#)
                #expect(answer?["accepted"] as? Int == 1)
            }
            try Self.files.removeItem(atPath: keys)
            #expect(try eventually { try report()?["accepted"] as? Int == 1 })
            #expect(try platform.status().health == "ok")
            #expect(platform.stop() == 0)
        }

        @Test func `what fails beside the pipeline is shown and stops nothing`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch) { $0.snapshotEvery = "1s" }
            try Self.raise("A", platform)
            try? Self.files.removeItem(atPath: platform.data + "/snapshots")
            try Data().write(to: URL(fileURLWithPath: platform.data + "/snapshots"))
            var count = 0
            #expect(
                try eventually {
                    count += 1
                    try Self.raise("X\(count)", platform, value: 1)
                    return try platform.status().degraded.contains { $0.hasPrefix("snapshot:") }
                })
            try Self.files.removeItem(atPath: platform.data + "/snapshots")
            #expect(try eventually { try platform.status().health == "ok" })
            #expect(platform.stop() == 0)
        }
    }
}
