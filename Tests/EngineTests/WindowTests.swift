import Events
import Testing

@testable import Engine

struct WindowTests {
    static func rule(_ aggregate: Aggregate, over: Int64, step: Int64, at: Double, type: String = "reading") -> Rule {
        Rule.threshold("r", .init(level: .red, at: .number(at))) {
            $0.input.type = type
            $0.values = [
                .init(name: "w", kind: .window(.init(aggregate: aggregate, over: .seconds(over), step: .seconds(step))))
            ]
        }
    }

    @Test func `the open pane counts and old panes leave whole`() {
        var scenario = Scenario(Self.rule(.sum, over: 60, step: 10, at: 6))
        for time in stride(from: 0.0, through: 50, by: 10) { scenario.read(time, 1) }
        scenario.read(60, 0)
        #expect(scenario.lines == ["50 raised red", "60 resolved"])
    }

    @Test func `silence of a report source counts down by the clock`() {
        var scenario = Scenario(
            Self.rule(.count, over: 60, step: 10, at: 3, type: "report"), timing: Timing(clock: .wall))
        for time in [1.0, 2, 3] { scenario.read(time, 1, type: "report") }
        for second in 4..<300 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["3 raised red", "60 resolved"])
    }

    @Test func `a reload does not judge again what the clock has counted down`() throws {
        func rule(_ red: Double) -> Rule {
            var rule = Self.rule(.count, over: 60, step: 10, at: red, type: "report")
            rule.ladder = [.init(level: .blue, at: .number(1)), .init(level: .red, at: .number(red))]
            return rule
        }
        var scenario = Scenario(rule(3), timing: Timing(clock: .wall))
        for time in [1.0, 2, 3, 45] { scenario.read(time, 1, type: "report") }
        scenario.read(70, 1, metric: "other", type: "report")
        #expect(scenario.lines == ["1 raised blue", "3 escalated red", "60 deescalated blue"])
        scenario.reload(rule(2.5))
        for time in [72.0, 99, 120] { scenario.read(time, 1, metric: "other", type: "report") }
        #expect(scenario.lines.dropFirst(3) == ["100 resolved"])
    }

    @Test func `silence of a sensor never looks like recovery`() {
        var scenario = Scenario(Self.rule(.sum, over: 60, step: 10, at: 3), timing: Timing(clock: .wall))
        for time in [1.0, 2, 3] { scenario.read(time, 1) }
        for second in 4..<300 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["3 raised red"])
    }

    @Test func `S30 readings within lateness count in order of event time, a late one nowhere`() {
        var rule = Self.rule(.count, over: 10, step: 10, at: 3)
        rule.lateness = .seconds(2)
        var scenario = Scenario(rule)
        for time in [1.0, 5, 9.75, 9.5, 9.9] { scenario.read(time, 1) }
        #expect(scenario.lines == [])
        scenario.read(13, 1)
        scenario.read(4, 1)
        #expect(scenario.lines == ["9.5 raised red"])
        #expect(scenario.engine.counters[0].counters.late == 1)
    }

    @Test func `S34 the same stream gives the same decisions however it is cut`() {
        func run(_ size: Int) -> [Decision] {
            var scenario = Scenario(
                .threshold("a", .init(level: .blue, at: .number(5), hold: .seconds(3), clearHold: .seconds(2))) {
                    $0.noData = .init(after: .seconds(4), action: .alarm)
                }, Self.rule(.avg, over: 30, step: 5, at: 4))
            var batch = EventBatch()
            var seed: UInt64 = 1
            for index in 0..<500 {
                seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                batch.add(
                    time: Scenario.seconds(Double(index) * 0.12), value: Double(seed >> 60),
                    subject: "s\((seed >> 50) % 7)")
                if batch.count == size {
                    scenario.apply(.events(batch), at: Double(index) * 0.12)
                    batch = EventBatch()
                }
            }
            return scenario.decisions.map { decision in
                var copy = decision
                copy.eventID = ""
                return copy
            }
        }
        let one = run(1)
        #expect(!one.isEmpty && one == run(10) && one == run(500))
    }
}

extension Scenario {
    /// What the first rule's window says at the newest reading of its first key.
    var lastWindowValue: Double {
        var window = engine.runtimes[0].windows[0]
        return window?.value(at: engine.runtimes[0].keys[0].newest, slot: 0) ?? .nan
    }
}
