import City
import Client
import Events
import Foundation
import Messaging
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
                    try: shutil.copy(os.path.join(source, path), place)
                    except FileNotFoundError: pass # a snapshot that a newer one has replaced meanwhile
            for part in parts:
                place = os.path.join(source, part)
                if not os.path.exists(place): continue
                for path in [os.path.join(part, n) for n in sorted(os.listdir(place))] if os.path.isdir(place) else [part]:
                    one(path)
            """

        private static func copy(_ platform: RunningPlatform, to data: String, _ parts: [String]) throws {
            let words = ["python3", "-c", copy, platform.data, data] + parts
            let done = try run("/usr/bin/env", words, in: platform.scratch)
            try #require(done.code == 0, "\(done.errors)")
        }

        /// Sends the day beside a flood and copies from noon on, while both go on; the evening waits for the copy, which lacks it.
        private static func sendAndCopy(
            _ scratch: Scratch, _ copy: @escaping @Sendable (RunningPlatform) throws -> Void
        ) throws {
            let platform = try RunningPlatform(in: scratch) { $0.snapshotEvery = "1s" }
            let flood = KillRoundsTests.flood(platform)
            let grown = Monitor<Result<Int64, any Error>?>(nil)
            let evening = KillTests.noon + .hours(6)
            let lines = Interrupted(lines: KillTests.day(), moments: [KillTests.noon, evening]) { moment in
                guard moment == KillTests.noon else {
                    _ = grown.wait(for: .seconds(60)) { $0.map { _ in } }
                    return
                }
                Thread.detachNewThread {
                    let copied = Result {
                        let before = try platform.status().journalNext
                        try copy(platform)
                        return try platform.status().journalNext - before
                    }
                    grown.change { $0 = copied }
                }
            }
            let progress = try send(lines, to: platform.ingest, stream: "day", batch: 20, window: 8)
            #expect(progress.rejected == 0)
            #expect(try #require(grown.withLock { $0 }).get() > 0, "the platform stood still while it was copied")
            let beside = flood.stop()
            #expect(beside.accepted > 0 && beside.other.isEmpty, "\(beside.other.first ?? "")")
            #expect(platform.stop() == 0)
            try KillTests.expectUndisturbed(
                platform.data, starts: 0, flood: beside.accepted * KillRoundsTests.floodEvents)
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
                for part in ["alerts.sqlite", "snapshots", "journal", "keys"] {
                    try Self.copy(platform, to: data, [part])
                    // In another order the store would know of what the copied journal lacks.
                    try #require(try platform.settle())
                }
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
                try #require(copied.code == 0 || copied.errors.contains("No such file"), "\(copied.errors)")
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
