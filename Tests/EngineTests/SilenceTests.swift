import Engine
import Events
import Testing

struct SilenceTests {
    static func rule(_ action: Rule.NoData.Action, after: Int64 = 300) -> Rule {
        Rule.threshold("r", .init(level: .red, compare: .greater, at: .number(80))) {
            $0.noData = .init(after: .seconds(after), action: action, level: .yellow)
        }
    }

    func run(_ action: Rule.NoData.Action) -> [String] {
        var scenario = Scenario(Self.rule(action))
        for time in [0.0, 60, 960] { scenario.read(time, 90) }
        return scenario.lines
    }

    @Test func `S07 keep leaves one episode`() { #expect(run(.keep) == ["0 raised red"]) }

    @Test func `S07 keep counts the key as silent meanwhile`() throws {
        var scenario = Scenario(Self.rule(.keep), timing: Timing(clock: .wall))
        for time in [0.0, 60] { scenario.read(time, 90) }
        scenario.tick(359)
        #expect(scenario.engine.counters[0].silent == 0)
        scenario.tick(360)
        #expect(scenario.engine.counters[0].silent == 1)
        try scenario.restart()
        #expect(scenario.engine.counters[0].silent == 1)
        scenario.read(960, 90)
        #expect(scenario.engine.counters[0].silent == 0 && scenario.lines == ["0 raised red"])
    }

    @Test func `S07 resolve ends the episode with its reason`() {
        #expect(run(.resolve) == ["0 raised red", "360 resolved no_data", "960 raised red"])
    }

    @Test func `S07 alarm is a separate alarm`() {
        #expect(run(.alarm) == ["0 raised red", "360 raised yellow no_data", "960 resolved no_data"])
    }

    @Test func `S29 data exactly at the timeout is in time`() {
        var scenario = Scenario(Self.rule(.alarm))
        scenario.read(0, 1)
        scenario.read(300, 1)
        #expect(scenario.lines == [])
        scenario.read(600.000001, 1)
        #expect(scenario.lines == ["600 raised yellow no_data", "600.000001 resolved no_data"])
        // The reading that ends the silence, not the one before it.
        #expect(scenario.decisions.map(\.eventPosition) == [2, scenario.engine.nextPosition - 1])
    }

    @Test func `S13 jitter within the timeout is silence of nobody`() {
        var scenario = Scenario(Self.rule(.alarm, after: 90), timing: Timing(clock: .wall))
        for time in [0, 60, 121, 179.9, 241] { scenario.read(time, 1) }
        #expect(scenario.lines == [])
    }

    @Test func `after downtime nobody is silent for the time we were deaf`() throws {
        var scenario = Scenario(Self.rule(.alarm), timing: Timing(clock: .wall))
        scenario.read(0, 1)
        try scenario.restart()
        scenario.apply(.started(deaf: .seconds(1000)), at: 1000)
        for second in 1001...1299 { scenario.tick(Double(second)) }
        #expect(scenario.lines == [])
        for second in 1300...1400 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["1300 raised yellow no_data"])
    }

    @Test func `decisions of one record have ascending ids, whatever made them`() {
        var scenario = Scenario(Self.rule(.alarm), timing: Timing(clock: .wall))
        for subject in ["a", "b", "c"] { scenario.read(0, 90, subject: subject) }
        scenario.read(299.5, 90, subject: "d")
        scenario.read(300, 10, subject: "d")
        scenario.read(600, 90, subject: "d")
        let ids = scenario.decisions.map(\.id)
        #expect(ids.count == 9 && zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func `S12 an expected key that never reports is silent once`() {
        var scenario = Scenario(timing: Timing(clock: .wall))
        scenario.tick(0)
        var rule = Self.rule(.alarm)
        rule.noData?.expect = ["north", "south"]
        scenario.reload(rule)
        for second in 1...1000 {
            if second % 100 == 0 { scenario.read(Double(second), 1, subject: "north") }
            scenario.tick(Double(second))
        }
        #expect(scenario.lines == ["300 raised yellow no_data south"])
    }

    @Test func `S50 a disabled rule says nothing, over a restart too, and listens anew once enabled`() throws {
        var scenario = Scenario(Self.rule(.alarm), timing: Timing(clock: .wall))
        scenario.read(0, 90)
        var disabled = Self.rule(.alarm)
        disabled.status = .disabled
        scenario.reload(disabled)
        try scenario.restart()
        scenario.read(100, 10)
        for second in 101...1000 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["0 raised red"])
        scenario.reload(Self.rule(.alarm))
        for second in 1001...1299 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["0 raised red"])
        scenario.read(1300, 10)
        #expect(scenario.lines == ["0 raised red", "1300 resolved"])
    }

    @Test func `removing the rule ends the alarm about silence`() {
        var scenario = Scenario(Self.rule(.alarm), timing: Timing(clock: .wall))
        scenario.read(0, 1)
        scenario.tick(400)
        scenario.reload()
        #expect(scenario.lines == ["300 raised yellow no_data", "400 resolved no_data rule_removed"])
    }

    @Test func `a key at rest is forgotten after its time to live, one with an episode is not`() {
        var scenario = Scenario(.over50(for: 0) { $0.keyTTL = .seconds(60) }, timing: Timing(clock: .wall))
        scenario.read(0, 60)
        for index in 0..<1000 { scenario.read(1, 1, subject: "s\(index)") }
        #expect(scenario.engine.counters[0].keys == 1001)
        scenario.tick(61)
        #expect(scenario.engine.counters[0].keys == 1)
        scenario.read(62, 10)
        #expect(scenario.lines == ["0 raised red", "62 resolved"])
    }

    @Test func `keys beyond the rule's maximum are refused and counted`() {
        var scenario = Scenario(.over50(for: 0) { $0.maximumKeys = 2 })
        for (index, subject) in ["a", "b", "c"].enumerated() { scenario.read(Double(index), 60, subject: subject) }
        #expect(scenario.lines == ["0 raised red a", "1 raised red b"])
        #expect(scenario.engine.counters[0].counters.refusedKeys == 1)
    }
}
