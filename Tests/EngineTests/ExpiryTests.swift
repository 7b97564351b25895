import Engine
import Events
import Testing

/// The dates between which a rule applies, on event time.
struct ExpiryTests {
    static func rule(for hold: Int64 = 0, from: Int64 = 100, until: Int64 = 1000) -> Rule {
        .over50(for: hold) {
            $0.effectiveFrom = .init(seconds: from)
            $0.effectiveUntil = .init(seconds: until)
        }
    }

    @Test func `a rule raises nothing before it applies and from that moment on it does`() {
        var scenario = Scenario(Self.rule())
        scenario.read(99.999999, 60)
        #expect(scenario.lines == [])
        scenario.read(100, 60)
        #expect(scenario.lines == ["100 raised red"])
    }

    @Test func `an episode ends with its rule's dates, over a restart too`() throws {
        var scenario = Scenario(Self.rule())
        scenario.read(900, 60)
        try scenario.restart()
        scenario.read(1000, 60)
        #expect(scenario.lines == ["900 raised red"])
        scenario.read(1000.000001, 60)
        #expect(scenario.lines == ["900 raised red", "1000 resolved expired"])
        scenario.read(1060, 60)
        #expect(scenario.decisions.count == 2)
    }

    @Test(arguments: [(899, ["999 raised red", "1000 resolved expired"]), (900, [])] as [(Double, [String])])
    func `a hold that ends with the dates raises nothing`(start: Double, expected: [String]) {
        var scenario = Scenario(Self.rule(for: 100))
        scenario.read(start, 60)
        scenario.read(1001, 60)
        #expect(scenario.lines == expected)
    }

    @Test func `of a silent source the clock ends the episode`() {
        var scenario = Scenario(Self.rule(), timing: Timing(clock: .wall))
        scenario.read(900, 60)
        for second in 901...1000 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["900 raised red"])
        for second in 1001...1010 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["900 raised red", "1000 resolved expired"])
    }

    @Test func `dates that a new rule set brings end what is open`() {
        var scenario = Scenario(.over50(for: 0))
        scenario.read(900, 60)
        scenario.reload(Self.rule(until: 500))
        scenario.read(960, 60)
        #expect(scenario.lines == ["900 raised red", "900 resolved expired"])
    }
}
