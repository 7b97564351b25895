import City
import Client
import Engine
import Events
import Foundation
import Testing

extension EndToEnd {
    /// A day of a small city with all of its incidents, under every way of being interrupted.
    struct KillTests {
        static func day() -> CityDay { CityDay(keepEvery: 250) }

        static let noon = time(12, 0)

        private static func time(_ hour: Int64, _ minute: Int64, _ second: Int64 = 0) -> Timestamp {
            let midnight = Int64(1_782_835_200)
            return Timestamp(seconds: midnight + hour * 3600 + minute * 60 + second)
        }

        struct Outcome {
            var transitions: [Decision]
            var notices: [String]
        }

        static func outcome(_ data: String) throws -> Outcome {
            let alarms = try StoredAlarms(data: data)
            return Outcome(transitions: try alarms.transitions(), notices: try alarms.notices())
        }

        /// The day from beginning to end without any disturbance.
        private static func play(batch: Int) throws -> Outcome {
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch)
            let progress = try send(day(), to: platform.ingest, stream: "day", batch: batch)
            #expect(progress.accepted > 3000 && progress.rejected == 0)
            #expect(platform.stop() == 0)
            return try outcome(platform.data)
        }

        static let undisturbed = Result { try play(batch: 100) }

        /// Whatever befell a platform while it was sent the day, even beside a flood: its alarms are those of one that was
        /// left alone, and the flood's acknowledged events are there, none twice.
        @discardableResult static func expectUndisturbed(_ data: String, starts: Int, flood: Int = 0) throws -> Outcome
        {
            let expected = try undisturbed.get()
            let positions = try UndisturbedPositions(data: data, beside: "/flood")
            #expect(positions.starts >= starts)
            #expect(positions.others.count >= flood && Set(positions.others).count == positions.others.count)
            let found = try outcome(data)
            #expect(firstDifference(found.transitions.map(positions.map), expected.transitions) == nil)
            #expect(firstDifference(found.notices, expected.notices) == nil)
            return found
        }

        /// As a line of the golden file.
        private static func line(_ decision: Decision) -> String {
            let time = decision.at.formatted().dropFirst(11).prefix(8)
            let level = decision.level?.name ?? "-"
            let value = decision.value.isNaN ? "" : " \(decision.value)"
            let reason = decision.reason == .none ? "" : " \(decision.reason.name)"
            let what = "\(decision.about.name) \(decision.transition.name) \(level)"
            return "\(time) \(decision.rule) \(decision.key) \(what)\(value)\(reason)"
        }

        @Test func `the day sent through real sockets gives the golden alarms`() throws {
            let path = Repository.root + "/fixtures/day/alarms.golden"
            let golden = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
            // The golden day has more ordinary sensors, and an index is of all of them.
            func isOfOneKey(_ line: String) -> Bool { !line.contains(" city-risk ") }
            let lines = try Self.undisturbed.get().transitions.map(Self.line)
            #expect(firstDifference(lines.filter(isOfOneKey), golden.filter(isOfOneKey)) == nil)
        }

        @Test(arguments: [1, 1000])
        func `the size of messages changes no decision, to the bit`(batch: Int) throws {
            let expected = try Self.undisturbed.get()
            let found = try Self.play(batch: batch)
            #expect(firstDifference(found.transitions, expected.transitions) == nil)
            #expect(firstDifference(found.notices, expected.notices) == nil)
        }

        @Test func `kill -9 during a stream, again and again, gives the alarms of a run that was never disturbed`()
            throws
        {
            let expected = try Self.undisturbed.get()
            try #require(expected.transitions.count > 40)
            let scratch = try Scratch()
            let platform = try RunningPlatform(in: scratch) { $0.snapshotEvery = "1s" }
            let killer = Killer(platform)
            // While gas climbs, while a well is silent, while it rains, while the tank runs dry.
            let moments = [
                Self.time(8, 16), Self.time(13, 20), Self.time(15, 40), Self.time(19, 50), Self.time(22, 30),
            ]
            let lines = Interrupted(lines: Self.day(), moments: moments) { _ in killer.strike(.kill) }
            let progress = try send(lines, to: platform.ingest, stream: "day", batch: 20, window: 4)
            try killer.finish()
            #expect(killer.strikes == moments.count)
            #expect(killer.replays > 0)
            #expect(progress.read == progress.answered)

            #expect(platform.stop() == 0)
            let found = try Self.expectUndisturbed(platform.data, starts: moments.count)

            // A clean stop leaves nothing to replay.
            try platform.start()
            #expect(!platform.log.contains("replayed"))
            #expect(try platform.status().replayDivergences == 0)
            #expect(platform.stop() == 0)
            #expect(firstDifference(try Self.outcome(platform.data).transitions, found.transitions) == nil)
        }
    }
}
