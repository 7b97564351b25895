import City
import Client
import Foundation
import Messaging
import Testing

extension EndToEnd {
    struct FullDiskTests {
        /// What was acknowledged before the platform went; nil where it did not go.
        static func sendUntilGone(
            _ options: SendOptions, _ lines: consuming some EventLines = KillTests.day()
        ) throws -> SendProgress? {
            let context = Context()
            var sender = try EventSender(context.handle, options)
            do {
                _ = try sender.send(&lines)
                return nil
            } catch is SendFailure {
                return sender.progress
            }
        }

        @Test(.enabled("only root may mount a small disk") { try SmallDisk.mayMount(.tmpfs) })
        func `a full disk ends the process with the reason, and with room again everything acknowledged is there`()
            throws
        {
            let scratch = try Scratch()
            let disk = try #require(try SmallDisk(.tmpfs, megabytes: 64, in: scratch))
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
            let after = try send(KillTests.day(), options)
            #expect(after.skippedBatches * options.batch >= before.accepted)
            #expect(platform.stop() == 0)

            // Nothing twice, nothing lost: as many events as there are lines.
            let report = try fenghuo("journal", "verify", "--data", platform.data, in: scratch)
            #expect(report.code == 0)
            #expect(report.output.contains(" \(after.read) events"), "\(report.output)")
            try KillTests.expectUndisturbed(platform.data, starts: 1)
        }
    }
}
