import Events
import Foundation
import Testing

@testable import Engine

/// Every aggregate over every kind of window against a recomputation from all samples, on seeded random streams with
/// gaps, resets, negative times, samples out of order and samples that are no numbers.
struct WindowStreamTests {
    struct Sample {
        var time: Double
        var value: Double
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var window: Rule.Window
        var seed: UInt64
        var isLate: Bool
        var testDescription: String {
            "\(window.aggregate.name) \(window.shape) \(isLate ? "late" : "in order") \(seed)"
        }
    }

    static let shapes: [Rule.Window.Shape] = [
        .sliding(over: .seconds(60), step: .seconds(5)), .sliding(over: .seconds(60), step: .seconds(1)),
        .sliding(over: .seconds(30), step: .seconds(30)), .tumbling(every: .seconds(20)),
        .session(gap: .seconds(8), longest: .seconds(50)), .samples(1), .samples(17), .samples(64),
        .exact(over: .seconds(60)), .halfLife(.seconds(30)), .weight(0.25),
    ]

    static let cases: [Case] = Aggregate.allCases.flatMap { aggregate in
        let quantile = aggregate == .quantile ? 0.9 : 0
        return shapes.filter { Rule.Window.isValid(aggregate, $0, quantile) }.flatMap { shape -> [Case] in
            let window = Rule.Window(aggregate: aggregate, shape: shape, quantile: quantile)
            return [Case(window: window, seed: 7, isLate: false), Case(window: window, seed: 8, isLate: true)]
        }
    }

    @Test(arguments: cases) func `a window equals its recomputation`(test: Case) {
        var random = Random(test.seed)
        var cells = WindowCells(window: test.window)
        cells.reserve(0)
        var reference = Reference(test.window)
        var time = -500.0
        for step in 0..<1500 {
            time += step % 97 == 96 ? 150 : Double(random.below(24)) / 4
            let value = step % 31 == 30 ? 0 : Double(random.below(test.window.aggregate == .distinct ? 40 : 1000))
            let back = test.isLate && random.below(4) == 0 ? Double(random.below(40)) : 0
            let sample = Sample(time: time - back, value: value)
            cells.close(by: Self.moment(time), silenceIsZero: false, slot: 0)
            let isKnown = step % 13 != 12
            if isKnown {
                let outcome = cells.add(value, at: Self.moment(sample.time), slot: 0)
                #expect(outcome == reference.add(sample, newest: time), "step \(step)")
                // A late sample may have opened a window that has ended.
                cells.close(by: Self.moment(time), silenceIsZero: false, slot: 0)
            }
            // A counter's growth depends on the order of its samples; late ones inside a run add nothing.
            let isCounter = test.window.aggregate == .rate || test.window.aggregate == .increase
            guard !(test.isLate && isCounter) else { continue }
            let (got, expected) = (cells.value(at: Self.moment(time), slot: 0), reference.value(at: time))
            #expect(
                expected.isNaN ? got.isNaN : abs(got - expected) <= 1e-9 * max(1, abs(expected)),
                "step \(step) at \(time): \(got), recomputed \(expected)")
        }
        #expect(cells.isPlausible(0))
    }

    static func moment(_ seconds: Double) -> Timestamp { .init(microseconds: Int64((seconds * 1_000_000).rounded())) }

    struct Random {
        private var state: UInt64
        init(_ seed: UInt64) { state = seed }

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }
}

/// The definition of each window, spelled out over all samples.
struct Reference {
    typealias Sample = WindowStreamTests.Sample
    let window: Rule.Window
    var samples: [Sample] = []
    var newestPane = -Double.infinity
    /// Of a tumbling window: what the last closed one said.
    var closed = Double.nan
    var average = Double.nan

    init(_ window: Rule.Window) { self.window = window }

