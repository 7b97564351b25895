import Engine
import Events
import Testing

/// Random streams through rules that inhibit, mute, flap and wait for people: what must hold of every one.
struct SendingStreamTests {
    static let rules: [Rule] = {
        var a = SendingTests.rule("a", "m") { rule in
            rule.inhibitedBy = [.init(rule: "b"), .init(rule: "c", level: .red)]
            rule.active = CalendarTests.calendar((0, 1), (2, 24))
            rule.response = .init(acknowledgeWithin: .minutes(5), handleWithin: .minutes(30), escalateTo: ["x"])
            rule.noData = .init(after: .minutes(8), action: .alarm)
        }
        a.ladder[1].hold = .seconds(90)
        let b = SendingTests.rule("b", "n") { rule in
            rule.inhibitedBy = [.init(rule: "c")]
            rule.flap = .init(low: 0.2, high: 0.4, history: 8)
        }
        let c = SendingTests.rule("c", "o") { $0.active = CalendarTests.calendar((0, 3)) }
        return [a, b, c]
    }()

    struct Step {
        var second: Double
        var reading: (metric: String, value: Double, subject: String)?
        var acknowledges: Bool
    }

    /// Three hours of three metrics of three subjects; slow enough changes that alarms last.
    static func steps(_ seed: UInt64) -> [Step] {
        var seed = seed
        func random(_ bound: UInt64) -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (seed >> 33) % bound
        }
        // 2026-07-01T00:30:00+08:00
        let start = 1_782_837_000.0
        var second = start
        return (0..<600).map { _ in
            second += Double(random(60))
            let metric = ["m", "n", "o"][Int(random(3))]
            let value = [10.0, 30, 60][Int(random(3))]
            return Step(
                second: second, reading: (metric, value, "s\(random(3))"), acknowledges: random(40) == 0)
        }
    }

    func play(_ steps: [Step], cuts: Set<Int> = [], reloads: Set<Int> = [], clock: Timing.Clock) throws -> Scenario {
        var scenario = Scenario(timing: Timing(clock: clock))
        let set = RuleSet(rules: Self.rules, timing: Timing(clock: clock), zones: [.shanghai])
        scenario.apply(.ruleSet(set.encoded()), at: steps[0].second - 1)
        for (index, step) in steps.enumerated() {
            if cuts.contains(index) { try scenario.restart() }
            if reloads.contains(index) { scenario.apply(.ruleSet(set.encoded()), at: step.second) }
            if let (metric, value, subject) = step.reading {
                scenario.read(step.second, value, subject: subject, metric: metric)
            }
            if step.acknowledges, let last = scenario.decisions.last { scenario.acknowledge(step.second, last.episode) }
        }
        scenario.tick(steps[steps.count - 1].second + 7200)
        return scenario
    }

    @Test(arguments: 1...12) func `a raise that was sent has its resolve, and nothing else is sent`(seed: UInt64) throws
    {
        let scenario = try play(Self.steps(seed), clock: seed % 2 == 0 ? .wall : .events)
        var reasons: [Decision.Withheld] = []
        for episode in Set(scenario.decisions.map(\.episode)) {
            let all = scenario.decisions.filter { $0.episode == episode }
            let sent = all.filter { $0.withheld == .none }
            reasons += all.map(\.withheld)
            #expect([.raised, .flappingStarted].contains(all[0].transition) && all[0].id == episode)
            #expect(all.dropLast().allSatisfy { $0.transition != .resolved })
            guard let first = sent.first else { continue }
            #expect([.raised, .flappingStarted].contains(first.transition) && first.previous == nil)
            #expect(sent.dropFirst().allSatisfy { $0.transition != .raised })
            if let last = all.last, last.transition == .resolved { #expect(last.withheld == .none) }
            // What people did or left undone carries the level as it is, told or not.
            let levels = sent.filter { ![.acknowledged, .unacknowledged, .unhandled].contains($0.transition) }
            for (one, next) in zip(levels, levels.dropFirst()) {
                switch next.transition {
                case .escalated: #expect(one.level.map { $0 < next.level! } ?? true)
                case .deescalated: #expect(one.level.map { $0 > next.level! } ?? true)
                case .flappingEnded:
                    #expect(sent.contains { $0.transition == .flappingStarted && $0.id < next.id })
                case .raised, .resolved, .flappingStarted, .acknowledged, .unacknowledged, .unhandled: break
                }
            }
        }
        #expect(Set(reasons) == [.none, .inhibited, .muted], "the stream meets every reason")
    }

    @Test(arguments: 1...12) func `restarts and reloads of the same rules change nothing`(seed: UInt64) throws {
        let clock: Timing.Clock = seed % 2 == 0 ? .wall : .events
        let steps = Self.steps(seed)
        let whole = try play(steps, clock: clock)
        let cut = try play(steps, cuts: Set(stride(from: 3, to: 600, by: 7)), clock: clock)
        #expect(whole.decisions == cut.decisions)
        #expect(whole.engine.snapshot() == cut.engine.snapshot())
        let reloaded = try play(steps, reloads: [100, 200, 300], clock: clock)
        func text(_ decision: Decision) -> String {
            "\(decision.rule) \(decision.key) \(decision.transition) \(decision.level as Any) \(decision.at) \(decision.withheld)"
        }
        #expect(whole.decisions.map(text) == reloaded.decisions.map(text))
    }
}
