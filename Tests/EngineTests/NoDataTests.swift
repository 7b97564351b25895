import Engine
import Events
import Testing

/// What a rule does about silence, and what counts as silence.
struct NoDataTests {
    static func rule(_ action: Rule.NoData.Action, change: (inout Rule) -> Void = { _ in }) -> Rule {
        Rule.threshold("r", .init(level: .red, compare: .greater, at: .number(80))) {
            $0.noData = .init(after: .seconds(120), action: action, hold: .seconds(300), level: .yellow)
            change(&$0)
        }
    }

    func listen(_ rule: Rule, to readings: [(Double, Double)], until end: Int, restart: Int = -1) throws -> Scenario {
        var scenario = Scenario(rule, timing: Timing(clock: .wall))
        var rest = readings[...]
        for second in 0...end {
            if let next = rest.first, next.0 == Double(second) {
                scenario.read(next.0, next.1)
                rest = rest.dropFirst()
            } else {
                scenario.tick(Double(second))
            }
            if second == restart { try scenario.restart() }
        }
        return scenario
    }

    @Test(arguments: [-1, 60, 120, 200, 419]) func `S08 silence is acted on once it has been held`(restart: Int) throws
    {
        let scenario = try listen(Self.rule(.alarm), to: [(0, 1)], until: 2000, restart: restart)
        #expect(scenario.lines == ["420 raised yellow no_data"])
    }

