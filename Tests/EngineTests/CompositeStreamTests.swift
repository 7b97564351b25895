import Engine
import Events
import Testing

/// Random streams: the engine's indexes equal those computed from all keys anew, with restarts anywhere.
struct CompositeStreamTests {
    private struct Random {
        var state: UInt64
        mutating func next(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(below))
        }
    }

    private struct Key {
        var rule: String
        var area: String
        var newest: Double
        var score: Double
    }

    private static let rules = [
        CompositeTests.part("a"), CompositeTests.part("b"),
        CompositeTests.index(
            [.init(.rule("a"), weight: 2), .init(.rule("b"), weight: 1), .init(.population(full: 1000), weight: 0.5)]),
    ]
    private static let streets = ["320213021", "320213022", "320281001", "320282100"]
    private static let registry = Registry(areas: [
        .init(code: "320213021", name: .init(zh: "", en: ""), population: 700),
        .init(code: "320281001", name: .init(zh: "", en: ""), population: 4000),
    ])

    /// 10, 20, 30, 40 are 25, 50, 75, 90; 100 is reached ten above the last.
    private static func score(_ value: Double) -> Double {
        let anchors = [(0.0, 0.0), (10, 25), (20, 50), (30, 75), (40, 90), (50, 100)]
        guard value > 0 else { return 0 }
        for (low, high) in zip(anchors, anchors.dropFirst()) where value < high.0 {
            return (low.1 + (high.1 - low.1) * ((value - low.0) / 10)).rounded(.down)
        }
        return 100
    }

    private static func naive(_ keys: [String: Key], _ area: String) -> Double? {
        func worst(_ rule: String) -> Double? {
            keys.values.filter { $0.rule == rule && $0.area.hasPrefix(area) }.map(\.score).max()
        }
        let people = ["320213021": 70.0, "320281001": 100].filter { $0.key.hasPrefix(area) }.map(\.value).max()
        var (known, sum) = (0.0, 0.0)
        for (weight, score) in [(2.0, worst("a")), (1, worst("b")), (0.5, people)] {
            guard let score else { continue }
            known += weight
            sum += weight * score
        }
        return known >= 1.75 ? (sum / known * 100).rounded() / 100 : nil
    }

    @Test(arguments: 1...8) func `an index is what all keys say`(seed: UInt64) throws {
        var random = Random(state: seed)
        var scenario = Scenario(Self.rules[0], Self.rules[1], Self.rules[2], registry: Self.registry)
        var undisturbed = scenario
        var keys: [String: Key] = [:]
        var lastKnown: [String: Double] = [:]
        var now = 0.0
        for _ in 0..<300 {
            now += Double(random.next(5))
            let at = random.next(10) == 0 ? max(0, now - Double(random.next(30))) : now
            let (rule, number) = (random.next(2) == 0 ? "a" : "b", random.next(6))
            let subject = "\(rule)-\(number)"
            let area = random.next(20) == 0 ? Self.streets[random.next(4)] : Self.streets[number % 4]
            let value = random.next(12) == 0 ? Double.nan : Double(random.next(60))
            scenario.read(at, value, subject: subject, metric: rule, area: area)
            undisturbed.read(at, value, subject: subject, metric: rule, area: area)
            if at >= keys[subject]?.newest ?? -1, !value.isNaN {
                keys[subject] = Key(rule: rule, area: area, newest: at, score: Self.score(value))
            }
            if random.next(15) == 0 { try scenario.restart() }
            for area in Self.streets + ["320213", "320281", "320282", "3202"] {
                // Below the least share the last known index stands.
                lastKnown[area] = Self.naive(keys, area) ?? lastKnown[area]
                let shown = scenario.value(area).flatMap { $0.isNaN ? nil : $0 }
                let isAlive = keys.values.contains { $0.area.hasPrefix(area) }
                if !isAlive { lastKnown[area] = nil }
                #expect(shown == lastKnown[area], "\(area) at \(at)")
            }
        }
        #expect(scenario.decisions == undisturbed.decisions && !scenario.index.isEmpty)
        #expect(scenario.engine.snapshot() == undisturbed.engine.snapshot())
    }
}
