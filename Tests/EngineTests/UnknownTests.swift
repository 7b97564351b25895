import Events
import Testing

@testable import Engine

/// Holds that run while value, threshold or gate is not known: they go on, and no timer fires for ever.
struct UnknownTests {
    static let registry = Registry(subjects: [.init(id: "a", limits: [.init(name: "hh", value: 10)]), .init(id: "b")])

    @Test(arguments: [0, 300]) func `a hold matures though the newest subject of its key has no limit`(clear: Int64) {
        var scenario = Scenario(
            .threshold(
                "r",
                .init(level: .red, at: .limit("hh", fallback: nil), hold: .seconds(300), clearHold: .seconds(clear))
            ) {
                $0.by = .area(digits: 6)
                $0.input.type = "report"
                $0.values = [
                    .init(
                        name: "w",
                        kind: .window(.init(aggregate: .sum, over: .seconds(7200), step: .seconds(600))))
                ]
            }, registry: Self.registry)
        scenario.read(0, 20, subject: "a", type: "report", area: "320213")
        scenario.read(10, 20, subject: "b", type: "report", area: "320213")
        scenario.read(10_000, 0, subject: "c", type: "report", area: "320205")
        #expect(scenario.lines.first == "300 raised red 320213")
    }

    @Test func `a gate that is not known lets a hold mature and enters nothing`() throws {
        let gate = try Formula(values: "registry.population > 100", names: ["w"], yield: .boolean)
        let registry = Registry(subjects: [.init(id: "x", population: 200)])
        var scenario = Scenario(
            .threshold("r", .init(level: .red, at: .number(1), hold: .seconds(300))) {
                $0.input.type = "report"
                $0.values = [
                    .init(
                        name: "w",
                        kind: .window(.init(aggregate: .count, over: .seconds(7200), step: .seconds(600))))
                ]
                $0.onlyWhile = gate
            }, registry: registry)
        scenario.read(0, 1, type: "report")
        scenario.apply(.registry(Registry.empty.encoded()), at: 1)
        scenario.read(2, 1, subject: "y", type: "report")
        scenario.read(20_000, 1, subject: "z", type: "report")
        #expect(scenario.lines == ["300 raised red"])
    }

    @Test func `an absence whose limit was taken away meanwhile comes to an end`() {
        var scenario = Scenario(
            .threshold("r", .init(level: .red, at: .limit("hh", fallback: nil), hold: .seconds(60))) {
                $0.kind = .absence(.init(expect: []))
            }, registry: Self.registry, timing: Timing(clock: .wall))
        scenario.read(0, 1, subject: "a")
        scenario.tick(11)
        scenario.apply(.registry(Registry(subjects: [.init(id: "a")]).encoded()), at: 12)
        scenario.tick(200)
        scenario.tick(400)
        #expect(scenario.lines == ["70 raised red a"])
    }

    @Test func `a timer passes a moment at which nothing is known, and after a gap begins anew`() {
        var rung = RungState(phase: .pending, since: .init(seconds: 0))
        rung.pass(at: .init(seconds: 59), restart: false, hold: .seconds(60), clearHold: .zero)
        #expect(rung == RungState(phase: .pending, since: .init(seconds: 0)))
        var restarted = rung
        restarted.pass(at: .init(seconds: 60), restart: true, hold: .seconds(60), clearHold: .zero)
        #expect(restarted == RungState(phase: .pending, since: .init(seconds: 60)))
        rung.pass(at: .init(seconds: 60), restart: false, hold: .seconds(60), clearHold: .zero)
        #expect(rung == RungState(phase: .held, since: .init(seconds: 60)))
    }
}
