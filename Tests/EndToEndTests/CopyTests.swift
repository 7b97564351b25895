import City
import Client
import Events
import Foundation
import Testing

extension EndToEnd {
    /// Copies that are made of a platform's files while it is at work, as docs/operations.md says and otherwise.
    struct CopyTests {
        /// Databases by SQLite's own backup, other files as they are: `copy FROM TO PART…`.
        private static let copy = """
            import os, shutil, sqlite3, sys
            source, target, parts = sys.argv[1], sys.argv[2], sys.argv[3:]
            def one(path):
                place = os.path.join(target, path)
                os.makedirs(os.path.dirname(place), exist_ok=True)
                if path.endswith(".sqlite"):
                    a, b = sqlite3.connect(os.path.join(source, path)), sqlite3.connect(place)
                    a.backup(b)
                    b.close()
                    a.close()
                elif not path.endswith(("-wal", "-shm", ".partial", ".lock")):
                    shutil.copy(os.path.join(source, path), place)
            for part in parts:
                place = os.path.join(source, part)
                if not os.path.exists(place): continue
                for path in [os.path.join(part, n) for n in sorted(os.listdir(place))] if os.path.isdir(place) else [part]:
                    one(path)
            """

        private static func copy(_ platform: RunningPlatform, to data: String, _ parts: [String]) throws {
            let words = ["python3", "-c", copy, platform.data, data] + parts
            let done = try run("/usr/bin/env", words, in: platform.scratch)
            #expect(done.code == 0, "\(done.errors)")
        }

        /// Sends the day and copies at noon, while messages are in flight; the platform has then decided all of the day.
        private static func sendAndCopy(_ scratch: Scratch, _ copy: @escaping (RunningPlatform) throws -> Void) throws {
            let platform = try RunningPlatform(in: scratch) { $0.snapshotEvery = "1s" }
            let lines = Interrupted(lines: KillTests.day(), moments: [KillTests.noon]) { _ in try copy(platform) }
            let progress = try send(lines, to: platform.ingest, stream: "day", batch: 20, window: 8)
            #expect(progress.rejected == 0)
            #expect(platform.stop() == 0)
            try KillTests.expectUndisturbed(platform.data, starts: 0)
        }

        /// Starts on the copy and sends the day on from where the copy is.
        private static func goOn(_ scratch: Scratch, _ data: String) throws {
            let platform = try RunningPlatform(in: scratch) { $0.data = data }
            var options = SendOptions(stream: "day")
            (options.endpoint, options.batch, options.window, options.resumes) = (platform.ingest, 20, 8, true)
            let progress = try send(KillTests.day(), options)
            #expect(progress.skippedBatches > 0 && progress.rejected == 0)
            #expect(platform.stop() == 0)
            #expect(try fenghuo("journal", "verify", "--data", data, in: scratch).code == 0)
            try KillTests.expectUndisturbed(data, starts: 1)
        }

        @Test func `a copy made while events come, the journal last, goes on to the same alarms`() throws {
            let scratch = try Scratch()
            let data = scratch.path + "/copy"
            try Self.sendAndCopy(scratch) { platform in
                try Self.copy(platform, to: data, ["alerts.sqlite", "snapshots", "keys", "journal"])
            }
            try Self.goOn(scratch, data)
        }

        @Test func `a copy whose journal is older than its alert store is refused at the start`() throws {
            let scratch = try Scratch()
            let data = scratch.path + "/copy"
            let platform = try RunningPlatform(in: scratch)
            _ = try send(
                Between(lines: KillTests.day(), range: .distantPast..<KillTests.noon), to: platform.ingest,
                stream: "day")
            try Self.copy(platform, to: data, ["keys", "journal"])
            _ = try send(
                Between(lines: KillTests.day(), range: KillTests.noon..<(KillTests.noon + .hours(4))),
                to: platform.ingest, stream: "afternoon")
            #expect(try platform.settle())
            try Self.copy(platform, to: data, ["alerts.sqlite"])
            #expect(platform.stop() == 0)
            let other = RunningPlatform(in: scratch, .init(data: data))
            let failure = #expect(throws: RunningPlatform.NotReady.self) { try other.start() }
            #expect(failure?.code == 1)
            #expect(failure?.errors.contains("the journal has lost its end or is an older copy") == true)
        }

        @Test func `files copied one by one without SQLite are refused, or go on to the same alarms`() throws {
            let scratch = try Scratch()
            let data = scratch.path + "/copy"
            try Self.sendAndCopy(scratch) { platform in
                let copied = try run("/usr/bin/env", ["cp", "-r", platform.data, data], in: scratch)
                #expect(copied.code == 0)
            }
            do {
                try Self.goOn(scratch, data)
            } catch let failure as RunningPlatform.NotReady {
                #expect(failure.code == 1)
                #expect(failure.errors.contains(data), "it does not say which file: \(failure.errors)")
            }
        }
    }
}