    @Test func `S08 a reading before the end of the hold is in time`() throws {
        #expect(try listen(Self.rule(.alarm), to: [(0, 1), (400, 1)], until: 800).lines == [])
        #expect(try listen(Self.rule(.alarm), to: [(0, 1), (420, 1)], until: 800).lines == [])
        #expect(
            try listen(Self.rule(.alarm), to: [(0, 1), (421, 1)], until: 800).lines == [
                "420 raised yellow no_data", "421 resolved no_data",
            ])
    }

    @Test func `S08 the key is silent before it is acted on`() throws {
        #expect(try listen(Self.rule(.alarm), to: [(0, 1)], until: 119).engine.counters[0].silent == 0)
        #expect(try listen(Self.rule(.alarm), to: [(0, 1)], until: 120).engine.counters[0].silent == 1)
    }

    @Test func `an episode ends for want of data once the silence has been held`() throws {
        let scenario = try listen(Self.rule(.resolve), to: [(0, 90), (1000, 90)], until: 1001, restart: 300)
        #expect(scenario.lines == ["0 raised red", "420 resolved no_data", "1000 raised red"])
    }

    @Test func `another level of the alarm about silence ends it as it was told, and raises it anew`() throws {
        var scenario = try listen(Self.rule(.alarm), to: [(0, 1)], until: 500)
        var other = Self.rule(.alarm)
        other.noData?.level = .blue
        scenario.reload(other)
        scenario.tick(501)
        scenario.read(502, 1)
        #expect(
            scenario.lines == [
                "420 raised yellow no_data", "500 resolved no_data rule_changed", "420 raised blue no_data",
                "502 resolved no_data",
            ])
        #expect(scenario.decisions.map(\.peak) == [.yellow, .yellow, .blue, .blue])
        // The same level: the alarm stays.
        var same = try listen(Self.rule(.alarm), to: [(0, 1)], until: 500)
        same.reload(Self.rule(.alarm) { $0.ladder[0].at = .number(70) })
        same.tick(501)
        #expect(same.lines == ["420 raised yellow no_data"])
    }

    @Test func `an alarm about silence ends no earlier than it began, whatever the reading that ends it says`() throws {
        var scenario = try listen(Self.rule(.alarm), to: [(0, 1)], until: 500)
        scenario.read(10, 1, received: 501)
        #expect(scenario.lines == ["420 raised yellow no_data", "420 resolved no_data"])
    }

    @Test func `S10 one missed reading does not break a hold`() {
        let rule = Rule.threshold("r", .init(level: .red, at: .number(50), hold: .seconds(300))) {
            $0.maxGap = .seconds(120)
        }
        var scenario = Scenario(rule)
        for time in [0.0, 60, 180, 300] { scenario.read(time, 60) }
        #expect(scenario.lines == ["300 raised red"])
        var strict = Scenario(
            .threshold("r", .init(level: .red, at: .number(50), hold: .seconds(300))) { $0.maxGap = .seconds(119) })
        for time in [0.0, 60, 180, 300] { strict.read(time, 60) }
        #expect(strict.lines == [])
    }

    @Test func `S40 a sensor that sends only NaN is silent`() throws {
        let readings = [(0, 1)] + stride(from: 60.0, to: 600, by: 60).map { ($0, Double.nan) } + [(600, 1)]
        let scenario = try listen(Self.rule(.alarm), to: readings, until: 600)
        #expect(scenario.lines == ["420 raised yellow no_data", "600 resolved no_data"])
        #expect(scenario.engine.counters[0].counters.unknown == 9)
        let never = try listen(Self.rule(.alarm), to: [(0, .nan), (60, .nan)], until: 600)
        #expect(never.lines == ["420 raised yellow no_data"])
    }

    @Test func `S40 NaN bridges no gap`() {
        for filler in [Double.nan, 60] {
            var scenario = Scenario(.over50(for: 300) { $0.maxGap = .seconds(120) })
            for time in stride(from: 0.0, to: 501, by: 100) {
                scenario.read(time, time == 100 ? filler : 60)
            }
            #expect(scenario.lines == (filler.isNaN ? ["500 raised red"] : ["300 raised red"]))
        }
    }

    @Test func `S40 a number for any of the values ends the silence`() throws {
        let twoValues = Self.rule(.alarm) {
            $0.values = [
                .init(
                    name: "mean",
                    kind: .window(.init(aggregate: .avg, over: .seconds(60), step: .seconds(10)))),
                .init(name: "value", kind: .reading),
            ]
        }
        #expect(try listen(twoValues, to: [(0, 1), (400, 1)], until: 500).lines == [])
        #expect(
            try listen(twoValues, to: [(0, 1), (400, .nan)], until: 500).lines == ["420 raised yellow no_data"])
    }

    @Test func `an alarm about silence keeps to the rule's dates`() throws {
        let dated = Self.rule(.alarm) { $0.effectiveUntil = Scenario.seconds(1000) }
        #expect(
            try listen(dated, to: [(0, 1)], until: 2000, restart: 700).lines == [
                "420 raised yellow no_data", "1000 resolved no_data expired",
            ])
        #expect(try listen(dated, to: [(580, 1)], until: 2000).lines == [])
        #expect(
            try listen(dated, to: [(579, 1)], until: 2000).lines == [
                "999 raised yellow no_data", "1000 resolved no_data expired",
            ])
    }

    @Test func `silence counts from the first of the rule's dates`() throws {
        let later = Self.rule(.alarm) {
            $0.effectiveFrom = Scenario.seconds(1000)
            $0.noData?.expect = ["north"]
        }
        var scenario = Scenario(timing: Timing(clock: .wall))
        scenario.tick(0)
        scenario.reload(later)
        for second in 1...2000 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["1420 raised yellow no_data north"])
    }

    @Test func `a key whose silence is still to be told outlives its time to live`() throws {
        let scenario = try listen(Self.rule(.alarm) { $0.keyTTL = .seconds(60) }, to: [(0, 1)], until: 500)
        #expect(scenario.lines == ["420 raised yellow no_data"])
    }

    @Test func `who is no longer asked after is no longer silent`() throws {
        var scenario = try listen(Self.rule(.keep), to: [(0, 1)], until: 200)
        #expect(scenario.engine.counters[0].silent == 1)
        scenario.reload(Self.rule(.keep) { $0.noData = nil })
        #expect(scenario.engine.counters[0].silent == 0)
        try scenario.restart()
        #expect(scenario.engine.counters[0].silent == 0)
    }
}
