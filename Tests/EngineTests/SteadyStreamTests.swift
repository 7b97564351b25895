import Events
import Testing

@testable import Engine

/// A reading that changes no level is only written down: the whole state is then what the long way would have made of it,
/// byte for byte.
struct SteadyStreamTests {
    static let rungs: [[Rule.Rung]] = [
        [.init(level: .blue, at: .number(50)), .init(level: .red, at: .number(80))],
        [
            .init(level: .yellow, compare: .greater, at: .number(50), clear: .number(45)),
            .init(level: .orange, compare: .greater, at: .number(80), clear: .number(70)),
        ],
        [
            .init(level: .blue, compare: .lessOrEqual, at: .number(20)),
            .init(level: .red, compare: .less, at: .number(10), clear: .number(15)),
        ],
        [
            .init(level: .blue, compare: .less, at: .number(20)),
            .init(level: .yellow, compare: .greaterOrEqual, at: .number(80)),
        ],
        [
            .init(level: .blue, at: .number(50), clear: .number(45), hold: .seconds(30), clearHold: .seconds(20)),
            .init(level: .red, at: .number(80), hold: .seconds(5)),
        ],
        [.init(level: .red, at: .limit("h", fallback: 80), clear: .limit("l", fallback: 50))],
    ]

    static let windows: [Rule.Window] = [
        .init(aggregate: .avg, over: .seconds(60), step: .seconds(10)),
        .init(aggregate: .rate, over: .seconds(30), step: .seconds(5)),
        .init(aggregate: .max, shape: .samples(3)), .init(aggregate: .count, shape: .exact(over: .seconds(60))),
        .init(aggregate: .avg, shape: .session(gap: .seconds(20), longest: .seconds(90))),
        .init(aggregate: .distinct, over: .seconds(60), step: .seconds(10)),
        .init(aggregate: .ewma, shape: .weight(0.25)), .init(aggregate: .avg, shape: .tumbling(every: .seconds(20))),
    ]

    /// What a rule may have that a steady reading must know of.
    static let changes: [(name: String, change: @Sendable (inout Rule) -> Void)] = [
        ("plain", { _ in }), ("gap", { $0.maxGap = .seconds(40) }), ("lateness", { $0.lateness = .seconds(20) }),
        ("silence", { $0.noData = .init(after: .seconds(50), action: .alarm) }),
        ("resolves", { $0.noData = .init(after: .seconds(50), action: .resolve) }),
        ("flaps", { $0.flap = .init(low: 0.2, high: 0.4, history: 8) }),
        ("by area", { $0.by = .area(digits: 6) }), ("by source", { $0.by = .source }),
        ("dates", { ($0.effectiveFrom, $0.effectiveUntil) = (.init(seconds: 200), .init(seconds: 900)) }),
        ("reports", { $0.input.type = "report" }), ("forgets", { $0.keyTTL = .seconds(60) }),
        ("few keys", { $0.maximumKeys = 2 }),
    ]

    static let rules: [Rule] = {
        var rules: [Rule] = []
        func add(_ name: String, _ change: (inout Rule) -> Void) {
            var rule = Rule.threshold("\(rules.count) \(name)")
            change(&rule)
            rules.append(rule)
        }
        for (name, change) in changes {
            for (number, ladder) in rungs.enumerated() {
                add("\(name) \(number)") { rule in
                    rule.ladder = ladder
                    change(&rule)
                }
            }
            for window in windows.prefix(name == "plain" ? windows.count : 3) {
                add("\(name) \(window.aggregate)") { rule in
                    rule.values = [.init(name: "value", kind: .window(window))]
                    rule.ladder = window.aggregate == .count ? [.init(level: .red, at: .number(6))] : rungs[1]
                    change(&rule)
                }
            }
        }
        return rules + formulas + absences
    }()

    /// What happens though nothing comes, and what may keep it from being only written down.
    static let absences: [Rule] = {
        let changes: [(name: String, change: (inout Rule) -> Void)] = [
            ("plain", { _ in }), ("forgets", { $0.keyTTL = .seconds(20) }), ("by area", { $0.by = .area(digits: 6) }),
            ("flaps", { $0.flap = .init(low: 0.2, high: 0.4, history: 8) }),
            ("dates", { ($0.effectiveFrom, $0.effectiveUntil) = (.init(seconds: 200), .init(seconds: 900)) }),
            ("condition", { $0.condition = try! Formula(event: "value > 30.0", yield: .boolean) }),
            ("at once", { $0.ladder.append(.init(level: .red, at: .number(0))) }),
            ("limit", { $0.ladder.append(.init(level: .red, at: .limit("h", fallback: 90))) }),
        ]
        return changes.map { name, change in
            var rule = Rule.threshold(
                "absence \(name)", .init(level: .blue, at: .number(25)),
                .init(level: .orange, compare: .greater, at: .number(60), hold: .seconds(15)))
            rule.kind = .absence(.init())
            rule.values = [.init(name: "silence", kind: .reading)]
            change(&rule)
            return rule
        }
    }()

