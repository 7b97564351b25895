import CivilTime
import Engine
import Events
import Testing

/// S27: alarms outside a rule's active time, and the clock on the wall of named zones.
struct CalendarTests {
    static func calendar(_ hours: (Int, Int)..., zone: String = "Asia/Shanghai") -> Rule.Calendar {
        var calendar = Rule.Calendar()
        calendar.zone = zone
        calendar.hours = hours.map { .init(from: $0.0 * 60, until: $0.1 * 60) }
        return calendar
    }

    static func moment(_ text: String) -> Timestamp {
        Timestamp(seconds: Int64((try! RFC3339.parse(text)).seconds))
    }

    /// Seconds since 1970 of a time on 1 July 2026 in Shanghai.
    static func clock(_ text: String) -> Double {
        Double(moment("2026-07-01T\(text):00+08:00").microseconds) / 1_000_000
    }

    /// Muted from ten to twelve.
    static let muted = SendingTests.rule("a", "m") { $0.active = calendar((0, 10), (12, 24)) }

    func times(_ scenario: Scenario) -> [String] {
        scenario.decisions.map {
            let line = "\($0.at.formatted().dropFirst(11).prefix(5)) \($0.transition.name)"
            return $0.withheld == .none ? line : line + " (\($0.withheld.name))"
        }
    }

    @Test func `S27 an alarm of 10:30 inside a mute from ten to twelve is sent at twelve if it still fires`() throws {
        for isRestarted in [false, true] {
            var scenario = Scenario(Self.muted, timing: Timing(clock: .wall))
            scenario.read(Self.clock("10:30"), 60)
            if isRestarted { try scenario.restart() }
            scenario.tick(Self.clock("11:59"))
            #expect(times(scenario) == ["10:30 raised (muted)"])
            scenario.tick(Self.clock("12:00"))
            #expect(times(scenario) == ["10:30 raised (muted)", "12:00 raised"])
            #expect(scenario.decisions[1].startedAt == scenario.decisions[0].at)
            scenario.read(Self.clock("12:30"), 10)
            #expect(times(scenario).last == "12:30 resolved")
        }
    }

    @Test func `S27 an alarm that is over before twelve is never sent`() {
        var scenario = Scenario(Self.muted, timing: Timing(clock: .wall))
        scenario.read(Self.clock("10:30"), 60)
        scenario.read(Self.clock("11:30"), 10)
        scenario.tick(Self.clock("12:30"))
        #expect(times(scenario) == ["10:30 raised (muted)", "11:30 resolved (muted)"])
    }

    @Test func `the mute begins at its first second and ends before its last`() {
        for (time, expected) in [
            ("09:59", "raised"), ("10:00", "raised (muted)"), ("11:59", "raised (muted)"), ("12:00", "raised"),
        ] {
            var scenario = Scenario(Self.muted, timing: Timing(clock: .wall))
            scenario.read(Self.clock(time), 60)
            #expect(times(scenario) == ["\(time) \(expected)"])
        }
    }

