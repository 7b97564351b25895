import Events
import Testing

@testable import Engine

/// Rules with lateness: readings wait for the watermark and are applied in order of event time.
struct LatenessTests {
    static func late(_ hold: Int64, by seconds: Int64, change: (inout Rule) -> Void = { _ in }) -> Rule {
        .over50(for: hold) {
            $0.lateness = .seconds(seconds)
            change(&$0)
        }
    }

    /// The first rule's counters.
    private func counters(_ scenario: Scenario) -> RuleCounters { scenario.engine.counters[0].counters }

    @Test func `S15 a low value that comes late ends the hold before it matures`() {
        var scenario = Scenario(Self.late(2, by: 3))
        scenario.read(0, 60)
        scenario.read(2.5, 1, subject: "y")
        scenario.read(1, 10)
        scenario.read(60, 1, subject: "y")
        #expect(scenario.lines == [] && counters(scenario).held == 4)
    }

    @Test func `S15 without lateness the hold has matured by then`() {
        var scenario = Scenario(.over50(for: 2))
        scenario.read(0, 60)
        scenario.read(2.5, 1, subject: "y")
        scenario.read(1, 10)
        #expect(scenario.lines == ["2 raised red", "2 resolved"] && counters(scenario).held == 0)
    }

    @Test func `S15 a low value beyond lateness is late`() {
        var scenario = Scenario(Self.late(2, by: 3))
        for (time, value) in [(0.0, 60.0), (2, 60), (5.5, 60), (1, 10), (60, 60)] { scenario.read(time, value) }
        #expect(scenario.lines == ["2 raised red"] && counters(scenario).late == 1)
    }

    @Test func `S30 a tumbling window counts what comes within lateness and closes with the watermark`() {
        var scenario = Scenario(
            WindowKindTests.rule(.count, .tumbling(every: .seconds(10)), at: 3) { $0.lateness = .seconds(2) })
        for time in [1.0, 5, 11, 9.5] { scenario.read(time, 1) }
        #expect(scenario.lines == [])
        scenario.read(13, 1)
        #expect(scenario.lines == ["10 raised red"])
        #expect(scenario.decisions[0].value == 3 && scenario.decisions[0].decidedAt == Scenario.seconds(13))
        scenario.read(4, 1)
        #expect(counters(scenario).late == 1)
        scenario.read(1_000_000, 1, received: 13)
        #expect(scenario.engine.futureEvents == 1 && scenario.engine.sources[0].newest == Scenario.seconds(13))
    }

    @Test func `readings of one moment are applied as they came`() {
        for (first, second, expected) in [
            (60.0, 10.0, ["10 raised red", "20 resolved"]),
            (10, 60, ["10 raised red", "20 resolved", "30 raised red"]),
        ] {
            var scenario = Scenario(Self.late(10, by: 5))
            for (time, value) in [(0.0, 60.0), (22, 60), (20, first), (20, second)] { scenario.read(time, value) }
            if first > second { scenario.read(22, 10) }
            scenario.read(90, 1, subject: "y")
            #expect(scenario.lines == expected)
        }
    }

    @Test func `steps that arrive out of order are a sequence in order`() {
        let rule = SequenceTests.rule([SequenceTests.step("a"), SequenceTests.step("b")]) { $0.lateness = .seconds(30) }
        var scenario = Scenario(rule)
        scenario.read(20, 1, metric: "b")
        scenario.read(10, 1, metric: "a")
        scenario.read(51, 1, subject: "y", metric: "a")
        #expect(scenario.lines == ["20 raised red"])
        #expect(scenario.decisions[0].eventID == "0" && scenario.decisions[0].eventPosition == 1)
    }

    @Test func `steps in the wrong order of event time are none, whatever the order they come in`() {
        let rule = SequenceTests.rule([SequenceTests.step("a"), SequenceTests.step("b")]) { $0.lateness = .seconds(30) }
        var scenario = Scenario(rule)
        scenario.read(20, 1, metric: "a")
        scenario.read(10, 1, metric: "b")
        scenario.read(90, 1, subject: "y", metric: "a")
        #expect(scenario.lines == [])
    }

