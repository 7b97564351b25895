import Events
import Foundation
import Journal
import Messaging
import Testing

extension EndToEnd {
    /// `fenghuo send --spool` as its own process, and the platform as another; and the bodies that ask for no stream.
    struct SpoolTests {
        private static let count = 4000

        private static func event(_ number: Int) -> String {
            #"{"id":"e\#(number)","subject":"S-1","metric":"gas.lel","value":1,"unit":"%LEL","time":"2026-07-02T00:00:00+08:00"}"#
        }

        private func journaled(_ platform: RunningPlatform) throws -> [String] {
            var reader = try Journal.read(data: platform.data, from: nil)
            var found: [String] = []
            while let stored = try reader.next() {
                guard case .events(let batch) = stored.record.entry else { continue }
                for event in 0..<batch.count {
                    let id = batch.ids.bytes.withUnsafeBytes { Array($0[batch.ids.range(event)]) }
                    found.append(String(decoding: id, as: UTF8.self))
                }
            }
            return found
        }

        @Test func `a spool loses and doubles nothing when sender and platform are killed`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let lines = (0..<Self.count).map { Self.event($0) + "\n" }
            let file = try scratch.write("day.ndjson", lines.joined())
            let arguments = [
                "send", file, "--spool", scratch.path + "/gw.spool", "--stream", "gw", "--to", platform.ingest,
                "--batch", "5", "--window", "2",
            ]
            func accepted() throws -> Int { try platform.status().sources.reduce(0) { $0 + Int($1.accepted) } }
            // The sender is killed in the middle of it.
            let first = try ChildProcess(Repository.executable, arguments, in: scratch)
            #expect(try eventually { try accepted() > 0 })
            first.signal(SIGKILL)
            _ = first.wait()
            for end in ["", "-wal"] {
                _ = try scratch.copy(scratch.path + "/gw.spool" + end, to: "copy.spool" + end)
            }
            // Then the platform, while the next one sends; that one waits for it.
            let second = try ChildProcess(Repository.executable, arguments, in: scratch)
            let before = try journaled(platform).count
            #expect(try eventually { try journaled(platform).count > before || !second.isRunning })
            platform.kill()
            try platform.start()
            #expect(second.wait(seconds: 60) == 0, "\(second.errors)")
            #expect(firstDifference(try journaled(platform), (0..<Self.count).map { "e\($0)" }) == nil)
            // The file has grown: only what is new is sent.
            try scratch.write("day.ndjson.more", Self.event(Self.count) + "\n")
            let handle = try #require(FileHandle(forWritingAtPath: file))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data((Self.event(Self.count) + "\n").utf8))
            #expect(try run(Repository.executable, arguments, in: scratch).code == 0)
            #expect(try journaled(platform).count == Self.count + 1)
            // A second sender under the same name, by a new spool and by an old copy.
            func sent(with spool: String) throws -> Finished {
                try run(
                    Repository.executable, arguments.map { $0.hasSuffix("gw.spool") ? scratch.path + spool : $0 },
                    in: scratch)
            }
            let stranger = try sent(with: "/new.spool")
            #expect(stranger.code == 3 && stranger.errors.contains("was sent before"), "\(stranger.errors)")
            let copy = try sent(with: "/copy.spool")
            #expect(copy.code == 1 && copy.errors.contains("another sender uses this name"), "\(copy.errors)")
            #expect(try journaled(platform).count == Self.count + 1)
        }

        @Test(.enabled("only root may mount a small disk") { try SmallDisk.mayMount(.tmpfs) })
        func `a spool on a full disk ends with the reason, and with room again every line is sent once`() throws {
            let scratch = try Scratch()
            let disk = try #require(try SmallDisk(.tmpfs, megabytes: 8, in: scratch))
            let platform = try RunningPlatform(in: scratch)
            let count = 20_000
            let file = try scratch.write("day.ndjson", (0..<count).map { Self.event($0) + "\n" }.joined())
            func send() throws -> Finished {
                try run(
                    Repository.executable,
                    ["send", file, "--spool", disk.path + "/gw.spool", "--stream", "gw", "--to", platform.ingest],
                    in: scratch)
            }
            // While the platform is away, what is read has to wait.
            #expect(platform.stop() == 0)
            try disk.fill(but: 500_000)
            for isReachable in [false, true] {
                if isReachable { try platform.start() }
                let full = try send()
                #expect(full.code == 2 && full.errors.contains("disk full at \(disk.path)/gw.spool"), "\(full)")
            }
            try disk.empty()
            let sent = try send()
            #expect(sent.code == 0, "\(sent)")
            #expect(firstDifference(try journaled(platform), (0..<count).map { "e\($0)" }) == nil)
        }

        @Test func `two senders of one stream at once are noticed`() throws {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let senders = [try Wire(.dealer, platform.ingest), try Wire(.dealer, platform.ingest)]
            func send(_ sender: Int, _ number: Int) throws -> String? {
                let header = #"{"stream":"gw","epoch":1,"seq":1}"#
                senders[sender].send([Array(header.utf8), Array(Self.event(number).utf8)])
                return try senders[sender].answer()?["code"] as? String
            }
            #expect(try send(0, 1) == nil)
            #expect(try send(1, 2) == "stream_conflict")
            #expect(try send(1, 1) == nil)
            #expect(try eventually { try platform.status().codes.contains { $0.code == "stream_conflict" } })
        }

        @Test func `SenML and unanswered messages reach the journal, what is refused the dead letters`() throws {
            let scratch = try Scratch()
            let lossy = "ipc://\(scratch.path)/lossy"
            let platform = try RunningPlatform(in: scratch) { $0.more = "lossy_ingest: \(lossy)" }
            let pack =
                #"[{"bn":"RQ-1/","bt":1782864900,"n":"gas.lel","u":"%LEL","v":3},{"n":"gas.lel","u":"%LEL","v":"x"}]"#
            let wire = try Wire(.dealer, platform.ingest)
            wire.send([Array(#"{"content_type":"application/senml+json"}"#.utf8), Array(pack.utf8)])
            let refused = try #require(try wire.answer()?["errors"] as? [[String: Any]])
            #expect(refused.map { $0["code"] as? String } == ["wrong_type"])
            let taken = try wire.ask(pack.replacingOccurrences(of: "\"x\"", with: "4,\"t\":10"))
            #expect(taken?["accepted"] as? Int == 2)
            let push = try Wire(.push, lossy)
            push.send(Self.event(1))
            push.send("nonsense")
            push.send([[1], [2]])
            #expect(try eventually { try platform.status().lossyMessages == 3 })
            #expect(try eventually { try platform.status().letters.kept == 3 })
            let status = try platform.status()
            #expect(status.lossyLost == 1 && status.sources.map(\.accepted) == [3])
            #expect(try platform.settle())
            let ids = ["RQ-1/gas.lel@2026-07-01T08:15:00+08:00", "RQ-1/gas.lel@2026-07-01T08:15:10+08:00", "e1"]
            #expect(try journaled(platform) == ids)
            #expect(
                try fenghuo("status", "--control", platform.control, in: scratch).output.contains(
                    "lossy messages 3, lost whole 1"))
        }
    }
}