    static let formulas: [Rule] = {
        let twice = try! Formula(event: "value * 2.0", yield: .number)
        return [
            Rule.threshold("condition", rungs[0][0]) {
                $0.condition = try! Formula(event: "value > 30.0", yield: .boolean)
            },
            Rule.threshold("formula", rungs[0][0]) { $0.values = [.init(name: "twice", kind: .formula(twice))] },
            Rule.threshold("window of a formula", rungs[0][0]) { rule in
                let window = Rule.Window(aggregate: .avg, of: twice, shape: .samples(3))
                rule.values = [.init(name: "value", kind: .window(window))]
            },
            Rule.threshold("two values", rungs[0][0]) { rule in
                rule.values.append(.init(name: "mean", kind: .window(windows[0])))
                rule.ladder.append(.init(level: .red, of: 1, at: .number(40)))
            },
            Rule.threshold("score", rungs[0][0]) {
                $0.score = try! Formula(values: "value", names: ["value"], yield: .number)
            },
            Rule.threshold("gated", rungs[0][0]) {
                $0.onlyWhile = try! Formula(values: "value < 85.0", names: ["value"])
            },
            Rule.threshold(
                "dated",
                .init(
                    level: .blue,
                    at: .dated([
                        .init(from: .init(seconds: 300), threshold: .number(50)),
                        .init(from: .init(seconds: 600), threshold: .number(30)),
                    ]))),
            Rule.threshold("part", rungs[0][0]),
            CompositeTests.index([.init(.rule("part"), weight: 1)]),
        ]
    }()

    /// Twenty minutes of three subjects by two sources: most readings in order and quiet, some at an edge.
    static func play(_ seed: UInt64, steadily: Bool) throws -> Scenario {
        let registry = Registry(subjects: [.init(id: "s1", limits: [.init(name: "h", value: 60)])])
        var scenario = Scenario(registry: registry, timing: Timing(clock: seed % 2 == 0 ? .wall : .events))
        var random = WindowStreamTests.Random(seed)
        func prepare(_ scenario: inout Scenario) {
            guard !steadily else { return }
            for rule in scenario.engine.runtimes.indices {
                scenario.engine.runtimes[rule].plan.canStaySteady = false
                scenario.engine.runtimes[rule].plan.lane = .none
            }
        }
        scenario.engine = Engine(
            ruleSet: RuleSet(rules: rules, timing: scenario.engine.ruleSet.timing, zones: [.shanghai]),
            registry: registry)
        prepare(&scenario)
        let edges = [50, 80, 20, 10, 45, 70, 15, 60].flatMap { [Double($0), Double($0).nextDown, Double($0).nextUp] }
        var second = 0.0
        while second < 1200 {
            second += Double(random.below(40) == 0 ? 70 : random.below(6))
            var value = 21 + Double(random.below(24))
            switch random.below(12) {
            case 0: value = edges[random.below(edges.count)]
            case 1: value = [.nan, 95, 5, .infinity, -.infinity][random.below(5)]
            default: break
            }
            scenario.source = random.below(8) == 0 ? "t" : "s"
            let back = random.below(10) == 0 ? Double(random.below(30)) : 0
            var batch = EventBatch()
            batch.add(
                time: Scenario.seconds(max(0, second - back)), value: value, subject: "s\(random.below(3))",
                type: random.below(4) == 0 ? "report" : "reading", source: scenario.source,
                area: random.below(9) == 0 ? nil : ["320213021", "320214021"][random.below(20) / 19],
                place: (120, Double(random.below(3))))
            if random.below(20) == 0 { batch.flags[0] = .exercise }
            scenario.apply(.events(batch), at: second)
            if random.below(150) == 0 {
                try scenario.restart()
                prepare(&scenario)
            }
        }
        return scenario
    }

    @Test(arguments: 1...3) func `the long way makes the same of every reading`(seed: UInt64) throws {
        let (short, long) = (try Self.play(seed, steadily: true), try Self.play(seed, steadily: false))
        #expect(short.decisions.count > 1000 && short.decisions == long.decisions)
        for (one, other) in zip(short.engine.runtimes, long.engine.runtimes) {
            var (left, right) = (ByteWriter(), ByteWriter())
            one.write(to: &left) { _ in }
            other.write(to: &right) { _ in }
            #expect(left.bytes == right.bytes, "\(one.rule.id)")
        }
        #expect(short.engine.snapshot() == long.engine.snapshot())
    }

    @Test func `plain rules and windows over the reading take the short way`() {
        let plans = Self.rules.map { RulePlan(PreparedRule($0)) }
        #expect(plans[0].lane.measure == .reading && plans[0].lane.high == 50.0.nextDown)
        #expect(plans[Self.rungs.count].lane.measure == .window && plans[Self.rungs.count].lane.high == 50)
        #expect(plans[2].lane.low == 20.0.nextUp && plans[3].lane.low == 20 && plans[3].lane.high == 80.0.nextDown)
        #expect(plans.count { $0.lane.measure == .reading || $0.lane.measure == .window } > 50)
        let silent = Self.absences.filter { PreparedRule($0).steadyLane.measure == .silence }.map(\.id)
        #expect(
            silent == ["absence plain", "absence forgets", "absence by area", "absence condition", "absence at once"])
        #expect(PreparedRule(Self.absences[0]).steadyLane.patience == .seconds(25))
        #expect(PreparedRule(Self.absences[1]).steadyLane.patience == .seconds(20))
    }

    @Test func `a key is four cache lines, and what a steady reading needs stands in the first two`() {
        #expect(MemoryLayout<KeyState>.stride == 256)
        #expect(MemoryLayout<KeyState>.offset(of: \.rungs).map { $0 <= 128 - 4 } == true)
    }
}
