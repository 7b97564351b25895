import Engine
import Events
import Testing

struct AbsenceTests {
    /// Yellow after 300 s of silence, orange after 1200.
    static func rule(expect: [String] = [], change: (inout Rule) -> Void = { _ in }) -> Rule {
        .threshold(
            "r", .init(level: .yellow, at: .number(300)), .init(level: .orange, at: .number(1200))
        ) {
            $0.kind = .absence(.init(expect: expect))
            change(&$0)
        }
    }

    static func scenario(_ rule: Rule = rule()) -> Scenario { Scenario(rule, timing: Timing(clock: .wall)) }

    @Test func `silence climbs the ladder and one reading ends it`() {
        var scenario = Self.scenario()
        scenario.read(0, 1)
        for second in 1...2000 { scenario.tick(Double(second)) }
        scenario.read(2000.5, 1)
        #expect(scenario.lines == ["300 raised yellow", "1200 escalated orange", "2000.5 resolved"])
        #expect(scenario.decisions[1].value == 1200 && scenario.decisions[1].threshold == 1200)
        #expect(scenario.decisions[2].value == 0)
    }

    @Test func `S12 an expected key that was never seen is raised once, at the timeout`() {
        var scenario = Scenario(timing: Timing(clock: .wall))
        scenario.tick(0)
        scenario.reload(Self.rule(expect: ["north", "south"]))
        for second in 1...1000 {
            if second % 100 == 0 { scenario.read(Double(second), 1, subject: "north") }
            scenario.tick(Double(second))
        }
        #expect(scenario.lines == ["300 raised yellow south"])
    }

    @Test func `S12 where events are the clock an expected key is waited for from the first event on`() {
        var scenario = Scenario(timing: Timing(clock: .events))
        scenario.apply(
            .ruleSet(
                RuleSet(
                    rules: [Self.rule(expect: ["north", "south"])], timing: Timing(clock: .events), zones: [.shanghai]
                ).encoded()), at: 0)
        let start = 1_600_000_000.0
        for second in stride(from: start, through: start + 300, by: 100) {
            scenario.read(second, 1, subject: "north")
        }
        #expect(scenario.lines == [])
        scenario.read(start + 301, 1, subject: "north")
        #expect(scenario.lines == ["1600000300 raised yellow south"])
    }

    @Test func `a limit of the registry that changes is waited for anew`() throws {
        func registry(_ limit: Double?) -> Registry {
            Registry(subjects: [.init(id: "x", limits: limit.map { [.init(name: "quiet", value: $0)] } ?? [])])
        }
        let rule = Self.rule { $0.ladder = [.init(level: .yellow, at: .limit("quiet", fallback: nil))] }
        for (before, after) in [(nil, 30), (600, 30), (30, 60)] as [(Double?, Double)] {
            var scenario = Scenario(rule, registry: registry(before), timing: Timing(clock: .wall))
            scenario.read(0, 1)
            scenario.apply(.registry(registry(after).encoded()), at: 10)
            scenario.tick(after - 1)
            #expect(scenario.lines == [])
            scenario.tick(after)
            #expect(scenario.lines == ["\(Int(after)) raised yellow"])
        }
    }

    @Test func `S13 jitter within the timeout, and old readings that arrive at once, are no absence`() {
        var scenario = Self.scenario(Self.rule { $0.ladder = [.init(level: .yellow, at: .number(90))] })
        for time in [0, 60, 121, 179.9, 241] { scenario.read(time, 1) }
        #expect(scenario.lines == [])
        // Event times long past, in any order, all received now: the sensor is heard.
        for (index, time) in [10.0, 200, 30, 40, 20].enumerated() {
            scenario.read(time, 1, received: 300 + Double(index) * 80)
        }
        scenario.tick(700)
        #expect(scenario.lines == [])
        scenario.tick(711)
        #expect(scenario.lines == ["710 raised yellow"])
    }

    @Test func `S29 a reading exactly at the timeout is in time, one microsecond later is not`() {
        var scenario = Self.scenario()
        for time in [0.0, 300, 600] { scenario.read(time, 1) }
        #expect(scenario.lines == [])
        scenario.read(900.000001, 1)
        #expect(scenario.lines == ["900 raised yellow", "900.000001 resolved"])
    }

    @Test func `strictly more than the threshold begins a microsecond later`() {
        var scenario = Self.scenario(
            Self.rule { $0.ladder = [.init(level: .red, compare: .greater, at: .number(300))] })
        scenario.read(0, 1)
        scenario.tick(300)
        #expect(scenario.lines == [])
        scenario.tick(301)
        #expect(scenario.lines == ["300.000001 raised red"])
    }

