import Engine
import Events
import Testing

struct LifeCycleTests {
    func play(_ scenario: inout Scenario, _ times: StrideTo<Double>, _ value: Double) {
        for time in times { scenario.read(time, value) }
    }

    @Test func `S01 a restart keeps what is pending`() throws {
        var scenario = Scenario(.over50())
        play(&scenario, stride(from: 0, to: 361, by: 60), 60)
        try scenario.restart()
        scenario.apply(.started(deaf: .seconds(60)), at: 420)
        play(&scenario, stride(from: 420, to: 720, by: 60), 60)
        #expect(scenario.lines == ["600 raised red"])
    }

    @Test func `S01 a gap beyond max_gap starts the hold again`() throws {
        var scenario = Scenario(.over50 { $0.maxGap = .minutes(5) })
        play(&scenario, stride(from: 0, to: 361, by: 60), 60)
        try scenario.restart()
        scenario.apply(.started(deaf: .seconds(1800)), at: 2220)
        play(&scenario, stride(from: 2220, to: 3000, by: 60), 60)
        #expect(scenario.lines == ["2820 raised red"])
    }

    @Test func `a gap of exactly max_gap is still held`() {
        var scenario = Scenario(.over50 { $0.maxGap = .minutes(5) })
        for time in [0.0, 300, 600] { scenario.read(time, 60) }
        #expect(scenario.lines == ["600 raised red"])
    }

    @Test func `S02 a firing episode survives a restart and resolves once`() throws {
        var scenario = Scenario(.over50())
        play(&scenario, stride(from: 0, to: 700, by: 60), 60)
        try scenario.restart()
        scenario.read(720, 60)
        scenario.read(780, 10)
        scenario.read(840, 10)
        #expect(scenario.lines == ["600 raised red", "780 resolved"])
        #expect(scenario.decisions[1].startedAt == Scenario.seconds(600))
    }

    @Test func `S03 cosmetic, threshold and hold changes keep the state`() {
        for (change, expected) in [
            ({ (rule: inout Rule) in rule.title.en = "other" }, ["600 raised red"]),
            ({ $0.ladder[0].at = .number(55) }, ["600 raised red"]),
            ({ $0.ladder[0].hold = .seconds(900) }, ["900 raised red"]),
        ] as [((inout Rule) -> Void, [String])] {
            var scenario = Scenario(.over50())
            play(&scenario, stride(from: 0, to: 301, by: 60), 60)
            scenario.reload(.over50(change: change))
            play(&scenario, stride(from: 360, to: 1000, by: 60), 60)
            #expect(scenario.lines == expected)
        }
    }

    @Test func `S03 a longer hold leaves a firing episode firing`() {
        var scenario = Scenario(.over50())
        play(&scenario, stride(from: 0, to: 601, by: 60), 60)
        scenario.reload(.over50(for: 1200))
        scenario.read(660, 60)
        #expect(scenario.lines == ["600 raised red"])
    }

    @Test func `S05 removing a rule resolves its episodes and a new one starts clean`() {
        var scenario = Scenario(.over50(for: 0))
        scenario.read(0, 60)
        scenario.reload()
        scenario.reload(.over50(for: 0))
        scenario.read(60, 60)
        #expect(scenario.lines == ["0 raised red", "0 resolved rule_removed", "60 raised red"])
    }

    @Test func `a changed key resolves the old episodes`() {
        var scenario = Scenario(.over50(for: 0))
        scenario.read(0, 60)
        scenario.reload(.over50(for: 0) { $0.by = .source })
        #expect(scenario.lines == ["0 raised red", "0 resolved rule_changed"])
    }

    @Test func `a level taken out of the ladder falls at the next reading`() {
        var scenario = Scenario(
            .threshold("r", .init(level: .blue, at: .number(10)), .init(level: .red, at: .number(20))))
        scenario.read(0, 30)
        scenario.reload(.threshold("r", .init(level: .blue, at: .number(10))))
        scenario.read(60, 30)
        #expect(scenario.lines == ["0 raised red", "60 deescalated blue"])
    }

    @Test func `S22 clearing goes on over a restart`() throws {
        let rule = Rule.threshold(
            "r", .init(level: .red, compare: .greater, at: .number(50), clearHold: .seconds(300)))
        var scenario = Scenario(rule, timing: Timing(clock: .wall))
        scenario.read(900, 60)
        scenario.read(1000, 10)
        try scenario.restart()
        scenario.apply(.started(deaf: .seconds(10)), at: 1110)
        scenario.read(1200, 10)
        scenario.read(1300, 10)
        #expect(scenario.lines == ["900 raised red", "1300 resolved"])
    }

    @Test func `S27 S35 a hold matures by the clock once its source is idle`() {
        var scenario = Scenario(.over50(for: 60), timing: Timing(clock: .wall))
        scenario.read(0, 60)
        for second in 1..<200 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["60 raised red"])
        #expect(scenario.decisions[0].decidedAt == Scenario.seconds(61))
    }

    @Test func `a timer fires when another reading of its source passes it`() {
        var scenario = Scenario(.over50(for: 60))
        scenario.read(0, 60)
        scenario.read(60, 1, subject: "y")
        #expect(scenario.lines == [])
        scenario.read(61, 1, subject: "y")
        #expect(scenario.lines == ["60 raised red"])
    }

    @Test func `a reading at the timer's instant is heard before it`() {
        var scenario = Scenario(.over50(for: 60))
        scenario.read(0, 60)
        scenario.read(60, 1, subject: "y")
        scenario.read(60, 1)
        scenario.read(90, 1, subject: "y")
        #expect(scenario.lines == [])
    }

    @Test func `S31 a silent source holds nobody else back`() {
        var scenario = Scenario(.over50(for: 60))
        scenario.source = "b"
        scenario.read(20, 1, subject: "z")
        scenario.source = "a"
        scenario.read(20, 60)
        scenario.read(100, 60)
        #expect(scenario.lines == ["80 raised red"])
    }

    @Test func `S30 the future is kept out and moves no watermark`() {
        var scenario = Scenario(.over50(for: 0), timing: Timing(clock: .wall))
        scenario.read(0, 1)
        scenario.read(1_000_000, 60, received: 1)
        scenario.read(31, 60, received: 1)
        #expect(scenario.lines == ["31 raised red"])
    }

    @Test func `a reading one microsecond beyond max_future is not evaluated`() {
        var scenario = Scenario(.over50(for: 0), timing: Timing(clock: .wall))
        scenario.read(31.000001, 60, received: 1)
        #expect(scenario.lines == [])
    }

    @Test func `an older reading of the same key changes no level`() {
        var scenario = Scenario(.over50(for: 0) { $0.lateness = .seconds(100) })
        scenario.read(60, 10)
        scenario.read(30, 60)
        #expect(scenario.lines == [] && scenario.engine.counters[0].counters.outOfOrder == 1)
        scenario.read(300, 10)
        scenario.read(199, 60)
        #expect(scenario.engine.counters[0].counters.late == 1)
    }
}
