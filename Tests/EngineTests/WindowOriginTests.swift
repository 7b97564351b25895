import Events
import Testing

@testable import Engine

/// S32: panes and windows that follow each other are aligned to the epoch, and the other forms to nothing at all.
struct WindowOriginTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var shape: Rule.Window.Shape
        var aggregate: Aggregate
        var at: Double
        var testDescription: String { "\(aggregate.name) \(shape)" }
    }

    static let aligned: [Case] = [
        .init(shape: .sliding(over: .seconds(20), step: .seconds(10)), aggregate: .count, at: 5),
        .init(shape: .sliding(over: .seconds(20), step: .seconds(10)), aggregate: .distinct, at: 5),
        .init(shape: .sliding(over: .seconds(20), step: .seconds(20)), aggregate: .sum, at: 30),
        .init(shape: .tumbling(every: .seconds(20)), aggregate: .count, at: 5),
    ]
    static let free: [Case] = [
        .init(shape: .session(gap: .seconds(5), longest: .seconds(60)), aggregate: .count, at: 4),
        .init(shape: .samples(5), aggregate: .sum, at: 30),
        .init(shape: .exact(over: .seconds(20)), aggregate: .count, at: 5),
        .init(shape: .halfLife(.seconds(10)), aggregate: .ewma, at: 6),
        .init(shape: .weight(0.25), aggregate: .ewma, at: 6),
    ]

    /// Readings a few seconds apart, with pauses.
    static func stream(_ origin: Double, seed: UInt64) -> [(time: Double, value: Double)] {
        var random = WindowStreamTests.Random(seed)
        var time = origin
        return (0..<200).map { index in
            time += index % 40 == 39 ? 60 : Double(1 + random.below(16)) / 4
            return (time, Double(random.below(12)))
        }
    }

    static func run(_ test: Case, _ readings: [(time: Double, value: Double)]) -> [Decision] {
        var scenario = Scenario(WindowKindTests.rule(test.aggregate, test.shape, at: test.at))
        for reading in readings { scenario.read(reading.time, reading.value) }
        return scenario.decisions
    }

    /// What was decided at which moment after the origin.
    static func relative(_ decisions: [Decision], _ origin: Double) -> [String] {
        decisions.map { decision in
            "\(decision.at.microseconds - Scenario.seconds(origin).microseconds) \(decision.transition) \(decision.value)"
        }
    }

    @Test(arguments: aligned, [-100.0, -97, -93.25, -1_000_003])
    func `S32 where the first reading lies changes no pane`(test: Case, first: Double) {
        let stream = Self.stream(0, seed: 3)
        let expected = Self.run(test, stream)
        let found = Self.run(test, [(first, 1)] + stream)
        #expect(expected.count > 4)
        // Beside what the early reading decided by itself, and but for positions.
        #expect(found.filter { $0.at >= Scenario.seconds(0) }.map(\.at) == expected.map(\.at))
        #expect(found.suffix(expected.count).map(\.value) == expected.map(\.value))
    }

    @Test(arguments: aligned)
    func `S32 panes lie at multiples of their step, so a stream that is shifted by less is cut elsewhere`(
        test: Case
    ) {
        let whole = Self.relative(Self.run(test, Self.stream(0, seed: 3)), 0)
        #expect(Self.relative(Self.run(test, Self.stream(400_000, seed: 3)), 400_000) == whole)
        #expect(Self.relative(Self.run(test, Self.stream(400_007, seed: 3)), 400_007) != whole)
    }

    @Test(arguments: free, [7.25, -1_000_003]) func `S32 forms without panes know no origin`(test: Case, origin: Double)
    {
        let expected = Self.relative(Self.run(test, Self.stream(0, seed: 3)), 0)
        #expect(expected.count > 4)
        #expect(Self.relative(Self.run(test, Self.stream(origin, seed: 3)), origin) == expected)
    }
}
