import Engine
import Events
import Testing

/// What each kind of window says and when, through the whole engine.
struct WindowKindTests {
    static func rule(
        _ aggregate: Aggregate, _ shape: Rule.Window.Shape, at: Double, compare: Rule.Comparison = .greaterOrEqual,
        quantile: Double = 0, of: Formula? = nil, change: (inout Rule) -> Void = { _ in }
    ) -> Rule {
        Rule.threshold("r", .init(level: .red, compare: compare, at: .number(at))) {
            $0.values = [
                .init(
                    name: "w",
                    kind: .window(.init(aggregate: aggregate, of: of, shape: shape, quantile: quantile)))
            ]
            change(&$0)
        }
    }

    // MARK: tumbling

    @Test func `a tumbling window speaks once, at its end`() {
        var scenario = Scenario(Self.rule(.avg, .tumbling(every: .seconds(10)), at: 50))
        for (time, value) in [(1.0, 90.0), (5, 80), (9, 10), (11, 0), (19, 0), (20, 0)] { scenario.read(time, value) }
        #expect(scenario.lines == ["10 raised red", "20 resolved"])
        #expect(scenario.decisions[0].value == 60 && scenario.decisions[0].eventPosition == 3)
    }

    @Test func `a reading at a window's end belongs to the next`() {
        var scenario = Scenario(Self.rule(.count, .tumbling(every: .seconds(10)), at: 2))
        for time in [0.0, 10, 19.999, 20] { scenario.read(time, 1) }
        #expect(scenario.lines == ["20 raised red"])
    }

    @Test(arguments: [0.0, 3, -7, -1_000_003]) func `S32 windows are aligned whatever the origin`(origin: Double) {
        var scenario = Scenario(Self.rule(.count, .tumbling(every: .seconds(10)), at: 2))
        let start = (origin / 10).rounded(.down) * 10
        for time in [origin, origin + 0.5, start + 10, start + 20] { scenario.read(time, 1) }
        #expect(scenario.lines.first == "\(Int(start) + 10) raised red")
    }

    @Test func `S31 the window of a silent source closes once it is idle`() {
        var scenario = Scenario(
            Self.rule(.count, .tumbling(every: .seconds(10)), at: 2),
            timing: Timing(clock: .events, idleTimeout: .seconds(30)))
        scenario.source = "b"
        for time in [12.0, 15] { scenario.read(time, 1, subject: "b") }
        scenario.source = "a"
        for time in stride(from: 16.0, through: 44, by: 1) { scenario.read(time, 1, subject: "a") }
        #expect(!scenario.lines.contains("20 raised red b"))
        scenario.read(46, 1, subject: "a")
        #expect(scenario.lines.contains("20 raised red b"))
    }