    @Test func `events near each other count whichever comes first`() {
        let here = (lon: 120.3, lat: 31.5)
        func run(_ order: [(Double, String)]) -> [String] {
            var scenario = Scenario(ProximityTests.rule { $0.lateness = .seconds(30) })
            for (time, subject) in order { scenario.read(time, 1, subject: subject, place: here) }
            scenario.read(200, 1, subject: "far", place: (lon: 121, lat: 31.5))
            return scenario.lines
        }
        let expected = ["10 raised yellow b", "20 raised orange c"]
        #expect(run([(0, "a"), (10, "b"), (20, "c")]) == expected)
        #expect(run([(0, "a"), (20, "c"), (10, "b")]) == expected)
    }

    @Test func `one that is the newest of its key though behind the watermark is applied at once`() {
        var scenario = Scenario(Self.late(0, by: 5) { $0.ladder[0].clearHold = .seconds(30) })
        scenario.read(100, 1, subject: "y")
        scenario.read(50, 60)
        #expect(scenario.lines == ["50 raised red"] && counters(scenario).late == 0)
    }

    @Test func `a reading waits until the watermark is strictly past it, for others of its moment may follow`() {
        var scenario = Scenario(Self.late(0, by: 5) { $0.ladder[0].clearHold = .seconds(30) })
        scenario.read(50, 60)
        scenario.read(55, 1, subject: "y")
        #expect(scenario.lines == [])
        scenario.read(55.000001, 1, subject: "y")
        #expect(scenario.lines == ["50 raised red"])
    }

    @Test func `what waits is applied by the clock once the source is idle`() {
        var scenario = Scenario(Self.late(10, by: 5), timing: Timing(clock: .wall, idleTimeout: .seconds(30)))
        scenario.read(0, 60)
        for second in 1...29 { scenario.tick(Double(second)) }
        #expect(scenario.lines == [] && counters(scenario).evaluated == 0)
        scenario.tick(30)
        #expect(scenario.lines == ["10 raised red"] && counters(scenario).evaluated == 1)
    }

    @Test func `a reading that waits ends the silence of its key`() {
        var scenario = Scenario(
            Self.late(10, by: 600) { $0.noData = .init(after: .seconds(60), action: .alarm) },
            timing: Timing(clock: .wall, idleTimeout: .seconds(3600)))
        scenario.read(0, 10)
        scenario.tick(59)
        scenario.read(50, 10)
        scenario.tick(118)
        #expect(scenario.lines == [])
        scenario.tick(119)
        scenario.read(120, 10)
        #expect(scenario.lines == ["119 raised blue no_data", "120 resolved no_data"])
        #expect(counters(scenario).evaluated == 0)
    }

