import Events
import Testing

@testable import Engine

/// Seeded streams that arrive out of order within lateness give the decisions of the same stream in order.
struct LatenessStreamTests {
    struct Reading: Sendable {
        var time: Double
        var value: Double
        var subject: String
        var metric = "m"
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var rule: Rule
        var testDescription: String { name }
    }

    static let lateness = 20.0

    static let cases: [Case] = {
        let holds = Rule.threshold(
            "r", .init(level: .blue, at: .number(400), hold: .seconds(4), clearHold: .seconds(6)),
            .init(level: .red, at: .number(800), clear: .number(600), hold: .seconds(2)))
        var cases = [Case(name: "holds", rule: holds)]
        for shape in WindowStreamTests.shapes {
            for aggregate in [Aggregate.avg, .count, .slope, .quantile, .ewma, .delta] {
                let quantile = aggregate == .quantile ? 0.9 : 0
                guard Rule.Window.isValid(aggregate, shape, quantile) else { continue }
                let at: Double
                switch (aggregate, shape) {
                // Levels that such a window crosses.
                case (.count, .samples), (.slope, .samples(1)), (.delta, .samples(1)): continue
                case (.count, .exact), (.count, .sliding(over: .seconds(60), step: _)): at = 13
                case (.count, _): at = 5
                case (.slope, _), (.delta, _): at = 10
                case (.quantile, _): at = 900
                default: at = 520
                }
                let rule = WindowKindTests.rule(aggregate, shape, at: at, quantile: quantile)
                cases.append(Case(name: "\(aggregate.name) \(shape)", rule: rule))
            }
        }
        let steps = ["a", "b", "c"].map { SequenceTests.step($0) }
        cases.append(Case(name: "sequence", rule: SequenceTests.rule(steps, within: 30)))
        cases.append(Case(name: "any", rule: SequenceTests.rule(.any, steps, within: 10)))
        return cases.map { test in
            var test = test
            test.rule.lateness = .seconds(Int64(lateness))
            if test.name == "any" { test.rule.ladder[0].hold = .seconds(3) }
            return test
        }
    }()

    /// In order of event time, and as they arrive: each up to the lateness after its time.
    static func stream(seed: UInt64) -> (inOrder: [Reading], arriving: [Reading]) {
        var random = WindowStreamTests.Random(seed)
        var time = 0.0
        var delayed: [(at: Double, Reading)] = []
        let inOrder = (0..<600).map { index in
            time += Double(1 + random.below(8)) / 4
            let reading = Reading(
                time: time, value: Double(random.below(1000)), subject: "s\(random.below(4))",
                metric: ["a", "b", "c"][random.below(3)])
            let delay = random.below(3) == 0 ? Double(random.below(Int(lateness) * 4)) / 4 : 0
            delayed.append((time + delay, reading))
            return reading
        }
        let arriving = delayed.enumerated().sorted { ($0.1.at, $0.0) < ($1.1.at, $1.0) }.map(\.1.1)
        return (inOrder, arriving)
    }

    static func batches(_ readings: [Reading], of size: Int, patterns: Bool) -> [EventBatch] {
        stride(from: 0, to: readings.count, by: size).map { start in
            var batch = EventBatch()
            for reading in readings[start..<min(readings.count, start + size)] {
                batch.add(
                    time: Scenario.seconds(reading.time), value: reading.value, subject: reading.subject,
                    metric: patterns ? reading.metric : "m")
            }
            return batch
        }
    }

    /// Decisions but for what differs by arrival: position, stamp and event.
    static func run(_ rule: Rule, _ readings: [Reading], batch: Int = 1, restarts: Bool = false) throws -> [String] {
        var scenario = Scenario(rule)
        let last = Reading(time: 10_000, value: 0, subject: "z", metric: "a")
        let patterns = rule.input.metric != "m"
        for (index, batch) in batches(readings + [last], of: batch, patterns: patterns).enumerated() {
            scenario.apply(.events(batch), at: 20_000)
            if restarts, index % 7 == 0 {
                let before = scenario.engine.snapshot()
                try scenario.restart()
                #expect(scenario.engine.snapshot() == before)
            }
        }
        return scenario.decisions.filter { $0.key != "z" }.map { decision in
            let level = decision.level?.name ?? "-"
            return "\(decision.key) \(decision.at.microseconds) \(decision.transition.name) \(level) \(decision.value)"
        }.sorted()
    }

    @Test(arguments: cases) func `own: a stream out of order within lateness is decided as in order`(test: Case) throws
    {
        for seed in [1, 2] as [UInt64] {
            let (inOrder, arriving) = Self.stream(seed: seed)
            let expected = try Self.run(test.rule, inOrder)
            #expect(expected.count > 3 && inOrder.map(\.time) != arriving.map(\.time))
            #expect(try Self.run(test.rule, arriving) == expected)
            var plain = test.rule
            plain.lateness = .zero
            #expect(try Self.run(plain, inOrder) == expected, "lateness changes when, not what")
        }
    }

    @Test(arguments: [0, 1, 5, 9])
    func `own: held readings give the same decisions however the stream is cut and restarted`(
        number: Int
    ) throws {
        let rule = Self.cases[number % Self.cases.count].rule
        let arriving = Self.stream(seed: 3).arriving
        let one = try Self.run(rule, arriving)
        #expect(try Self.run(rule, arriving, batch: 100) == one)
        #expect(try Self.run(rule, arriving, batch: 1000) == one)
        #expect(try Self.run(rule, arriving, restarts: true) == one)
    }

    @Test func `a damaged snapshot with held readings is an error or goes on, and never a trap`() {
        var scenario = Scenario(
            Self.cases[0].rule,
            SequenceTests.rule([SequenceTests.step("a"), SequenceTests.step("b")]) {
                $0.id = "s"
                $0.lateness = .seconds(20)
            })
        for batch in Self.batches(Array(Self.stream(seed: 4).arriving.prefix(60)), of: 10, patterns: false) {
            scenario.apply(.events(batch), at: 20_000)
        }
        let bytes = scenario.engine.snapshot()
        #expect(scenario.engine.runtimes[0].heldReadings > 5)
        for length in stride(from: 0, to: bytes.count, by: 97) {
            #expect(throws: ByteReader.Failure.self) { try Engine(snapshot: Array(bytes[..<length])) }
        }
        var random = WindowStreamTests.Random(5)
        for _ in 0..<200 {
            var copy = bytes
            copy[random.below(copy.count)] ^= UInt8(1 + random.below(255))
            guard let engine = try? Engine(snapshot: copy) else { continue }
            var other = scenario
            other.engine = engine
            other.position = engine.nextPosition
            guard engine.received <= Scenario.seconds(30_000), engine.nextPosition > 0 else { continue }
            other.read(30_000, 1, subject: "z")
        }
    }
}
