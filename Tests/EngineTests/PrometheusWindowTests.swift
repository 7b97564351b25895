import Events
import TestSupport
import Testing

@testable import Engine

/// Prometheus's function tests, where its functions mean what ours do; each that does not is named with the reason.
struct PrometheusWindowTests {
    private static let folder = "prometheus/promql/promqltest/testdata/"
    private static let files = ["functions.test", "at_modifier.test", "staleness.test"].map { folder + $0 }

    private static let functions: [String: Aggregate] = [
        "avg_over_time": .avg, "sum_over_time": .sum, "count_over_time": .count, "min_over_time": .min,
        "max_over_time": .max, "stddev_over_time": .stddev, "first_over_time": .first, "last_over_time": .last,
        "quantile_over_time": .quantile, "rate": .rate, "increase": .increase, "delta": .delta, "deriv": .slope,
    ]
    private static let mean = "sum_over_time/count_over_time"

    /// Prometheus counts no different values, and its exponential smoothing follows a trend too.
    private static let ofOurs: Set<Aggregate> = [.distinct, .ewma]

    /// How many results of each function the files have at least.
    private static let least = [
        "avg_over_time": 15, "sum_over_time": 5, "count_over_time": 6, "min_over_time": 2, "max_over_time": 2,
        "stddev_over_time": 2, "first_over_time": 2, "last_over_time": 2, "quantile_over_time": 15, "rate": 18,
        "increase": 9, "delta": 2, "deriv": 3, mean: 11,
    ]

    @Test(.enabled(if: files.allSatisfy { SharedData.has($0) }))
    func `windows agree with Prometheus where the meaning is equal`() throws {
        var (compared, skipped) = ([String: Int](), [String: Int]())
        for file in Self.files {
            for check in try PrometheusFile.checks(of: SharedData.path(file), Array(Self.functions.keys)) {
                guard let samples = check.samples else {
                    skipped["histograms and NaN are no samples here", default: 0] += 1
                    continue
                }
                if let reason = Self.difference(samples) {
                    skipped[reason, default: 0] += 1
                    continue
                }
                let got = Self.value(check, samples)
                let isSame =
                    check.expected.isNaN
                    ? got.isNaN
                    : got == check.expected || abs(got - check.expected) <= 1e-6 * max(1e-3, abs(check.expected))
                #expect(
                    isSame,
                    "\(file):\(check.line) \(check.function) \(check.series): \(got), not \(check.expected)")
                compared[check.function, default: 0] += 1
            }
        }
        print("Prometheus: \(compared.values.reduce(0, +)) results compared")
        for (reason, count) in skipped.sorted(by: { $0.key < $1.key }) { print("  \(count) skipped: \(reason)") }
        #expect(Set(Self.least.keys) == Set(Self.functions.keys).union([Self.mean]))
        for (function, least) in Self.least { #expect(compared[function, default: 0] >= least, "\(function)") }
    }

    @Test func `every aggregate is compared, or is not Prometheus's`() {
        #expect(Set(Self.functions.values).union(Self.ofOurs) == Set(Aggregate.allCases))
    }

    /// Why ours says something else; nil: it says the same.
    private static func difference(_ samples: [PrometheusFile.Sample]) -> String? {
        if samples.count > Rule.Window.maximumSamples { return "more than 64 samples are kept in panes, not exactly" }
        if samples.contains(where: { abs($0.value) > 1e15 && $0.value.isFinite }) {
            return "sums are not compensated: values of many orders of magnitude"
        }
        return nil
    }

    private static func value(_ check: PrometheusFile.Check, _ samples: [PrometheusFile.Sample]) -> Double {
        func ours(_ aggregate: Aggregate) -> Double { value(aggregate, check, samples) }
        guard let aggregate = functions[check.function] else { return ours(.sum) / ours(.count) }
        guard [.rate, .increase, .delta].contains(aggregate) else { return ours(aggregate) }
        let growth = ours(aggregate) * stretch(check, samples, growth: aggregate == .delta ? nil : ours(.increase))
        // Ours is per second between the samples, Prometheus's per second of the range.
        return aggregate == .rate ? growth * (samples.last!.seconds - samples[0].seconds) / check.range : growth
    }

    private static func value(
        _ aggregate: Aggregate, _ check: PrometheusFile.Check, _ samples: [PrometheusFile.Sample]
    ) -> Double {
        var cells = WindowCells(
            window: .init(aggregate: aggregate, shape: .samples(64), quantile: check.parameter ?? 0))
        cells.reserve(0)
        func moment(_ seconds: Double) -> Timestamp { .init(microseconds: Int64((seconds * 1_000_000).rounded())) }
        for sample in samples { _ = cells.add(sample.value, at: moment(sample.seconds), slot: 0) }
        return cells.value(at: moment(check.at), slot: 0)
    }

    /// By how much Prometheus lets growth go on to the ends of the range (promql/functions.go, extrapolatedRate): to an end that is
    /// nearer than 1.1 intervals of the samples, else by half an interval; a counter not to where it would have been below zero.
    private static func stretch(
        _ check: PrometheusFile.Check, _ samples: [PrometheusFile.Sample], growth: Double?
    ) -> Double {
        let (first, last) = (samples[0], samples.last!)
        let length = last.seconds - first.seconds
        let interval = length / Double(samples.count - 1)
        var before = first.seconds - (check.at - check.range)
        var after = check.at - last.seconds
        if before >= 1.1 * interval { before = interval / 2 }
        if after >= 1.1 * interval { after = interval / 2 }
        if let growth, growth > 0, first.value >= 0 { before = min(before, length * first.value / growth) }
        return (length + before + after) / length
    }
}
