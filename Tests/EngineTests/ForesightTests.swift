import Events
import Testing

@testable import Engine

/// Keys' slots are looked up some events ahead, or guessed from another rule's: no reading may land in another's slot for that.
struct ForesightTests {
    /// Rules of one metric whose slots drift apart: by a condition, by forgetting, by a bound of keys.
    static let rules: [Rule] = [
        Rule.threshold("a", .init(level: .red, at: .number(1e9))),
        Rule.threshold("b", .init(level: .red, at: .number(1e9))) {
            $0.condition = try! Formula(event: "value > 0.0", yield: .boolean)
        },
        Rule.threshold("c", .init(level: .red, at: .number(1e9))) { $0.keyTTL = .seconds(20) },
        Rule.threshold("d", .init(level: .red, at: .number(1e9))) { $0.maximumKeys = 3 },
        Rule.threshold("e", .init(level: .red, at: .number(1e9))),
    ]

    /// Readings of six subjects, of which each has a twin that exercises; every value comes once.
    private static func batch(_ random: inout WindowStreamTests.Random, _ second: inout Double, _ number: inout Int)
        -> EventBatch
    {
        var batch = EventBatch()
        for event in 0..<1 + random.below(9) {
            second += Double(random.below(30) == 0 ? 90 : random.below(4))
            number += 1
            let value = Double(random.below(3) == 0 ? -number : number)
            batch.add(time: Scenario.seconds(second), value: value, subject: "s\(random.below(6))")
            if random.below(3) == 0 { batch.flags[event] = .exercise }
        }
        return batch
    }

    /// Name and twin → the newest value.
    private typealias Newest = [String: Double]

    private static func note(_ batch: EventBatch, _ newest: inout [String: Newest]) {
        for event in 0..<batch.count {
            let key = (batch.text(batch.subjects[event]) ?? "") + (batch.flags[event].contains(.exercise) ? "!" : "")
            for rule in rules where rule.id != "b" || batch.values[event] > 0 {
                newest[rule.id, default: [:]][key] = batch.values[event]
            }
        }
    }

    @Test(arguments: 1...4) func `every reading lands in its own subject's key`(seed: UInt64) throws {
        var random = WindowStreamTests.Random(seed)
        var scenario = Scenario()
        scenario.engine = Engine(ruleSet: RuleSet(rules: Self.rules, timing: Timing(clock: .events), zones: []))
        var (second, number) = (0.0, 0)
        var newest: [String: Newest] = [:]
        var (reused, guessed) = (0, 0)
        for _ in 0..<2000 {
            let batch = Self.batch(&random, &second, &number)
            scenario.apply(.events(batch), at: second)
            Self.note(batch, &newest)
            for runtime in scenario.engine.runtimes {
                reused += runtime.liveKeys < Int(runtime.keys.count) ? 1 : 0
                guessed += runtime.inStep == RuleRuntime.sure ? 1 : 0
                for slot in 0..<runtime.keys.count where runtime.keys[slot].key >= 0 {
                    let state = runtime.keys[slot]
                    let name = scenario.engine.symbols.string(state.key) + (state.exercise ? "!" : "")
                    try #require(state.held == newest[runtime.rule.id]?[name], "\(runtime.rule.id) \(name)")
                }
            }
            if random.below(20) == 0 { try scenario.restart() }
            if random.below(100) == 0 {
                // Rules come in another order, and one of them begins anew later.
                let gone = random.below(2 * Self.rules.count)
                let kept = Self.rules.enumerated().filter { $0.offset != gone }.map(\.element)
                let set = RuleSet(
                    rules: random.below(2) == 0 ? kept : kept.reversed(), timing: Timing(clock: .events), zones: [])
                scenario.apply(.ruleSet(set.encoded()), at: second)
            }
        }
        #expect(reused > 100 && guessed > 100)
    }
}
