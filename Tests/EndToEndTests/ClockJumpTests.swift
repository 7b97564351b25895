import CivilTime
import Events
import Foundation
import Platform
import Testing

extension EndToEnd {
    /// A platform whose wall clock somebody sets while it runs.
    struct ClockJumpTests {
        /// The library that was built with these tests: it lies beside their bundle.
        private static let library =
            URL(fileURLWithPath: Repository.executable).deletingLastPathComponent().path
            + "/libclockshift.so"

        /// Seconds by which the platform's wall is ahead; replaced as a whole, so that nobody reads half of it.
        private static func set(_ seconds: Int, _ file: String) throws {
            try Data("\(seconds)".utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
        }

        private static func start(_ scratch: Scratch, _ file: String, more: String = "") throws -> RunningPlatform {
            try RunningPlatform(in: scratch) {
                $0.clock = "wall"
                $0.more = more
                $0.environment = ["LD_PRELOAD=\(library)", "FENGHUO_CLOCK_SHIFT=\(file)"]
            }
        }

        /// Data of now, gone on with under a wall that is an hour behind.
        private static func startBehind(_ scratch: Scratch, _ file: String) throws -> RunningPlatform {
            let platform = try start(scratch, file)
            #expect(try take(1, platform)["accepted"] as? Int == 1)
            #expect(platform.stop() == 0)
            try set(-3600, file)
            try platform.start()
            #expect(
                try eventually { try platform.status().degraded.contains { $0.contains("stamps stand still until") } })
            return platform
        }

        private static func now() -> Timestamp { Timestamp(seconds: Int64(Date().timeIntervalSince1970)) }

        /// How far the newest stamp is from the machine's true time.
        private static func lead(_ status: Status) throws -> TimeSpan {
            let time = try RFC3339.parse(status.received, localOffsetMinutes: nil)
            return Timestamp(seconds: Int64(time.seconds)) - now()
        }

        /// Waits until the engine has applied an event that was answered; the journal goes on each second.
        private static func hasApplied(_ answer: [String: Any], _ platform: RunningPlatform) throws -> Bool {
            let position = try #require(answer["position"] as? Int64)
            return try eventually { try platform.status().engineNext > position }
        }