    @Test func `a key that holds readings is not forgotten`() {
        var scenario = Scenario(
            Self.late(10, by: 600) { $0.keyTTL = .seconds(60) },
            timing: Timing(clock: .wall, idleTimeout: .seconds(300)))
        scenario.read(0, 60)
        for second in 1..<300 { scenario.tick(Double(second)) }
        #expect(scenario.engine.counters[0].keys == 1)
        for second in 300..<700 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["10 raised red"])
    }

    @Test func `a silence that resolves takes in first what was held`() {
        var scenario = Scenario(
            Self.late(10, by: 600) { $0.noData = .init(after: .seconds(60), action: .resolve) },
            timing: Timing(clock: .wall, idleTimeout: .seconds(3600)))
        scenario.read(0, 60)
        scenario.read(20, 60)
        scenario.tick(90)
        #expect(scenario.lines == ["10 raised red", "80 resolved no_data"])
        scenario.tick(4000)
        #expect(counters(scenario).evaluated == 2 && scenario.decisions.count == 2)
    }

    @Test func `max_gap is judged between readings in order of event time`() {
        let rule = Self.late(60, by: 40) { $0.maxGap = .seconds(30) }
        var whole = Scenario(rule)
        for time in [0.0, 25, 50, 40, 60, 80] { whole.read(time, 60) }
        whole.read(200, 1, subject: "y")
        #expect(whole.lines == ["60 raised red"])
        var broken = Scenario(rule)
        for time in [0.0, 50, 31, 60, 75, 90, 100] { broken.read(time, 60) }
        broken.read(131.5, 60)
        #expect(broken.lines == ["91 raised red"])
    }

    // MARK: bounds

    @Test func `beyond a key's bound the oldest is applied early and counted`() {
        var scenario = Scenario(Self.late(10_000, by: 100_000))
        for time in 0..<(HeldReadings.mostOfKey + 3) { scenario.read(Double(time), 60) }
        #expect(counters(scenario).appliedEarly == 3 && counters(scenario).evaluated == 3)
        scenario.read(1.5, 10)
        #expect(counters(scenario).outOfOrder == 1, "behind what was applied early")
        scenario.read(200_000, 60)
        #expect(scenario.lines == ["10000 raised red"])
    }

    @Test func `beyond a rule's bound a key without held readings decides at once`() {
        var scenario = Scenario(Self.late(0, by: 100) { $0.ladder[0].clearHold = .seconds(5) })
        scenario.engine.runtimes[0].held?.capacity = 2
        scenario.read(0, 60, subject: "a")
        scenario.read(1, 60, subject: "a")
        scenario.read(2, 60, subject: "b")
        #expect(scenario.lines == ["2 raised red b"])
        scenario.read(3, 60, subject: "a")
        #expect(scenario.lines == ["2 raised red b", "0 raised red a"] && counters(scenario).appliedEarly == 2)
    }

    @Test func `a pool gives its places back in any order`() throws {
        var held = HeldReadings()
        var lists = [HeldList(), HeldList()]
        func reading(_ time: Double) -> HeldReading {
            HeldReading(
                time: Scenario.seconds(time), position: 0, source: 0, subject: -1, area: -1, event: -1, longitude: .nan,
                latitude: .nan)
        }
        for round in 0..<3 {
            for time in [5.0, 1, 3, 3, 9, 0] { held.insert(reading(time), into: &lists[Int(time) % 2]) }
            var times: [Double] = []
            for list in [1, 0] {
                while let next = held.popFirst(of: &lists[list]) { times.append(Double(next.time.microseconds) / 1e6) }
            }
            #expect(times == [1, 3, 3, 5, 9, 0], "round \(round)")
        }
        #expect(held.count == 0 && lists.allSatisfy(\.isEmpty))
    }

    // MARK: changes of rules

    @Test func `what is held outlasts a restart and a changed threshold`() throws {
        var scenario = Scenario(Self.late(10, by: 30))
        scenario.read(0, 60)
        scenario.read(20, 60)
        try scenario.restart()
        scenario.reload(Self.late(10, by: 30) { $0.ladder[0].at = .number(55) })
        #expect(scenario.lines == [] && counters(scenario).evaluated == 0)
        scenario.read(5, 10)
        scenario.read(100, 1, subject: "y")
        #expect(scenario.lines == ["30 raised red"])
    }

    @Test(arguments: ["values", "lateness", "disabled"])
    func `what a changed rule would read otherwise is applied before`(
        change: String
    ) {
        var scenario = Scenario(Self.late(10, by: 30))
        scenario.read(0, 60)
        scenario.read(20, 60)
        scenario.reload(
            Self.late(10, by: 30) {
                switch change {
                case "values": $0.values[0].name = "other"
                case "lateness": $0.lateness = .zero
                default: $0.status = .disabled
                }
            })
        #expect(scenario.lines == ["10 raised red"])
        scenario.read(100, 1, subject: "y")
        #expect(scenario.lines == ["10 raised red"])
    }

    @Test func `what a removed rule held is gone`() {
        var scenario = Scenario(Self.late(10, by: 30))
        scenario.read(0, 60)
        scenario.read(20, 60)
        scenario.reload()
        scenario.reload(Self.late(10, by: 30))
        scenario.read(100, 1, subject: "y")
        #expect(scenario.lines == [])
    }

    @Test func `names of held readings are kept while other symbols are forgotten`() {
        var scenario = Scenario(
            Self.late(0, by: 100_000) { $0.ladder[0].clearHold = .seconds(5) },
            .threshold("s", .init(level: .red, at: .number(99))) {
                $0.keyTTL = .seconds(60)
                $0.input.metric = "n"
            })
        scenario.read(0, 60, subject: "kept")
        for index in 0..<5000 { scenario.read(Double(index), 1, subject: "k\(index)", metric: "n") }
        #expect(scenario.engine.symbols.count < 4000, "symbols were forgotten")
        scenario.read(100_001, 1)
        #expect(scenario.lines == ["0 raised red kept"] && scenario.decisions[0].subject == "kept")
        #expect(scenario.decisions[0].eventID == "0")
    }
}