    @Test func `after downtime deadlines move, and what was raised stays raised`() throws {
        var scenario = Self.scenario()
        scenario.read(0, 1, subject: "a")
        scenario.tick(250)
        scenario.read(250, 1, subject: "b")
        scenario.tick(310)
        try scenario.restart()
        // Deaf for 700 s and one idle timeout of 60 s: a's silence is 310 + 700 − 760 at the start.
        scenario.apply(.started(deaf: .seconds(700)), at: 1010)
        for second in 1011...1309 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["300 raised yellow a"])
        for second in 1310...2100 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["300 raised yellow a", "1310 raised yellow b", "1960 escalated orange a"])
    }

    @Test func `a hold and a clear hold run on the clock as well`() {
        var scenario = Self.scenario(
            Self.rule {
                $0.ladder = [.init(level: .red, at: .number(100), hold: .seconds(20), clearHold: .seconds(50))]
            })
        scenario.read(0, 1)
        scenario.tick(119)
        #expect(scenario.lines == [])
        scenario.tick(121)
        #expect(scenario.lines == ["120 raised red"])
        scenario.read(130, 1)
        scenario.read(170, 1)
        scenario.tick(181)
        #expect(scenario.lines == ["120 raised red", "180 resolved"])
    }

    @Test func `silence that comes back while the level clears keeps it`() {
        var scenario = Self.scenario(
            Self.rule { $0.ladder = [.init(level: .red, at: .number(10), clearHold: .seconds(50))] })
        scenario.read(0, 1)
        scenario.tick(20)
        scenario.read(30, 1)
        for second in 31...79 { scenario.tick(Double(second)) }
        scenario.read(79, 1)
        scenario.read(85, 1)
        scenario.tick(200)
        #expect(scenario.lines == ["10 raised red"])
    }

    @Test func `readings that where leaves out are no sign of life`() throws {
        let formula = try Formula(event: "value > 0", yield: .boolean)
        var scenario = Self.scenario(Self.rule { $0.condition = formula })
        scenario.read(0, 1)
        for time in stride(from: 60.0, through: 290, by: 60) { scenario.read(time, 0) }
        scenario.tick(301)
        #expect(scenario.lines == ["300 raised yellow"])
        #expect(scenario.engine.counters[0].counters.filtered == 4)
    }

    @Test func `a shorter threshold counts the silence that already is`() {
        var scenario = Self.scenario()
        scenario.read(0, 1)
        scenario.tick(200)
        scenario.reload(Self.rule { $0.ladder = [.init(level: .yellow, at: .number(100))] })
        scenario.tick(201)
        #expect(scenario.lines == ["100 raised yellow"])
    }

    @Test func `a limit of the subject can be the threshold`() {
        let registry = Registry(subjects: [.init(id: "x", limits: [.init(name: "report", value: 50)])])
        let rule = Self.rule { $0.ladder = [.init(level: .red, at: .limit("report", fallback: 80))] }
        var scenario = Scenario(rule, registry: registry, timing: Timing(clock: .wall))
        scenario.read(0, 1)
        scenario.read(0.5, 1, subject: "y")
        scenario.tick(100)
        #expect(scenario.lines == ["50 raised red", "80.5 raised red y"])
    }

    @Test func `a restart at any moment changes nothing, and a random stream is judged as a naive one`() throws {
        var seed: UInt64 = 21
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        for round in 0..<20 {
            var scenario = Self.scenario()
            var expected: [String] = []
            var heard = [Int?](repeating: nil, count: 3)
            var levels = [0, 0, 0]
            for second in 0..<4000 {
                let reads = (0..<3).filter { _ in random(300) == 0 }
                for key in reads {
                    // The reading is received at the half second.
                    if levels[key] > 0 { expected.append("\(second).5 resolved k\(key)") }
                    (levels[key], heard[key]) = (0, second)
                    scenario.read(Double(second) + 0.5, 1, subject: "k\(key)")
                }
                if random(50) == 0 { try scenario.restart() }
                // Silences counted from the half second end there too; the next whole second hears of them.
                scenario.tick(Double(second + 1))
                for key in 0..<3 {
                    guard let since = heard[key] else { continue }
                    if second - since == 300 {
                        levels[key] = 1
                        expected.append("\(second).5 raised yellow k\(key)")
                    }
                    if second - since == 1200 { expected.append("\(second).5 escalated orange k\(key)") }
                }
            }
            // Keys raised at one moment come in the order of their slots.
            #expect(scenario.lines.sorted() == expected.sorted(), "round \(round)")
        }
    }

    @Test func `removing the rule ends its alarms, another kind starts anew`() {
        var scenario = Self.scenario()
        scenario.read(0, 1)
        scenario.tick(400)
        scenario.reload(.over50(for: 0))
        #expect(scenario.lines == ["300 raised yellow", "300 resolved rule_changed"])
    }

    @Test func `absence keeps to the rule's dates on both sides`() {
        var scenario = Scenario(
            Self.rule(expect: ["x"]) {
                $0.effectiveFrom = .init(seconds: 1000)
                $0.effectiveUntil = .init(seconds: 3000)
            }, timing: Timing(clock: .wall))
        scenario.reload(scenario.engine.ruleSet.rules[0])
        for second in stride(from: 0, through: 1299, by: 100) { scenario.tick(Double(second)) }
        #expect(scenario.lines == [])
        for second in stride(from: 1300, through: 2400, by: 100) { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["1300 raised yellow", "2200 escalated orange"])
        for second in stride(from: 2500, through: 9000, by: 100) { scenario.tick(Double(second)) }
        #expect(scenario.lines.dropFirst(2) == ["3000 resolved expired"])
    }

    @Test func `a key is not forgotten before its silence can be told`() {
        var scenario = Scenario(
            Self.rule {
                $0.ladder = [.init(level: .red, at: .limit("hh", fallback: nil))]
                $0.keyTTL = .seconds(100)
            }, registry: Registry(subjects: [.init(id: "x", limits: [.init(name: "hh", value: 500)])]),
            timing: Timing(clock: .wall))
        scenario.read(0, 1)
        for second in stride(from: 1, through: 600, by: 10) { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["501 raised red"] || scenario.lines == ["500 raised red"])
    }
}
