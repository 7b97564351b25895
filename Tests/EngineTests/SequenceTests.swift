import Engine
import Events
import Testing

struct SequenceTests {
    typealias Step = Rule.Step

    static func step(_ metric: String, isNegated: Bool = false) -> Step {
        Step(input: .init(type: "reading", metric: metric, unit: ""), isNegated: isNegated)
    }

    static func not(_ metric: String) -> Step { step(metric, isNegated: true) }

    /// Red at the pattern's full length, yellow below it where asked.
    static func rule(
        _ order: Rule.Pattern.Order, _ steps: [Step], within: Int64 = 300, at: [Double]? = nil,
        clear: Step? = nil, change: (inout Rule) -> Void = { _ in }
    ) -> Rule {
        let pattern = Rule.Pattern(order: order, steps: steps, within: .seconds(within), clear: clear)
        let levels = at ?? [Double(pattern.length)]
        let names: [Level] = [.red, .orange, .yellow, .blue]
        let rungs = levels.enumerated().map {
            Rule.Rung(level: names[levels.count - 1 - $0.offset], at: .number($0.element))
        }
        var rule = Rule(
            id: "r", title: .init(zh: "甲", en: "a"), domain: "gas", message: .init(zh: "", en: ""),
            input: steps[0].input, values: [.init(name: "steps", kind: .reading)], ladder: rungs)
        rule.kind = .sequence(pattern)
        change(&rule)
        return rule
    }

    static func rule(
        _ steps: [Step], within: Int64 = 300, at: [Double]? = nil, clear: Step? = nil,
        change: (inout Rule) -> Void = { _ in }
    ) -> Rule { rule(.steps, steps, within: within, at: at, clear: clear, change: change) }

    static func run(_ rule: Rule, _ events: [(Double, String)], until: Double = 5000) -> [String] {
        var scenario = Scenario(rule)
        for (time, metric) in events { scenario.read(time, 1, metric: metric) }
        scenario.read(until, 1, subject: "other", metric: events[0].1)
        return scenario.lines.filter { !$0.hasSuffix(" other") }
    }

    @Test(
        arguments: [
            ([(0.0, "a"), (100, "c")], ["100 raised red", "300 resolved"]),
            ([(0, "a"), (301, "c")], []),
            ([(0, "a"), (300, "c")], ["300 raised red", "300 resolved"]),
            ([(0, "a"), (0, "a"), (299, "a")], []),
            ([(0, "a"), (100, "c"), (200, "a"), (350, "d")], ["100 raised red", "500 resolved"]),
        ] as [([(Double, String)], [String])])
    func `S20 any two of four within 300`(events: [(Double, String)], expected: [String]) {
        let rule = Self.rule(.any, ["a", "b", "c", "d"].map { Self.step($0) }, at: [2])
        #expect(Self.run(rule, events) == expected)
    }