    mutating func add(_ sample: Sample, newest: Double) -> WindowCells.Outcome {
        let limit = Rule.Window.maximumSamples
        switch window.shape {
        case .sliding(let over, let step):
            let pane = (sample.time / step.seconds).rounded(.down)
            newestPane = max(newestPane, pane)
            let panes = (over.seconds / step.seconds).rounded()
            samples.removeAll { newestPane - ($0.time / step.seconds).rounded(.down) >= panes }
            if newestPane - pane >= panes { return .late }
        case .tumbling(let every):
            roll(every.seconds, newest)
            if sample.time < newestPane * every.seconds { return .late }
            if samples.isEmpty { newestPane = (sample.time / every.seconds).rounded(.down) }
        case .session(let gap, let longest):
            let (first, last) = (samples.map(\.time).min() ?? 0, samples.map(\.time).max() ?? 0)
            if samples.isEmpty || sample.time - last > gap.seconds || sample.time - first >= longest.seconds {
                samples = []
            } else if sample.time < first, first - sample.time > gap.seconds || last - sample.time >= longest.seconds {
                return .late
            }
        case .samples(let most):
            if samples.count == most {
                if sample.time < samples[0].time { return .late }
                samples.removeFirst()
            }
        case .exact(let over):
            let last = max(sample.time, samples.last?.time ?? sample.time)
            samples.removeAll { $0.time <= last - over.seconds }
            if sample.time <= last - over.seconds { return .late }
            if samples.count == limit { return .refused }
        case .halfLife, .weight:
            if let last = samples.last, sample.time < last.time { return .late }
            smooth(sample)
        }
        let place = samples.lastIndex { $0.time <= sample.time }.map { $0 + 1 } ?? 0
        samples.insert(sample, at: place)
        return .taken
    }

    private mutating func roll(_ every: Double, _ newest: Double) {
        guard !samples.isEmpty, (newestPane + 1) * every <= newest else { return }
        let value = aggregate(samples)
        if !value.isNaN { closed = value }
        newestPane += 1
        samples = []
    }

    private mutating func smooth(_ sample: Sample) {
        guard let last = samples.last else {
            average = sample.value
            return
        }
        switch window.shape {
        case .halfLife(let span):
            average += (1 - pow(2, -(sample.time - last.time) / span.seconds)) * (sample.value - average)
        case .weight(let weight): average += weight * (sample.value - average)
        default: break
        }
    }

    mutating func value(at time: Double) -> Double {
        switch window.shape {
        case .sliding(let over, let step):
            newestPane = max(newestPane, (time / step.seconds).rounded(.down))
            return aggregate(samples.filter { $0.time >= (newestPane + 1) * step.seconds - over.seconds })
        case .tumbling(let every):
            roll(every.seconds, time)
            return closed
        case .session(let gap, _):
            let isOver = samples.map(\.time).max().map { time - $0 >= gap.seconds } ?? true
            return aggregate(isOver ? [] : samples)
        case .samples: return aggregate(samples)
        case .exact(let over): return aggregate(samples.filter { $0.time > time - over.seconds })
        case .halfLife, .weight: return average
        }
    }

    private func aggregate(_ samples: [Sample]) -> Double {
        let values = samples.map(\.value)
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        let increases = zip(values, values.dropFirst()).map { $1 >= $0 ? $1 - $0 : $1 }.reduce(0, +)
        guard n > 0 else { return window.aggregate.ofNothing }
        switch window.aggregate {
        case .avg: return mean
        case .min: return values.min()!
        case .max: return values.max()!
        case .sum: return values.reduce(0, +)
        case .count: return n
        case .stddev: return (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / n).squareRoot()
        case .first: return values.first!
        case .last: return values.last!
        case .delta: return n > 1 ? values.last! - values.first! : .nan
        case .increase: return n > 1 ? increases : .nan
        case .rate:
            let length = samples.last!.time - samples.first!.time
            return n > 1 && length > 0 ? increases / length : .nan
        case .slope:
            let middle = samples.map(\.time).reduce(0, +) / n
            let across = samples.map { ($0.time - middle) * ($0.value - mean) }.reduce(0, +)
            let along = samples.map { ($0.time - middle) * ($0.time - middle) }.reduce(0, +)
            return along > 0 ? across / along : .nan
        case .distinct: return Double(Set(values).count)
        case .quantile:
            let sorted = values.sorted()
            let rank = window.quantile * (n - 1)
            let (low, high) = (Int(rank), min(Int(rank) + 1, values.count - 1))
            let part = rank - Double(low)
            return sorted[low] * (1 - part) + sorted[high] * part
        case .ewma: return average
        }
    }
}