    @Test func `what was told before the mute is resolved inside it; a change inside it is told at its end`() {
        var scenario = Scenario(Self.muted, timing: Timing(clock: .wall))
        scenario.read(Self.clock("09:00"), 30)
        scenario.read(Self.clock("09:00"), 30, subject: "y")
        scenario.read(Self.clock("10:30"), 60)
        scenario.read(Self.clock("11:00"), 10, subject: "y")
        scenario.tick(Self.clock("12:00"))
        #expect(
            times(scenario) == [
                "09:00 raised", "09:00 raised", "10:30 escalated (muted)", "11:00 resolved", "12:00 escalated",
            ])
    }

    @Test func `an outage over the whole active time keeps quiet until the next`() {
        let rule = SendingTests.rule("a", "m") { $0.active = Self.calendar((12, 14)) }
        var scenario = Scenario(rule, timing: Timing(clock: .wall))
        scenario.read(Self.clock("10:30"), 60)
        scenario.tick(Self.clock("15:00"))
        #expect(times(scenario) == ["10:30 raised (muted)"])
        scenario.tick(Self.clock("12:00") + 86_400)
        #expect(times(scenario) == ["10:30 raised (muted)", "12:00 raised"])
    }

    @Test func `under the events' clock the release comes with the next later event, over a restart too`() throws {
        for isRestarted in [false, true] {
            var scenario = Scenario(Self.muted)
            scenario.read(Self.clock("10:30"), 60)
            scenario.read(Self.clock("12:00"), 60)
            #expect(times(scenario) == ["10:30 raised (muted)"])
            if isRestarted { try scenario.restart() }
            scenario.read(Self.clock("12:01"), 60)
            #expect(times(scenario) == ["10:30 raised (muted)", "12:00 raised"])
        }
    }

    @Test func `inhibited, then muted: told when neither holds any more`() {
        let rule = SendingTests.rule("a", "m") { rule in
            rule.active = Self.calendar((0, 10), (12, 24))
            rule.inhibitedBy = [.init(rule: "b")]
        }
        var scenario = Scenario(rule, SendingTests.inhibitor, timing: Timing(clock: .wall))
        scenario.read(Self.clock("09:00"), [("m", 60), ("n", 60)])
        scenario.read(Self.clock("11:00"), 10, metric: "n")
        scenario.tick(Self.clock("12:00"))
        #expect(times(scenario) == ["09:00 raised (inhibited)", "09:00 raised", "11:00 resolved", "12:00 raised"])
    }

    @Test func `an inhibitor that its own calendar keeps quiet explains nothing`() {
        let inhibitor = SendingTests.rule("b", "n") { $0.active = Self.calendar((12, 24)) }
        var scenario = Scenario(SendingTests.inhibited, inhibitor, timing: Timing(clock: .wall))
        scenario.read(Self.clock("09:00"), [("m", 60), ("n", 60)])
        #expect(times(scenario) == ["09:00 raised", "09:00 raised (muted)"])
    }

    @Test func `a removed calendar tells at once`() {
        var scenario = Scenario(Self.muted, timing: Timing(clock: .wall))
        scenario.read(Self.clock("10:30"), 60)
        scenario.reload(SendingTests.rule("a", "m"))
        #expect(times(scenario) == ["10:30 raised (muted)", "10:30 raised"])
    }

    // The wall clock.

    func active(_ calendar: Rule.Calendar, _ zone: ZoneTable, _ text: String) -> Bool {
        calendar.isActive(at: Self.moment(text), in: zone)
    }

    @Test func `in spring an active time that begins in the missing hour begins when the clock has jumped`() {
        let calendar = {
            var calendar = Self.calendar((2, 4), zone: "Europe/Berlin")
            calendar.hours[0].from += 30
            return calendar
        }()
        #expect(!active(calendar, .berlin, "2026-03-29T00:59:59Z"))
        #expect(active(calendar, .berlin, "2026-03-29T01:00:00Z"))
        #expect(!active(calendar, .berlin, "2026-03-29T02:00:00Z"))
        #expect(
            calendar.nextStart(after: Self.moment("2026-03-28T12:00:00Z"), in: .berlin)
                == Self.moment("2026-03-29T01:00:00Z"))
    }

    @Test func `in autumn the repeated hour counts both times`() {
        let calendar = Self.calendar((2, 3), zone: "Europe/Berlin")
        for (text, expected) in [
            ("2026-10-24T23:59:59Z", false), ("2026-10-25T00:00:00Z", true), ("2026-10-25T01:59:59Z", true),
            ("2026-10-25T02:00:00Z", false),
        ] {
            #expect(active(calendar, .berlin, text) == expected)
        }
    }

    @Test func `in the summers of 1986 to 1991 Shanghai's clocks were an hour ahead`() {
        let calendar = Self.calendar((8, 18))
        #expect(active(calendar, .shanghai, "1986-07-01T07:00:00+08:00"))
        #expect(!active(calendar, .shanghai, "1986-07-01T17:00:00+08:00"))
        #expect(!active(calendar, .shanghai, "1992-07-01T07:00:00+08:00"))
        #expect(
            calendar.nextStart(after: Self.moment("1986-05-03T20:00:00+08:00"), in: .shanghai)
                == Self.moment("1986-05-04T07:00:00+08:00"))
    }

    @Test func `hours over midnight belong to the day on which they begin`() {
        var calendar = Self.calendar((22, 6))
        calendar.weekdays = 1 << 4
        // 2026-07-03 is a Friday.
        for (text, expected) in [
            ("2026-07-03T05:00:00+08:00", false), ("2026-07-03T21:59:59+08:00", false),
            ("2026-07-03T22:00:00+08:00", true), ("2026-07-04T05:59:59+08:00", true),
            ("2026-07-04T06:00:00+08:00", false), ("2026-07-04T22:00:00+08:00", false),
        ] {
            #expect(active(calendar, .shanghai, text) == expected)
        }
    }

    @Test func `hours that end when they begin are a whole day from then on`() {
        var calendar = Self.calendar((8, 8))
        calendar.weekdays = 1 << 4
        for (text, expected) in [
            ("2026-07-03T07:59:59+08:00", false), ("2026-07-03T08:00:00+08:00", true),
            ("2026-07-04T07:59:59+08:00", true), ("2026-07-04T08:00:00+08:00", false),
        ] {
            #expect(active(calendar, .shanghai, text) == expected)
        }
    }

    @Test func `holidays are off, working days moved to a weekend are on, and a season bounds both`() {
        var calendar = Self.calendar((8, 24))
        calendar.weekdays = 0x1F
        func day(_ text: String) -> Int { Int(Self.moment(text + "T00:00:00Z").microseconds / 86_400_000_000) }
        calendar.except = [.init(first: day("2026-10-01"), last: day("2026-10-07"))]
        calendar.also = [.init(first: day("2026-10-10"), last: day("2026-10-10"))]
        calendar.season = .init(first: day("2026-09-01"), last: day("2026-12-31"))
        for (text, expected) in [
            ("2026-09-30", true), ("2026-10-01", false), ("2026-10-07", false), ("2026-10-08", true),
            ("2026-10-10", true), ("2026-10-11", false), ("2026-08-31", false), ("2026-12-31", true),
            ("2027-01-01", false),
        ] {
            #expect(active(calendar, .shanghai, text + "T23:59:59+08:00") == expected)
        }
        #expect(
            calendar.nextStart(after: Self.moment("2026-10-01T00:00:00+08:00"), in: .shanghai)
                == Self.moment("2026-10-08T08:00:00+08:00"))
        #expect(calendar.nextStart(after: Self.moment("2027-01-01T00:00:00Z"), in: .shanghai) == .distantFuture)
    }

    @Test func `a season without an end is read back`() throws {
        for last in ["9999-12-31", "4708-01-01"] {
            var rule = Rule.over50()
            rule.active = Self.calendar((0, 24))
            let day = Int(Self.moment(last + "T00:00:00Z").microseconds / 86_400_000_000)
            rule.active?.season = .init(first: -719_528, last: day)
            let set = RuleSet(rules: [rule], zones: [.shanghai])
            #expect(try RuleSet(decoding: set.encoded()) == set)
        }
    }

    /// Against a search minute by minute, around both changes of the clock.
    @Test func `the next start is the first active minute, the next end the first inactive one`() {
        var seed: UInt64 = 17
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        for _ in 0..<300 {
            var calendar = Self.calendar(zone: "Europe/Berlin")
            for _ in 0...random(2) {
                calendar.hours.append(.init(from: random(48) * 30, until: random(49) * 30))
            }
            calendar.weekdays = UInt8(1 + random(127))
            let change = [1_774_746_000, 1_792_890_000][random(2)]
            let start = change - 86_400 + random(2880) * 60
            let isActive = calendar.isActive(at: Timestamp(seconds: Int64(start)), in: .berlin)
            let minute = stride(from: start + 60, to: start + 9 * 86_400, by: 60).first {
                calendar.isActive(at: Timestamp(seconds: Int64($0)), in: .berlin) != isActive
            }
            let moment = Timestamp(seconds: Int64(start))
            let found =
                isActive ? calendar.nextEnd(after: moment, in: .berlin) : calendar.nextStart(after: moment, in: .berlin)
            #expect(found == minute.map { Timestamp(seconds: Int64($0)) } ?? .distantFuture)
        }
    }
}