    @Test func `a ladder grades how many of them came`() {
        let rule = Self.rule(.any, ["a", "b", "c", "d"].map { Self.step($0) }, at: [2, 3, 4])
        let lines = Self.run(rule, [(0, "a"), (10, "b"), (20, "a"), (30, "c"), (40, "d")])
        // a counts from 20 on: b leaves at 310, a at 320, c at 330.
        #expect(
            lines == [
                "10 raised yellow", "30 escalated orange", "40 escalated red", "310 deescalated orange",
                "320 deescalated yellow", "330 resolved",
            ])
    }

    @Test(
        arguments: [
            // In order, and not the other way round.
            ([(0.0, "a"), (10, "b")], ["10 raised red", "300 resolved"]),
            ([(0, "b"), (10, "a")], []),
            // At exactly the span it counts, a microsecond later it does not.
            ([(0, "a"), (300, "b")], ["300 raised red", "300 resolved"]),
            ([(0, "a"), (300.000001, "b")], []),
            // The latest start wins: the alarm lasts 300 s from the second a.
            ([(0, "a"), (200, "a"), (210, "b")], ["210 raised red", "500 resolved"]),
            // c between them breaks the chain, c before or after does not.
            ([(0, "a"), (5, "c"), (10, "b")], []),
            ([(0, "c"), (1, "a"), (10, "b"), (20, "c")], ["10 raised red", "301 resolved"]),
            ([(0, "a"), (5, "c"), (6, "a"), (10, "b")], ["10 raised red", "306 resolved"]),
            // At one moment the order of arrival decides.
            ([(0, "a"), (10, "c"), (10, "b")], []),
            ([(0, "a"), (10, "b"), (10, "c")], ["10 raised red", "300 resolved"]),
        ] as [([(Double, String)], [String])])
    func `a then b and no c between, within 300`(events: [(Double, String)], expected: [String]) {
        #expect(Self.run(Self.rule([Self.step("a"), Self.not("c"), Self.step("b")]), events) == expected)
    }

    @Test(
        arguments: [
            // The timer fires when the watermark passes it, and the alarm ends a span later.
            ([(0.0, "a")], ["300 raised red", "600 resolved"]),
            // c in time, at the very end, and just too late.
            ([(0, "a"), (299, "c")], []),
            ([(0, "a"), (300, "c")], []),
            ([(0, "a"), (300.000001, "c")], ["300 raised red", "300.000001 resolved"]),
            // The earliest unanswered a counts; later ones keep the alarm without a pause.
            ([(0, "a"), (100, "a"), (290, "a")], ["300 raised red", "890 resolved"]),
            // c answers every a before it.
            ([(0, "a"), (100, "a"), (200, "c"), (250, "a")], ["550 raised red", "850 resolved"]),
        ] as [([(Double, String)], [String])])
    func `a and no c within 300`(events: [(Double, String)], expected: [String]) {
        #expect(Self.run(Self.rule([Self.step("a"), Self.not("c")]), events) == expected)
    }

    @Test func `a then b and then no c counts from the first step`() {
        let rule = Self.rule([Self.step("a"), Self.step("b"), Self.not("c")], at: [2, 3])
        #expect(
            Self.run(rule, [(0, "a"), (100, "b")])
                == ["100 raised orange", "300 escalated red", "600 resolved"])
        #expect(Self.run(rule, [(0, "a"), (100, "b"), (200, "c")]) == ["100 raised orange", "200 resolved"])
    }

    @Test func `clear makes the pattern start over`() {
        let rule = Self.rule([Self.step("a"), Self.step("b")], clear: Self.step("z"))
        #expect(Self.run(rule, [(0, "a"), (10, "z"), (20, "b")]) == [])
        #expect(Self.run(rule, [(0, "a"), (10, "b"), (20, "z")]) == ["10 raised red", "20 resolved"])
    }

    @Test func `one event is one step of a chain, and conditions tell steps of one metric apart`() throws {
        let low = try Formula(event: "value >= 10", yield: .boolean)
        let high = try Formula(event: "value >= 20", yield: .boolean)
        let input = Rule.Input(type: "reading", metric: "m", unit: "")
        let rule = Self.rule([.init(input: input, condition: low), .init(input: input, condition: high)])
        var scenario = Scenario(rule)
        scenario.read(0, 25)
        #expect(scenario.lines == [])
        scenario.read(10, 5)
        scenario.read(20, 20)
        #expect(scenario.lines == ["20 raised red"])
        #expect(scenario.engine.counters[0].counters.filtered == 1)
    }

    @Test func `keys do not mix, nor do drills and the real thing`() {
        var scenario = Scenario(Self.rule([Self.step("a"), Self.step("b")]))
        scenario.read(0, 1, subject: "one", metric: "a")
        scenario.read(10, 1, subject: "two", metric: "b")
        scenario.read(20, 1, subject: "one", metric: "b")
        #expect(scenario.lines == ["20 raised red one"])
    }

    @Test func `a late event of another kind still counts, one of an ordered sequence does not`() {
        var any = Scenario(Self.rule(.any, [Self.step("a"), Self.step("b")]) { $0.lateness = .seconds(60) })
        any.read(0, 1, metric: "a")
        any.read(100, 1, metric: "a")
        any.read(50, 1, metric: "b")
        #expect(any.lines == ["100 raised red"])
        var late = Scenario(Self.rule(.any, [Self.step("a"), Self.step("b")]))
        late.read(100, 1, metric: "a")
        late.read(50, 1, metric: "b")
        #expect(late.lines == [] && late.engine.counters[0].counters.late == 1)
    }

    @Test func `holds and clear holds of the ladder work on steps too`() {
        let rule = Self.rule([Self.step("a"), Self.step("b")]) {
            $0.ladder = [.init(level: .red, at: .number(2), hold: .seconds(30), clearHold: .seconds(40))]
        }
        #expect(Self.run(rule, [(0, "a"), (10, "b")]) == ["40 raised red", "340 resolved"])
    }

    @Test func `a changed sequence forgets its chains and keeps its alarms until a span has passed`() {
        var scenario = Scenario(Self.rule([Self.step("a"), Self.step("b")]))
        scenario.read(0, 1, metric: "a")
        scenario.read(10, 1, metric: "b")
        scenario.reload(Self.rule([Self.step("a"), Self.step("b")], within: 100))
        #expect(scenario.lines == ["10 raised red"])
        scenario.read(500, 1, subject: "other", metric: "a")
        #expect(scenario.lines == ["10 raised red", "110 resolved"])
        scenario.reload(.over50(for: 0))
        #expect(scenario.lines.count == 2)
    }

    /// Everything that could be a chain, tried one by one.
    struct Naive {
        var pattern: Rule.Pattern
        var events: [(time: Int, bits: Int)] = []

        var positives: [Int] { pattern.steps.indices.filter { !pattern.steps[$0].isNegated } }
        var within: Int { Int(pattern.within.microseconds / 1_000_000) }

        /// Bits that must not come after positive step `step` and before the next one (or the end).
        func breakers(after step: Int) -> Int {
            let from = positives[step] + 1
            let to = step + 1 < positives.count ? positives[step + 1] : pattern.steps.count
            return (from..<to).reduce(0) { $0 | 1 << $1 }
        }

        /// Whether a chain may start at event `first` and have `length` steps by now with nothing against it.
        func exists(_ index: Int, _ step: Int, _ length: Int) -> Bool {
            guard events[index].bits & 1 << positives[step] != 0 else { return false }
            if step + 1 == length {
                let isEnd = length == positives.count
                return isEnd || events[(index + 1)...].allSatisfy { $0.bits & breakers(after: step) == 0 }
            }
            for next in events.indices where next > index {
                if events[next].bits & breakers(after: step) != 0 { return false }
                if exists(next, step + 1, length) { return true }
            }
            return false
        }

        func value(at now: Int, isTimer: Bool) -> Int {
            let alive = events.indices.filter {
                isTimer ? now - events[$0].time < within : now - events[$0].time <= within
            }
            if pattern.order == .any {
                return positives.count { step in alive.contains { events[$0].bits & 1 << step != 0 } }
            }
            for length in stride(from: positives.count, to: 0, by: -1)
            where alive.contains(where: { exists($0, 0, length) }) { return length }
            return 0
        }
    }

    @Test(arguments: [
        (Rule.Pattern.Order.any, ["a", "b", "c"]), (.steps, ["a", "b"]), (.steps, ["a", "b", "c"]),
        (.steps, ["a", "!b", "c"]), (.steps, ["a", "!b", "c", "!d", "a"]), (.steps, ["a", "a", "b"]),
    ])
    func `a random stream is judged as by trying every chain, over restarts too`(
        order: Rule.Pattern.Order, names: [String]
    ) throws {
        let steps = names.map { $0.hasPrefix("!") ? Self.not(String($0.dropFirst())) : Self.step($0) }
        let positives = steps.count { !$0.isNegated }
        let rule = Self.rule(order, steps, within: 40, at: (1...positives).map(Double.init))
        guard case .sequence(let pattern) = rule.kind else { return }
        var seed: UInt64 = 77
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % bound
        }
        for round in 0..<15 {
            var naive = Naive(pattern: pattern)
            var scenario = Scenario(rule)
            var expected: [(Int, Int)] = []
            var level = 0
            func note(_ value: Int, _ time: Int) {
                if value != level { expected.append((time, value)) }
                level = value
            }
            var time = 0
            for _ in 0..<60 {
                let gap = random(25)
                // Only whole seconds can end a chain; each is a timer after its events.
                for second in time..<(time + gap) { note(naive.value(at: second, isTimer: true), second) }
                time += gap
                let metric = ["a", "b", "c", "d", "x"][random(5)]
                let bits = steps.indices.reduce(0) { $0 | (steps[$1].input.metric == metric ? 1 << $1 : 0) }
                scenario.read(Double(time), 1, metric: metric)
                if random(4) == 0 { try scenario.restart() }
                guard bits != 0 else { continue }
                naive.events.append((time, bits))
                note(naive.value(at: time, isTimer: false), time)
            }
            let levels: [Level] = [.red, .orange, .yellow, .blue]
            let got = scenario.decisions.map { decision in
                (
                    Int(decision.at.microseconds / 1_000_000),
                    decision.level.map { positives - levels.firstIndex(of: $0)! } ?? 0
                )
            }
            #expect(got.elementsEqual(expected) { $0 == $1 }, "round \(round): \(got) \(expected)")
        }
    }

    @Test func `a restart between any two events of a waiting end changes nothing`() throws {
        let rule = Self.rule([Self.step("a"), Self.step("b"), Self.not("c")], at: [1, 2, 3])
        var seed: UInt64 = 5
        var plain = Scenario(rule)
        var restarted = plain
        for index in 0..<400 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let metric = ["a", "b", "c"][Int(seed >> 33) % 3]
            let subject = "s\((seed >> 40) % 3)"
            plain.read(Double(index * 50), 1, subject: subject, metric: metric)
            restarted.read(Double(index * 50), 1, subject: subject, metric: metric)
            try restarted.restart()
        }
        #expect(plain.decisions == restarted.decisions && plain.decisions.count > 50)
        #expect(plain.engine.snapshot() == restarted.engine.snapshot())
    }

    @Test func `S34 one batch or one by one: the same decisions`() {
        let rule = Self.rule([Self.step("a"), Self.not("c"), Self.step("b"), Self.not("c")], at: [1, 2, 3])
        var seed: UInt64 = 9
        var single = Scenario(rule)
        var batched = Scenario(rule)
        var batch = EventBatch()
        var first: Double = 0
        for index in 0..<600 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let metric = ["a", "b", "c"][Int(seed >> 33) % 3]
            let time = Double(index * 40)
            single.read(time, 1, metric: metric)
            batch.add(time: Scenario.seconds(time), value: 1, subject: "x", metric: metric)
            if index % 97 == 96 || index == 599 {
                batched.apply(.events(batch), at: time)
                batch = EventBatch()
                first = time
            }
        }
        _ = first
        #expect(single.lines == batched.lines && single.lines.count > 50)
    }

    @Test func `random bytes are no sequence's state`() {
        var scenario = Scenario(Self.rule([Self.step("a"), Self.step("b"), Self.not("c")]))
        for index in 0..<50 { scenario.read(Double(index * 30), 1, metric: ["a", "b", "c"][index % 3]) }
        let bytes = scenario.engine.snapshot()
        var seed: UInt64 = 13
        for _ in 0..<2000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var copy = bytes
            copy[Int(seed >> 33) % copy.count] ^= UInt8(truncatingIfNeeded: seed >> 20) | 1
            guard var engine = try? Engine(snapshot: copy) else { continue }
            var decisions: [Decision] = []
            let record = JournalRecord(
                position: engine.nextPosition, received: engine.received, department: "d", entry: .tick)
            engine.apply(record, into: &decisions)
        }
    }
}
