import City
import Client
import Foundation
import Testing

extension EndToEnd {
    /// A disk that takes nothing any more, as after an error, or as an administrator mounts it.
    struct ReadOnlyDiskTests {
        @Test(.enabled("only root may mount a small disk") { try SmallDisk.mayMount(.ext4) })
        func `a disk that turns read-only ends the process with the reason, and nothing acknowledged is lost`()
            throws
        {
            let scratch = try Scratch()
            let disk = try #require(try SmallDisk(.ext4, megabytes: 64, in: scratch))
            let platform = try RunningPlatform(in: scratch) { $0.data = disk.path + "/data" }
            var options = SendOptions(stream: "day")
            options.endpoint = platform.ingest
            options.batch = 20
            options.window = 4
            options.giveUpAfter = 3000
            let noon = KillTests.noon
            let before = try #require(
                try FullDiskTests.sendUntilGone(
                    options, Interrupted(lines: KillTests.day(), moments: [noon]) { _ in try disk.fail() }),
                "the disk still takes what is written")
            #expect(before.accepted > 0)
            #expect(platform.waitForEnd() == 1)
            #expect(platform.log.contains(disk.path), "\(platform.log)")

            try disk.repair()
            try platform.start()
            options.resumes = true
            options.giveUpAfter = 60_000
            let after = try send(KillTests.day(), options)
            #expect(after.skippedBatches * options.batch >= before.accepted)
            #expect(platform.stop() == 0)
            try KillTests.expectUndisturbed(platform.data, starts: 1)
        }

        @Test(.enabled("only root may mount a small disk") { try SmallDisk.mayMount(.tmpfs) })
        func `a data directory on a disk that is mounted read-only is named at the start, and left as it is`()
            throws
        {
            let scratch = try Scratch()
            let disk = try #require(try SmallDisk(.tmpfs, megabytes: 64, in: scratch))
            let platform = try RunningPlatform(in: scratch) { $0.data = disk.path + "/data" }
            #expect(platform.stop() == 0)
            try disk.remount(readOnly: true)
            let failure = #expect(throws: RunningPlatform.NotReady.self) { try platform.start() }
            #expect(failure?.code == 1)
            #expect(failure?.errors.contains(disk.path) == true, "\(failure?.errors ?? "")")
            #expect(failure?.errors.lowercased().contains("read-only") == true, "\(failure?.errors ?? "")")
            try disk.remount(readOnly: false)
            try platform.start()
            #expect(platform.stop() == 0)
        }
    }
}
