import Engine
import Events
import Testing

struct LadderTests {
    static func ladder(_ steps: (Level, Double, Double)...) -> Rule {
        Rule.threshold("r") { rule in
            rule.ladder = steps.map {
                Rule.Rung(level: $0.0, compare: .greater, at: .number($0.1), clear: .number($0.2))
            }
        }
    }

    func run(_ rule: Rule, _ values: [Double], step: Double = 60) -> [String] {
        var scenario = Scenario(rule)
        for (index, value) in values.enumerated() { scenario.read(Double(index) * step, value) }
        return scenario.lines
    }

    @Test func `S18 every level holds until its own clear`() {
        let rule = Self.ladder((.blue, 60, 50), (.yellow, 70, 60), (.red, 80, 70))
        #expect(
            run(rule, [61, 73, 64, 85, 62, 56, 47]) == [
                "0 raised blue", "60 escalated yellow", "180 escalated red", "240 deescalated yellow",
                "300 deescalated blue", "360 resolved",
            ])
    }

    @Test func `the way up names the threshold reached, the way down the clear of the level that is left`() {
        var scenario = Scenario(Self.ladder((.blue, 60, 50), (.yellow, 70, 60), (.red, 80, 75)))
        for (index, value) in [61, 85, 65, 55, 47].enumerated() { scenario.read(Double(index), Double(value)) }
        #expect(scenario.decisions.map(\.threshold) == [60, 80, 75, 60, 50])
        // Each is true of the value as it stands.
        let grounds = scenario.decisions.map { $0.ground.map { "\($0.compare.symbol) \($0.threshold)" } }
        #expect(grounds == ["> 60.0", "> 80.0", "<= 75.0", "<= 60.0", "<= 50.0"])
    }

    @Test func `one event makes at most one transition`() {
        let rule = Self.ladder((.blue, 10, 9), (.yellow, 20, 19), (.orange, 30, 29), (.red, 40, 39))
        #expect(run(rule, [100, 0]) == ["0 raised red", "60 resolved"])
    }

    @Test func `S17 hysteresis starts a new episode after the resolve`() throws {
        let rule = Self.ladder((.red, 80, 75))
        var scenario = Scenario(rule)
        for (index, value) in [81, 79, 75, 74, 79, 81].enumerated() { scenario.read(Double(index), Double(value)) }
        #expect(scenario.lines == ["0 raised red", "3 resolved", "5 raised red"])
        #expect(scenario.decisions[0].episode == scenario.decisions[1].episode)
        #expect(scenario.decisions[0].episode != scenario.decisions[2].episode)
    }

    @Test func `a falling ladder is entered below and left above`() {
        let rule = Rule.threshold(
            "r", .init(level: .blue, compare: .lessOrEqual, at: .number(0.3), clear: .number(0.32)),
            .init(level: .red, compare: .less, at: .number(0.1)))
        #expect(
            run(rule, [0.31, 0.3, 0.1, 0.05, 0.1, 0.32, 0.33]) == [
                "60 raised blue", "180 escalated red", "240 deescalated blue", "360 resolved",
            ])
    }

    @Test func `S14 a hold is reached at its last instant and the threshold is exact`() {
        let rule = Rule.threshold("r", .init(level: .red, compare: .greater, at: .number(10), hold: .seconds(180)))
        #expect(run(rule, [10, 10, 11, 11, 11, 11]) == ["300 raised red"])
        #expect(run(rule, [10, 10, 10, 10, 10, 10, 10]) == [])
        #expect(run(rule, [11, 11, 11, 10, 11]) == [])
    }

    @Test func `S16 an alternating value never holds`() {
        let rule = Rule.threshold(
            "r", .init(level: .red, compare: .greaterOrEqual, at: .number(1), hold: .seconds(300)))
        #expect(run(rule, (0..<200).map { Double(($0 + 1) % 2) }, step: 10) == [])
    }

    @Test func `S21 a level is kept while it clears`() {
        let rule = Rule.threshold(
            "r",
            .init(level: .red, compare: .greater, at: .number(50), hold: .minutes(1), clearHold: .minutes(1)))
        #expect(run(rule, [75, 85, 70, 70, 10, 10]) == ["60 raised red", "300 resolved"])
    }

    @Test func `S40 an unknown value changes nothing and is counted`() {
        var scenario = Scenario(.over50(for: 0))
        scenario.read(0, 60)
        scenario.read(60, .nan)
        scenario.read(120, 60)
        #expect(scenario.lines == ["0 raised red"])
        #expect(scenario.engine.counters[0].counters.unknown == 1)
    }

    @Test func `S39 the measured value is no part of the identity`() {
        var scenario = Scenario(.over50(for: 120))
        for step in 0..<5 { scenario.read(Double(step) * 60, 61 + Double(step)) }
        #expect(scenario.lines == ["120 raised red"])
    }

    @Test(arguments: [(0.0, 0.0), (10, 50), (17.5, 62.5), (25, 75), (31.5, 78.9), (50, 90), (75, 100), (500, 100)])
    func `the score is linear between the thresholds`(value: Double, score: Double) {
        var scenario = Scenario(
            .threshold(
                "r", .init(level: .yellow, at: .number(10)), .init(level: .orange, at: .number(25)),
                .init(level: .red, at: .number(50))))
        scenario.read(0, value)
        if value < 10 { return #expect(scenario.decisions.isEmpty) }
        #expect(abs(scenario.decisions[0].score - score) < 1e-9)
    }

    @Test func `a limit of the registry is the threshold, its fallback where there is none`() {
        let rule = Rule.threshold("r", .init(level: .red, at: .limit("hh", fallback: 50)))
        let registry = Registry(subjects: [.init(id: "x", limits: [.init(name: "hh", value: 20)])])
        var scenario = Scenario(rule, registry: registry)
        scenario.read(0, 30)
        scenario.read(1, 30, subject: "y")
        scenario.read(2, 50, subject: "y")
        #expect(scenario.lines == ["0 raised red", "2 raised red y"])
        #expect(scenario.decisions[0].threshold == 20)
    }

    @Test func `a limit without a fallback is unknown`() {
        var scenario = Scenario(.threshold("r", .init(level: .red, at: .limit("hh", fallback: nil))))
        scenario.read(0, 1e9)
        #expect(scenario.lines == [] && scenario.engine.counters[0].counters.unknown == 1)
    }
}
