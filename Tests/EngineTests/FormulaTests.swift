import Engine
import Events
import Testing

struct FormulaTests {
    func rule(_ condition: String, fields: [Formula.Field] = []) throws -> Rule {
        var rule = Rule.threshold("r", .init(level: .red, at: .number(1)))
        rule.condition = try Formula(event: condition, fields: fields, yield: .boolean)
        return rule
    }

    @Test func `an absent quality counts as good`() throws {
        var scenario = Scenario(try rule("quality == \"good\""))
        scenario.read(0, 5)
        #expect(scenario.lines == ["0 raised red"])
    }

    @Test func `a false condition leaves the state and is counted`() throws {
        var scenario = Scenario(try rule("value < 10.0"))
        scenario.read(0, 5)
        scenario.read(1, 20)
        #expect(scenario.lines == ["0 raised red"] && scenario.engine.counters[0].counters.filtered == 1)
    }

    @Test func `a field that the event lacks is unknown, not false`() throws {
        var scenario = Scenario(try rule("n > 1", fields: [.init(name: "n", kind: .int)]))
        scenario.read(0, 5)
        #expect(scenario.lines == [] && scenario.engine.counters[0].counters.unknown == 1)
    }

    @Test func `a condition over other values than it names is refused`() {
        #expect(throws: (any Error).self) { try Formula(event: "valu > 1.0", yield: .boolean) }
        #expect(throws: (any Error).self) { try Formula(event: "value", yield: .boolean) }
        #expect(throws: (any Error).self) { try Formula(event: "quality", yield: .number) }
    }

    @Test func `only_while clears every level while it is false and does nothing while it is unknown`() throws {
        var rule = Rule.threshold("r", .init(level: .red, of: 1, at: .number(10)))
        rule.values = [
            .init(name: "now", kind: .reading),
            .init(name: "total", kind: .window(.init(aggregate: .sum, over: .seconds(100), step: .seconds(10)))),
        ]
        rule.onlyWhile = try Formula(values: "now >= 1.0", names: ["now", "total"])
        var scenario = Scenario(rule)
        scenario.read(0, 12)
        scenario.read(10, .nan)
        #expect(scenario.lines == ["0 raised red"])
        scenario.read(20, 0)
        #expect(scenario.lines == ["0 raised red", "20 resolved"])
    }
}
