import Events
import Testing

@testable import Engine

/// Thresholds that change on a date: here at 1000.
struct DatedThresholdTests {
    static let edge = Timestamp(seconds: 1000)

    static func dated(_ before: Double?, _ after: Double) -> Rule.Threshold {
        let first = before.map { [Rule.Dated(from: .distantPast, threshold: .number($0))] } ?? []
        return .dated(first + [.init(from: edge, threshold: .number(after))])
    }

    static func rule(
        _ before: Double?, _ after: Double, clear: Rule.Threshold? = nil, hold: Int64 = 0, clearHold: Int64 = 0,
        change: (inout Rule) -> Void = { _ in }
    ) -> Rule {
        .threshold(
            "r",
            .init(
                level: .red, compare: .greater, at: dated(before, after), clear: clear, hold: .seconds(hold),
                clearHold: .seconds(clearHold)), change: change)
    }

    @Test func `a reading is judged by the threshold of its own time, to the microsecond`() {
        var before = Scenario(Self.rule(50, 45))
        before.read(999.999999, 47)
        #expect(before.lines == [])
        before.read(1000, 47)
        #expect(before.lines == ["1000 raised red"] && before.decisions[0].threshold == 45)
        var after = Scenario(Self.rule(45, 50))
        after.read(999.999999, 47)
        after.read(1000, 47)
        #expect(after.lines == ["999.999999 raised red", "1000 resolved"])
        #expect(after.decisions.map(\.threshold) == [45, 50])
    }

    @Test func `a day of the past played back meets the threshold of that day`() {
        var scenario = Scenario(Self.rule(50, 45), timing: Timing(clock: .wall))
        scenario.tick(5000)
        scenario.read(900, 47)
        #expect(scenario.lines == [])
    }

    @Test func `a clear has its own dates`() {
        let clear = Self.dated(40, 30)
        var scenario = Scenario(Self.rule(50, 50, clear: clear))
        scenario.read(900, 60)
        scenario.read(999, 39)
        scenario.read(999.5, 60)
        scenario.read(1000, 39)
        scenario.read(1001, 29)
        #expect(scenario.lines == ["900 raised red", "999 resolved", "999.5 raised red", "1001 resolved"])
    }

    @Test func `a hold that matures after the date needs the value beyond the new threshold`() {
        for (start, expected) in [(940.0, ["999 raised red"]), (941, []), (960, [])] {
            var scenario = Scenario(Self.rule(45, 50, hold: 59))
            scenario.read(start, 47)
            scenario.read(1200, 1, subject: "y")
            #expect(scenario.lines == expected, "pending since \(start)")
        }
        var lower = Scenario(Self.rule(50, 45, hold: 59))
        lower.read(990, 60)
        lower.read(1200, 1, subject: "y")
        #expect(lower.lines == ["1049 raised red"] && lower.decisions[0].threshold == 45)
    }

    @Test func `a clearing level is held again where the date lowers what enters it`() {
        var scenario = Scenario(Self.rule(50, 45, clearHold: 60))
        scenario.read(900, 60)
        scenario.read(980, 47)
        scenario.read(1200, 1, subject: "y")
        #expect(scenario.lines == ["900 raised red"])
    }

    @Test func `before its first date a level does not exist and is not unknown`() {
        var scenario = Scenario(
            .threshold("r", .init(level: .blue, at: .number(10)), .init(level: .red, at: Self.dated(nil, 40))))
        scenario.read(999, 90)
        scenario.read(1000, 90)
        #expect(scenario.lines == ["999 raised blue", "1000 escalated red"])
        #expect(scenario.engine.counters[0].counters.unknown == 0)
    }

    @Test func `a late reading is judged by its own date`() {
        var scenario = Scenario(
            Self.rule(50, 45, clearHold: 1) { $0.lateness = .seconds(30) })
        scenario.read(1010, 40)
        scenario.read(999, 47)
        scenario.read(1001, 47)
        scenario.read(1100, 1, subject: "y")
        #expect(scenario.lines == ["1001 raised red", "1011 resolved"])
    }

    @Test func `a limit of the registry may take the place of a number on a date`() {
        let threshold = Rule.Threshold.dated([
            .init(from: .distantPast, threshold: .number(50)),
            .init(from: Self.edge, threshold: .limit("hh", fallback: 45)),
        ])
        var scenario = Scenario(
            .threshold("r", .init(level: .red, at: threshold)),
            registry: Registry(subjects: [.init(id: "x", limits: [.init(name: "hh", value: 20)])]))
        scenario.read(999, 30)
        scenario.read(1000, 30)
        scenario.read(1000, 30, subject: "z")
        #expect(scenario.lines == ["1000 raised red"])
    }

    @Test func `a window over reports that is read by the clock is judged by the date of that moment`() {
        let rule = Rule.threshold("r", .init(level: .red, at: Self.dated(3, 2))) {
            $0.input.type = "report"
            $0.values = [
                .init(name: "w", kind: .window(.init(aggregate: .count, over: .seconds(60), step: .seconds(10))))
            ]
        }
        var scenario = Scenario(rule, timing: Timing(clock: .wall, idleTimeout: .seconds(5)))
        for time in [961.0, 985, 992] { scenario.read(time, 1, type: "report") }
        for second in 993..<1100 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["992 raised red", "1040 resolved"], "two reports are enough from 1000 on")
    }

    @Test func `a silence meets the threshold of the day on which it is judged`() {
        let rule = Rule.threshold("r", .init(level: .red, at: Self.dated(300, 100))) { $0.kind = .absence(.init()) }
        var scenario = Scenario(rule, timing: Timing(clock: .wall))
        scenario.read(880, 1)
        for second in 881..<1400 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["1000 raised red"])
    }

    @Test func `what is not dated well is no rule set`() throws {
        let set = RuleSet(rules: [Self.rule(50, 45)])
        #expect(try RuleSet(decoding: set.encoded()) == set)
        let swapped = Rule.Threshold.dated([
            .init(from: Self.edge, threshold: .number(1)), .init(from: .distantPast, threshold: .number(2)),
        ])
        let bad = RuleSet(rules: [.threshold("r", .init(level: .red, at: swapped))])
        #expect(throws: ByteReader.Failure.self) { try RuleSet(decoding: bad.encoded()) }
    }

    @Test func `own: an explanation shows the threshold that judged the newest reading`() {
        var scenario = Scenario(Self.rule(50, 45))
        scenario.read(999, 47)
        #expect(scenario.engine.explain(rule: "r", key: "x")?.state?.rungs[0].at.value == 50)
        scenario.read(1000, 44)
        #expect(scenario.engine.explain(rule: "r", key: "x")?.state?.rungs[0].at.value == 45)
    }
}