        private static func take(_ id: Int, _ platform: RunningPlatform, value: Int = 1) throws -> [String: Any] {
            try #require(
                try Wire(.req, platform.ingest).ask(
                    #"{"id":"\#(id)","subject":"RQ-1","area":"320213","metric":"gas.lel","value":\#(value),"unit":"%LEL","#
                        + #""time":"\#(now().formatted())"}"#))
        }

        private static func notes(_ answer: [String: Any]) -> [String] {
            (answer["notes"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
        }

        @Test(arguments: [(3600, "ahead of"), (-3600, "behind")])
        func `a wall that leaps by an hour is told and not followed, and readings stay on time`(
            leap: (seconds: Int, words: String)
        ) throws {
            let scratch = try Scratch()
            let file = try scratch.write("shift", "0")
            let platform = try Self.start(scratch, file)
            #expect(try Self.take(1, platform)["accepted"] as? Int == 1)
            try Self.set(leap.seconds, file)
            #expect(
                try eventually {
                    try platform.status().degraded.contains {
                        $0.hasPrefix("clock: ") && $0.contains("leapt \(leap.words) the machine's clock by")
                    }
                })
            let answer = try Self.take(2, platform)
            let notes = Self.notes(answer)
            #expect(answer["accepted"] as? Int == 1)
            #expect(!notes.contains("clock_fast") && !notes.contains("late"), "\(notes)")
            #expect(try Self.hasApplied(answer, platform))
            let lead = try Self.lead(try platform.status())
            #expect(lead > .seconds(-60) && lead < .seconds(60), "\(lead)")
            try Self.set(0, file)
            #expect(try eventually { try platform.status().health == "ok" })
            #expect(platform.stop() == 0)
            #expect(try fenghuo("journal", "verify", "--data", platform.data, in: scratch).code == 0)
        }

        @Test func `a start with a wall an hour behind the journal stands still, takes events, and never goes back`()
            throws
        {
            let scratch = try Scratch()
            let file = try scratch.write("shift", "0")
            let platform = try Self.startBehind(scratch, file)
            let answer = try Self.take(2, platform)
            #expect(answer["accepted"] as? Int == 1)
            #expect(try Self.hasApplied(answer, platform))
            #expect(try Self.lead(try platform.status()) > .seconds(-60))
            platform.kill()
            try Self.set(0, file)
            try platform.start()
            #expect(try eventually { try platform.status().health == "ok" })
            #expect(platform.stop() == 0)
            #expect(try fenghuo("journal", "verify", "--data", platform.data, in: scratch).code == 0)
        }

        @Test func `a start with a wall an hour behind follows it once it is set right, and judges what comes then`()
            throws
        {
            let scratch = try Scratch()
            let file = try scratch.write("shift", "0")
            let platform = try Self.startBehind(scratch, file)
            // A reading of the true time is ahead of the wall, and judged by the stamps.
            let early = try Self.take(2, platform)
            #expect(Self.notes(early) == ["unknown_subject"])
            try Self.set(0, file)
            #expect(try eventually { try platform.status().health == "ok" })
            let head = try platform.status().feedHead
            let answer = try Self.take(3, platform, value: 90)
            #expect(Self.notes(answer) == ["unknown_subject"])
            #expect(try eventually { try platform.status().feedHead > head })
            let lead = try Self.lead(try platform.status())
            #expect(lead > .seconds(-60) && lead < .seconds(60), "\(lead)")
            #expect(platform.stop() == 0)
            #expect(try fenghuo("journal", "verify", "--data", platform.data, in: scratch).code == 0)
        }

        @Test(arguments: [true, false])
        func `what was stamped by a clock that was never set is as young as its setting`(
            isSetWhileRunning: Bool
        ) throws {
            let scratch = try Scratch()
            let file = try scratch.write("shift", "0")
            try Self.set(-Int(Date().timeIntervalSince1970) + 1000, file)
            let platform = try Self.start(scratch, file)
            #expect(try eventually { try platform.status().received.hasPrefix("1970-") })
            if !isSetWhileRunning { #expect(platform.stop() == 0) }
            try Self.set(0, file)
            if !isSetWhileRunning { try platform.start() }
            #expect(
                try eventually {
                    let lead = try Self.lead(try platform.status())
                    return lead > .seconds(-60) && lead < .seconds(60)
                })
            #expect(try eventually { try platform.status().health == "ok" })
            #expect(platform.stop() == 0)
        }

        @Test(arguments: [[-3600, 0], [-90, -40], [0]])
        func `a change to the wall is dated once the stamps follow one that is right`(walls: [Int]) throws {
            let scratch = try Scratch()
            let file = try scratch.write("shift", "0")
            let platform = try Self.start(scratch, file)
            #expect(platform.stop() == 0)
            try FileManager.default.removeItem(atPath: platform.data)
            platform.settings.clock = "events"
            try platform.start()
            let answer = try Self.take(1, platform)
            #expect(try Self.hasApplied(answer, platform))
            #expect(platform.stop() == 0)
            func kept() throws -> [Int64] {
                try String(contentsOfFile: platform.data + "/journal/stamped-since", encoding: .utf8)
                    .split(whereSeparator: \.isWhitespace).compactMap { Int64($0) }
            }
            platform.settings.clock = "wall"
            try Self.set(walls[0], file)
            try platform.start()
            if walls.count > 1 {
                let next = try platform.status().engineNext
                #expect(try eventually { try platform.status().engineNext > next + 2 })
                #expect(try kept().count == 1)
                try Self.set(walls[1], file)
            }
            #expect(try eventually { try kept().count == 2 })
            let apart = Timestamp(microseconds: try kept()[1]) - Self.now()
            #expect(apart > .seconds(-60) && apart < .seconds(60))
            #expect(platform.stop() == 0)
            try Self.set(0, file)
            // What retention cannot read stops no start, and is well again once it is mended.
            let path = platform.data + "/journal/stamped-since"
            let dated = try Data(contentsOf: URL(fileURLWithPath: path))
            try Data("yesterday".utf8).write(to: URL(fileURLWithPath: path))
            try platform.start()
            #expect(
                try eventually {
                    try platform.status().degraded.contains {
                        $0.hasPrefix("stamped-since: ") && $0.contains("a position")
                    }
                })
            try dated.write(to: URL(fileURLWithPath: path))
            #expect(try eventually { try platform.status().health == "ok" })
            #expect(platform.stop() == 0)
        }

        @Test func `a start with a wall that is 400 days ahead is told, and deletes nothing of the journal`() throws {
            let scratch = try Scratch()
            let file = try scratch.write("shift", "0")
            let platform = try Self.start(scratch, file, more: "segment_bytes: 1048576")
            // Bytes that do not shrink: a segment is full after some.
            var random = SystemRandomNumberGenerator()
            for id in 0..<60 {
                let time = Self.now().formatted()
                let lines = (0..<1000).map { line in
                    let noise = (0..<6).map { "\"f\($0)\":\(Double.random(in: 0..<1, using: &random))" }
                    return
                        #"{"id":"\#(id)-\#(line)","subject":"RQ-1","area":"320213","metric":"gas.lel","value":1,"unit":"%LEL","time":"\#(time)",\#(noise.joined(separator: ","))}"#
                }
                let answer = try Wire(.req, platform.ingest).ask(lines.joined(separator: "\n"))
                try #require(answer?["accepted"] as? Int == 1000, "\(answer ?? [:])")
            }
            #expect(platform.stop() == 0)
            func segments() throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: platform.data + "/journal").filter {
                    $0.hasSuffix(".sqlite")
                }.sorted()
            }
            let before = try segments()
            #expect(before.count > 2)
            try Self.set(400 * 86_400, file)
            try platform.start()
            #expect(
                try eventually {
                    try platform.status().degraded.contains {
                        $0.hasPrefix("downtime: the wall clock is 400 days ahead")
                    }
                })
            // Retention looks for the first time a second after the start; the journal goes on each second.
            let next = try platform.status().engineNext
            #expect(try eventually { try platform.status().engineNext > next + 4 })
            #expect(try segments().starts(with: before))
            #expect(platform.stop() == 0)
        }
    }
}