    @Test func `S35 a window open at a crash closes when the clock passes it`() throws {
        var scenario = Scenario(
            Self.rule(.count, .tumbling(every: .seconds(60)), at: 2), timing: Timing(clock: .wall))
        for time in [10.0, 30] { scenario.read(time, 1) }
        try scenario.restart()
        for second in 31..<90 { scenario.tick(Double(second)) }
        #expect(scenario.lines == [])
        for second in 90..<200 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["60 raised red"])
    }

    @Test func `a window closes inside a gap that stops holds`() {
        var scenario = Scenario(
            Self.rule(.count, .tumbling(every: .seconds(10)), at: 2) { $0.maxGap = .seconds(3) })
        for time in [1.0, 2, 500] { scenario.read(time, 1) }
        #expect(scenario.lines == ["10 raised red"])
    }

    @Test func `a hold over a window's value matures between closes`() {
        var scenario = Scenario(
            Self.rule(.count, .tumbling(every: .seconds(10)), at: 2) { $0.ladder[0].hold = .seconds(4) })
        for time in [1.0, 2, 11, 12, 13, 14.5] { scenario.read(time, 1) }
        #expect(scenario.lines == ["14 raised red"])
    }

    @Test func `the level of a sensor stays while no window follows, that of reports ends`() {
        func run(_ type: String) -> [String] {
            var scenario = Scenario(
                Self.rule(.count, .tumbling(every: .seconds(10)), at: 2) { $0.input.type = type },
                timing: Timing(clock: .wall))
            for time in [1.0, 2] { scenario.read(time, 1, type: type) }
            for second in 3..<300 { scenario.tick(Double(second)) }
            return scenario.lines
        }
        #expect(run("reading") == ["10 raised red"])
        #expect(run("report") == ["10 raised red", "20 resolved"])
    }

    @Test func `a silence that resolves forgets what the last window said`() {
        var scenario = Scenario(
            Self.rule(.count, .tumbling(every: .seconds(10)), at: 2) {
                $0.noData = .init(after: .seconds(60), action: .resolve)
            }, timing: Timing(clock: .wall))
        for time in [1.0, 2] { scenario.read(time, 1) }
        for second in 3..<100 { scenario.tick(Double(second)) }
        scenario.read(101, 1)
        scenario.read(115, 1)
        #expect(scenario.lines == ["10 raised red", "62 resolved no_data"])
    }

    @Test func `readings before the first close are not counted as unknown`() {
        var scenario = Scenario(Self.rule(.count, .tumbling(every: .seconds(10)), at: 2))
        for time in [1.0, 2, 3] { scenario.read(time, 1) }
        #expect(scenario.engine.counters[0].counters.unknown == 0)
    }

    // MARK: sessions

    @Test func `a session goes on within its gap and starts anew beyond it`() {
        var scenario = Scenario(Self.rule(.count, .session(gap: .seconds(10), longest: .hours(1)), at: 3))
        for time in [0.0, 10, 20.5, 25, 35] { scenario.read(time, 1) }
        #expect(scenario.lines == ["35 raised red"])
        scenario.read(45.5, 1)
        #expect(scenario.lines == ["35 raised red", "45.5 resolved"])
    }

    @Test func `a session is cut at its greatest length`() {
        var scenario = Scenario(Self.rule(.count, .session(gap: .seconds(10), longest: .seconds(20)), at: 3))
        for time in [0.0, 10, 20, 29, 39] { scenario.read(time, 1) }
        #expect(scenario.lines == ["39 raised red"])
    }

    @Test func `a session of reports ends by the clock`() {
        var scenario = Scenario(
            Self.rule(.count, .session(gap: .seconds(10), longest: .hours(1)), at: 2) { $0.input.type = "report" },
            timing: Timing(clock: .wall))
        for time in [1.0, 5] { scenario.read(time, 1, type: "report") }
        for second in 6..<100 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["5 raised red", "15 resolved"])
    }

    // MARK: samples

    @Test func `a count window holds the last samples whatever their age`() {
        var scenario = Scenario(Self.rule(.avg, .samples(3), at: 50))
        for (time, value) in [(0.0, 0.0), (1, 90), (1000, 60), (9000, 60)] { scenario.read(time, value) }
        #expect(scenario.lines == ["1000 raised red"])
        #expect(scenario.decisions[0].value == 50)
    }

    @Test func `an exact window leaves out the sample that is exactly as old as the window`() {
        var scenario = Scenario(Self.rule(.sum, .exact(over: .seconds(60)), at: 3))
        for time in [0.0, 30, 59.999, 60] { scenario.read(time, 1) }
        #expect(scenario.lines == ["59.999 raised red"])
        scenario.read(90, 1)
        #expect(scenario.lines == ["59.999 raised red"], "30 leaves, 90 comes")
        scenario.read(119.999, 0)
        #expect(scenario.lines == ["59.999 raised red", "119.999 resolved"])
    }

    @Test func `S30 a sixty-fifth sample of an exact window is refused and counted`() {
        var scenario = Scenario(Self.rule(.count, .exact(over: .hours(1)), at: 65))
        for time in 0..<66 { scenario.read(Double(time), 1) }
        #expect(scenario.lines == [] && scenario.engine.counters[0].counters.refusedSamples == 2)
        scenario.read(3600, 1)
        #expect(scenario.engine.counters[0].counters.refusedSamples == 2)
    }

    @Test func `reports leave an exact window by the clock`() {
        var scenario = Scenario(
            Self.rule(.count, .exact(over: .seconds(60)), at: 2) { $0.input.type = "report" },
            timing: Timing(clock: .wall))
        for time in [1.0, 5] { scenario.read(time, 1, type: "report") }
        for second in 6..<200 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["5 raised red", "61 resolved"])
    }

    @Test func `a quantile lies between the nearest ranks`() {
        var scenario = Scenario(Self.rule(.quantile, .samples(5), at: 40, quantile: 0.75))
        for (time, value) in [(0.0, 10.0), (1, 50), (2, 20), (3, 40), (4, 30)] { scenario.read(time, value) }
        // 10 50: 40; 10 20 50: 35; 10 20 40 50: 42.5; all five: 40.
        #expect(scenario.lines == ["1 raised red", "2 resolved", "3 raised red"])
        #expect(scenario.decisions.map(\.value) == [40, 35, 42.5])
    }

    // MARK: distinct

    @Test func `distinct counts the different texts of an event`() throws {
        let of = try Formula(event: "subject", yield: .scalar)
        var scenario = Scenario(
            Self.rule(.distinct, .sliding(over: .seconds(60), step: .seconds(10)), at: 3, of: of) {
                $0.by = .area(digits: 6)
            })
        for (time, subject) in [(0.0, "a"), (10, "b"), (20, "a"), (30, "b"), (40, "c"), (80, "c")] {
            scenario.read(time, 1, subject: subject, area: "320213021")
        }
        #expect(scenario.lines == ["40 raised red 320213", "80 resolved 320213"])
        #expect(scenario.decisions.map(\.value) == [3, 2])
    }

    @Test(arguments: [
        Rule.Window.Shape.sliding(over: .hours(1), step: .minutes(1)), .tumbling(every: .hours(1)),
        .session(gap: .hours(1), longest: .hours(9)),
    ]) func `distinct tells sixty-four samples apart and refuses more`(shape: Rule.Window.Shape) {
        var scenario = Scenario(Self.rule(.distinct, shape, at: 64))
        for number in 0..<66 { scenario.read(Double(number), Double(number)) }
        for number in 0..<66 { scenario.read(100 + Double(number), Double(number)) }
        #expect(scenario.engine.counters[0].counters.refusedSamples == 4)
        scenario.read(3600, 0)
        #expect(scenario.decisions.first?.value == 64)
    }

    // MARK: ewma

    @Test func `after a half-life a new value weighs a half`() {
        var scenario = Scenario(Self.rule(.ewma, .halfLife(.seconds(60)), at: 50))
        for (time, value) in [(0.0, 0.0), (60, 100), (180, 0)] { scenario.read(time, value) }
        #expect(scenario.lines == ["60 raised red", "180 resolved"])
        #expect(scenario.decisions.map(\.value) == [50, 12.5])
    }

    @Test func `a fixed weight knows no time`() {
        var scenario = Scenario(Self.rule(.ewma, .weight(0.5), at: 50))
        for (time, value) in [(0.0, 0.0), (1, 100), (9000, 0)] { scenario.read(time, value) }
        #expect(scenario.decisions.map(\.value) == [50, 25])
    }

    // MARK: all

    static let everyKind: [Rule] = {
        let shapes: [(Aggregate, Rule.Window.Shape, Double)] = [
            (.avg, .sliding(over: .seconds(60), step: .seconds(5)), 0), (.max, .tumbling(every: .seconds(20)), 0),
            (.stddev, .session(gap: .seconds(3), longest: .seconds(60)), 0), (.quantile, .samples(20), 0.9),
            (.slope, .exact(over: .seconds(50)), 0), (.distinct, .sliding(over: .seconds(60), step: .seconds(5)), 0),
            (.distinct, .tumbling(every: .seconds(15)), 0), (.ewma, .halfLife(.seconds(20)), 0),
            (.ewma, .weight(0.1), 0), (.rate, .sliding(over: .seconds(60), step: .seconds(1)), 0),
        ]
        return shapes.enumerated().map { index, shape in
            var rule = WindowKindTests.rule(shape.0, shape.1, at: index == 4 ? 0 : 7, quantile: shape.2)
            rule.id = "r\(index)"
            rule.ladder[0].clear = index == 4 ? nil : .number(5)
            rule.noData = .init(after: .seconds(40), action: .resolve)
            return rule
        }
    }()

    static func stream(_ scenario: inout Scenario, _ steps: Range<Int>) {
        for step in steps {
            var seed = UInt64(step) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = step % 17 == 3 ? Double.nan : Double(seed >> 60)
            scenario.read(Double(step - step % 5 / 4 * 2) * 0.7, value, subject: "s\((seed >> 50) % 5)")
        }
    }

    @Test func `a restart in the middle of every kind goes on bit for bit`() throws {
        func scenario() -> Scenario {
            var scenario = Scenario(timing: Timing(clock: .events))
            scenario.engine = Engine(ruleSet: RuleSet(rules: Self.everyKind, timing: Timing(clock: .events)))
            return scenario
        }
        var (one, other) = (scenario(), scenario())
        for part in 0..<12 {
            Self.stream(&one, part * 50..<part * 50 + 50)
            Self.stream(&other, part * 50..<part * 50 + 50)
            try other.restart()
            #expect(one.engine.snapshot() == other.engine.snapshot())
        }
        #expect(one.decisions == other.decisions)
        #expect(Set(one.decisions.map(\.rule)).count == Self.everyKind.count, "every rule decides something")
    }

    @Test func `a rule set with every kind reads back equal, a damaged one never traps`() throws {
        var rules = Self.everyKind
        rules[0].score = try Formula(values: "w * 2.0", names: ["w"], yield: .number)
        let set = RuleSet(rules: rules, timing: Timing(clock: .events))
        let bytes = set.encoded()
        #expect(try RuleSet(decoding: bytes) == set)
        var seed: UInt64 = 3
        for _ in 0..<2000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var copy = bytes
            copy[Int(seed >> 33) % copy.count] ^= UInt8(truncatingIfNeeded: seed >> 20) | 1
            _ = try? RuleSet(decoding: copy)
        }
    }

    @Test func `a damaged window is refused or goes on without a trap`() throws {
        var scenario = Scenario(timing: Timing(clock: .events))
        scenario.engine = Engine(ruleSet: RuleSet(rules: Self.everyKind, timing: Timing(clock: .events)))
        Self.stream(&scenario, 0..<120)
        let bytes = scenario.engine.snapshot()
        var seed: UInt64 = 5
        var opened = 0
        for _ in 0..<300 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var copy = bytes
            // The windows lie behind the rule set, in the greater part of the bytes.
            let place = copy.count / 3 + Int(seed >> 33) % (copy.count * 2 / 3)
            copy[place] ^= UInt8(truncatingIfNeeded: seed >> 20) | 1
            guard let engine = try? Engine(snapshot: copy) else { continue }
            opened += 1
            var other = scenario
            other.engine = engine
            other.tick(Double(engine.received.microseconds) / 1_000_000)
        }
        #expect(opened > 0)
    }

    // MARK: score

    @Test func `a rule's own score is clamped, and one that is unknown keeps the last`() throws {
        var rule = Rule.threshold("r", .init(level: .blue, at: .number(10)), .init(level: .red, at: .number(50)))
        rule.values.append(.init(name: "mean", kind: .window(.init(aggregate: .delta, shape: .samples(9)))))
        rule.score = try Formula(values: "value + mean * 10.0", names: ["value", "mean"], yield: .number)
        var scenario = Scenario(rule)
        for (time, value) in [(0.0, 12.0), (1, 60), (2, 20), (3, 0)] { scenario.read(time, value) }
        #expect(scenario.lines == ["0 raised blue", "1 escalated red", "2 deescalated blue", "3 resolved"])
        // One sample has no delta: the ladder's score stands in until the rule's own is known.
        let ladder = scenario.decisions[0].score
        #expect(ladder > 25 && ladder < 90)
        #expect(scenario.decisions.dropFirst().map(\.score) == [100, 100, 0])
    }

    // MARK: reload

    @Test func `a changed report window resolves nothing before the next report`() {
        func rule(_ over: Int64) -> Rule {
            Self.rule(.count, .sliding(over: .hours(over), step: .hours(1)), at: 3) { $0.input.type = "report" }
        }
        var scenario = Scenario(rule(6))
        for minute in 0..<3 { scenario.read(Double(minute * 60), 1, type: "report") }
        #expect(scenario.lines == ["120 raised red"])
        scenario.reload(rule(12))
        scenario.read(8 * 3600, 1, subject: "y", type: "report")
        #expect(scenario.lines == ["120 raised red"])
        scenario.read(9 * 3600, 1, type: "report")
        #expect(scenario.lines == ["120 raised red", "32400 resolved"])
    }

    @Test func `a changed report window ends its alarm once what it held would have left it`() {
        func rule(_ over: Int64) -> Rule {
            Self.rule(.count, .sliding(over: .hours(over), step: .hours(1)), at: 3) { $0.input.type = "report" }
        }
        var scenario = Scenario(rule(6))
        for minute in 0..<3 { scenario.read(Double(minute * 60), 1, type: "report") }
        scenario.reload(rule(2))
        for hour in 1...9 { scenario.read(Double(hour * 3600 + 1), 1, metric: "other", type: "report") }
        #expect(scenario.lines == ["120 raised red", "10800 resolved"])
    }
}
