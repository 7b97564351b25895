import City
import Client
import Events
import Foundation
import Testing

extension EndToEnd {
    /// The same day again and again beside a flood, struck at random moments: ten rounds, or as many as FENGHUO_KILL_ROUNDS says (`make nightly`).
    struct KillRoundsTests {
        private static let rounds =
            ProcessInfo.processInfo.environment["FENGHUO_KILL_ROUNDS"].flatMap { Int($0) } ?? 10
        /// Rounds of one day: enough lines between two that the platform is at work again.
        private static let perDay = 10
        static let floodEvents = 20

        /// What no rule reads, at the day's first moment: it takes its places in the journal and moves no clock.
        private static func noise(_ event: Int) -> String {
            #"{"id":"flood-\#(Flood.id)","source":"/flood","subject":"F-\#(event)","type":"noise","area":"320213","#
                + #""metric":"noise","value":1,"unit":"1","time":"2026-07-01T00:00:00+08:00"}"#
        }

        static func flood(_ platform: RunningPlatform) -> Flood {
            Flood(platform.ingest, events: floodEvents, rate: 30, line: noise)
        }

        @Test(arguments: 1...max(1, rounds / perDay))
        func `kill -9, SIGTERM and SIGSTOP at random moments change no alarm and lose nothing`(seed: Int) throws {
            var random = SeededGenerator(seed: UInt64(seed))
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch) { $0.snapshotEvery = "1s" }
            let killer = Killer(platform)
            let flood = Self.flood(platform)
            // Between two and twenty-two o'clock: what is sent in the last second may be all sent before the strike.
            let day = Int64(1_782_835_200)
            let moments = (0..<Self.perDay)
                .map { _ in Timestamp(seconds: day + Int64.random(in: 7200..<79_200, using: &random)) }.sorted()
            let lines = Interrupted(lines: KillTests.day(), moments: moments) { _ in
                killer.strike(Self.strike(&random), after: UInt32.random(in: 0...20_000, using: &random))
            }
            let sent = Result { try send(lines, to: platform.ingest, stream: "day", batch: 20, window: 8) }
            // A platform that did not start again says why.
            try killer.finish()
            let progress = try sent.get()
            let beside = flood.stop(seconds: 0)
            #expect(progress.read == progress.answered && progress.rejected == 0)
            #expect(killer.strikes == Self.perDay)
            print(
                "seed \(seed): \(killer.kills) kills, \(killer.stops) stops, \(killer.pauses) pauses, \(beside.accepted) messages of the flood"
            )
            #expect(beside.accepted > 0 && beside.other.isEmpty, "\(beside.other.first ?? "")")

            #expect(platform.stop() == 0)
            try KillTests.expectUndisturbed(
                platform.data, starts: killer.kills + killer.stops, flood: beside.accepted * Self.floodEvents)
            #expect(try fenghuo("journal", "verify", "--data", platform.data, in: scratch).code == 0)
        }

        private static func strike(_ random: inout SeededGenerator) -> Killer.Strike {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<2: .terminate
            case 2..<4: .pause(microseconds: UInt32.random(in: 0...500_000, using: &random))
            case 4..<6: .pauseAndKill
            default: .kill
            }
        }
    }
}
