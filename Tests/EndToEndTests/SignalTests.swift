import City
import Client
import Events
import Foundation
import Testing

extension EndToEnd {
    /// Signals in the middle of a stream.
    struct SignalTests {
        private func send(_ how: Killer.Strike) throws -> (Killer, RunningPlatform) {
            let platform = try RunningPlatform(in: try Scratch())
            let killer = Killer(platform)
            let lines = Interrupted(lines: KillTests.day(), moments: [KillTests.noon]) { _ in killer.strike(how) }
            let progress = try EndToEndTests.send(lines, to: platform.ingest, stream: "day", batch: 20, window: 8)
            try killer.finish()
            #expect(progress.read == progress.answered && killer.strikes == 1)
            #expect(platform.stop() == 0)
            return (killer, platform)
        }

        @Test func `SIGTERM during a stream ends with 0, leaves nothing to replay, and the sender goes on`() throws {
            let (killer, platform) = try send(.terminate)
            #expect(killer.stops == 1)
            try KillTests.expectUndisturbed(platform.data, starts: 1)
        }

        @Test func `a platform that stood still for three seconds goes on as if it had not`() throws {
            let (killer, platform) = try send(.pause(microseconds: 3_000_000))
            #expect(killer.pauses == 1)
            try KillTests.expectUndisturbed(platform.data, starts: 0)
        }
    }
}
