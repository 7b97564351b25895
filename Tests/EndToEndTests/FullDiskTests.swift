import City
import Client
import Foundation
import Messaging
import Testing

extension EndToEnd {
    struct FullDiskTests {
        /// A small file system of its own for the data directory; nil where this user may not mount one.
        private final class SmallDisk {
            let path: String
            private let scratch: Scratch

            init?(megabytes: Int, in scratch: Scratch) throws {
                self.scratch = scratch
                path = scratch.path + "/disk"
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                guard getuid() == 0 else { return nil }
                let arguments = ["mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path]
                guard try run("/usr/bin/env", arguments, in: scratch).code == 0 else { return nil }
            }

            deinit {
                do {
                    _ = try run("/usr/bin/env", ["umount", "-l", path], in: scratch)
                } catch {
                    Issue.record("\(path) stays mounted: \(error)")
                }
            }

            /// Fills the disk as another program might, but for so many bytes.
            func fill(but bytes: Int) throws {
                var facts = statvfs()
                guard statvfs(path, &facts) == 0 else { throw POSIXError(.EIO) }
                let free = Int(facts.f_bavail) * Int(facts.f_frsize)
                try Data(count: max(0, free - bytes)).write(to: URL(fileURLWithPath: ballast))
            }

            func empty() throws { try FileManager.default.removeItem(atPath: ballast) }

            private var ballast: String { path + "/ballast" }
        }

        /// What was acknowledged before the platform went; nil where it did not go.
        private static func sendUntilGone(_ options: SendOptions) throws -> SendProgress? {
            let context = Context()
            var sender = try EventSender(context.handle, options)
            var day = CityDay(keepEvery: 250)
            do {
                _ = try sender.send(&day)
                return nil
            } catch is SendFailure {
                return sender.progress
            }
        }

        @Test
        func `a full disk ends the process with the reason, and with room again everything acknowledged is there`()
            throws
        {
            let scratch = try Scratch()
            guard let disk = try SmallDisk(megabytes: 64, in: scratch) else {
                return print("skipped: only root may mount a small disk")
            }
            let platform = try RunningPlatform(in: scratch) { $0.data = disk.path + "/data" }
            #expect(try platform.settle())
            try disk.fill(but: 200_000)
            var options = SendOptions(stream: "day")
            options.endpoint = platform.ingest
            options.batch = 50
            options.window = 4
            options.giveUpAfter = 3000
            let before = try #require(try Self.sendUntilGone(options), "the disk was never full")
            #expect(platform.waitForEnd() == 1)
            #expect(platform.log.contains("disk full"), "\(platform.log)")
            #expect(platform.log.contains(disk.path), "\(platform.log)")

            try disk.empty()
            try platform.start()
            options.resumes = true
            options.giveUpAfter = 60_000
            let context = Context()
            var sender = try EventSender(context.handle, options)
            var day = CityDay(keepEvery: 250)
            let after = try sender.send(&day)
            #expect(after.skippedBatches * options.batch >= before.accepted)
            #expect(platform.stop() == 0)

            // Nothing twice, nothing lost: as many events as there are lines.
            let report = try fenghuo("journal", "verify", "--data", platform.data, in: scratch)
            #expect(report.code == 0)
            #expect(report.output.contains(" \(after.read) events"), "\(report.output)")
            #expect(try StoredAlarms(data: platform.data).transitions().count > 40)
        }
    }
}
