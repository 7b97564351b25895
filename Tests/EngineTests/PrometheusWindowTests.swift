import Events
import Foundation
import Testing

@testable import Engine

/// Prometheus's function tests, where its functions mean what ours do; each that does not is named with the reason.
struct PrometheusWindowTests {
    private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("shared/data/prometheus/promql/promqltest/testdata/functions.test").path

    private static let functions: [String: Aggregate] = [
        "avg_over_time": .avg, "sum_over_time": .sum, "count_over_time": .count, "min_over_time": .min,
        "max_over_time": .max, "stddev_over_time": .stddev, "first_over_time": .first, "last_over_time": .last,
        "quantile_over_time": .quantile, "rate": .rate, "increase": .increase, "delta": .delta, "deriv": .slope,
    ]

    @Test func `windows agree with Prometheus where the meaning is equal`() throws {
        guard let text = try? String(contentsOfFile: Self.path, encoding: .utf8) else {
            print("skipped: ../shared/data/prometheus is not here")
            return
        }
        var file = PrometheusFile()
        let checks = file.checks(of: text, functions: Array(Self.functions.keys))
        var (compared, skipped) = (0, [String: Int]())
        for check in checks {
            guard let aggregate = Self.functions[check.function] else { continue }
            guard let samples = check.samples else {
                skipped["histograms and NaN are no samples here", default: 0] += 1
                continue
            }
            if let reason = Self.difference(check, aggregate, samples) {
                skipped[reason, default: 0] += 1
                continue
            }
            let got = Self.value(aggregate, check, samples)
            let isSame =
                check.expected.isNaN
                ? got.isNaN
                : got == check.expected || abs(got - check.expected) <= 1e-6 * max(1e-3, abs(check.expected))
            #expect(isSame, "line \(check.line) \(check.function) \(check.series): \(got), not \(check.expected)")
            compared += 1
        }
        print("Prometheus: \(compared) results compared")
        for (reason, count) in skipped.sorted(by: { $0.key < $1.key }) { print("  \(count) skipped: \(reason)") }
        #expect(compared >= 39)
    }

    /// Why ours says something else; nil: it says the same.
    private static func difference(
        _ check: PrometheusFile.Check, _ aggregate: Aggregate, _ samples: [PrometheusFile.Sample]
    ) -> String? {
        if samples.count > Rule.Window.maximumSamples { return "more than 64 samples are kept in panes, not exactly" }
        if samples.contains(where: { abs($0.value) > 1e15 && $0.value.isFinite }) {
            return "sums are not compensated: values of many orders of magnitude"
        }
        if aggregate == .rate || aggregate == .increase || aggregate == .delta {
            let length = samples.last!.seconds - samples[0].seconds
            guard abs(length - check.range) < 1 else { return "growth is not extrapolated to the window's ends" }
        }
        return nil
    }

    private static func value(_ aggregate: Aggregate, _ check: PrometheusFile.Check, _ samples: [PrometheusFile.Sample])
        -> Double
    {
        var cells = WindowCells(
            window: .init(aggregate: aggregate, shape: .samples(64), quantile: check.parameter ?? 0))
        cells.reserve(0)
        func moment(_ seconds: Double) -> Timestamp { .init(microseconds: Int64((seconds * 1_000_000).rounded())) }
        for sample in samples { _ = cells.add(sample.value, at: moment(sample.seconds), slot: 0) }
        return cells.value(at: moment(check.at), slot: 0)
    }
}

/// As much of Prometheus's test language as functions over a range of one series need.
struct PrometheusFile {
    struct Sample {
        var seconds: Double
        var value: Double
    }

    struct Check {
        var line: Int
        var function: String
        var parameter: Double?
        var series: String
        var at: Double
        var range: Double
        /// Inside the range; nil where one is no number.
        var samples: [Sample]?
        var expected: Double
    }

    private var series: [String: [Sample?]] = [:]

    mutating func checks(of text: String, functions: [String]) -> [Check] {
        var checks: [Check] = []
        var interval: Double?
        var open: Check?
        for (number, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = raw.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            let isIndented = raw.first == " " || raw.first == "\t"
            if !isIndented { (interval, open) = (nil, nil) }
            if line == "clear" {
                series = [:]
            } else if line.hasPrefix("load ") {
                interval = Self.seconds(String(line.dropFirst("load ".count)))
            } else if line.hasPrefix("eval instant at ") {
                open = Self.evaluation(line, functions, number + 1)
            } else if isIndented, let interval {
                load(line, interval)
            } else if isIndented, let open, !line.hasPrefix("expect"), let check = expectation(line, open) {
                checks.append(check)
            }
        }
        return checks
    }

    /// `avg_over_time(metric{…}[1m])`, alone.
    private static func evaluation(_ line: String, _ functions: [String], _ number: Int) -> Check? {
        let parts = line.dropFirst("eval instant at ".count).split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let at = seconds(String(parts[0])) else { return nil }
        let call = parts[1].trimmingCharacters(in: .whitespaces)
        guard let name = functions.first(where: { call.hasPrefix($0 + "(") }), call.hasSuffix("])"),
            let bracket = call.lastIndex(of: "[")
        else { return nil }
        var inside = String(call[call.index(call.startIndex, offsetBy: name.count + 1)..<bracket])
        var parameter: Double?
        if name == "quantile_over_time" {
            let comma = inside.firstIndex(of: ",")
            guard let comma, let number = Double(inside[..<comma]), (0...1).contains(number) else { return nil }
            parameter = number
            inside = inside[inside.index(after: comma)...].trimmingCharacters(in: .whitespaces)
        }
        let length = call[call.index(after: bracket)...].dropLast(2)
        guard let range = seconds(String(length)), !inside.contains("~"), !inside.contains("(") else { return nil }
        return Check(
            line: number, function: name, parameter: parameter, series: inside, at: at, range: range, samples: [],
            expected: 0)
    }

    private func expectation(_ line: String, _ open: Check) -> Check? {
        guard let space = line.lastIndex(of: " "), line.hasPrefix("{"), let expected = Self.number(line[space...])
        else { return nil }
        var check = open
        let labels = String(line[..<space]).filter { $0 != " " }
        let name = String(open.series.prefix { $0 != "{" })
        check.series = labels == "{}" ? name : name + labels
        check.expected = expected
        guard let all = series[Self.sorted(check.series)] else { return nil }
        let inside = all.compactMap { $0 }.filter { $0.seconds > open.at - open.range && $0.seconds <= open.at }
        guard !inside.isEmpty else { return nil }
        check.samples = inside.contains { $0.value.isNaN } ? nil : inside
        return check
    }

    private mutating func load(_ line: String, _ interval: Double) {
        let brace = line.lastIndex(of: "}").flatMap { line.contains("{{") ? nil : $0 }
        let end = brace.map { line.index(after: $0) } ?? line.firstIndex { $0 == " " || $0 == "\t" }
        guard let end else { return }
        let name = Self.sorted(String(line[..<end]).filter { $0 != " " })
        var samples: [Sample?] = []
        for word in line[end...].split(whereSeparator: { $0 == " " || $0 == "\t" }) {
            for value in Self.expand(word) {
                samples.append(value.map { Sample(seconds: Double(samples.count) * interval, value: $0) })
            }
        }
        series[name] = samples
    }

    /// The labels in order, so that a series has one name.
    private static func sorted(_ series: String) -> String {
        guard let open = series.firstIndex(of: "{"), series.last == "}" else { return series }
        let labels = series[series.index(after: open)...].dropLast().split(separator: ",").sorted()
        return labels.isEmpty ? String(series[..<open]) : series[..<open] + "{" + labels.joined(separator: ",") + "}"
    }

    /// `5`, `_`, `0+10x4`; what is none of these stands for NaN.
    private static func expand(_ word: Substring) -> [Double?] {
        if word == "_" { return [nil] }
        if let number = number(word) { return [number] }
        let halves = word.split(separator: "x")
        guard halves.count == 2, let times = Int(halves[1]) else { return [.nan] }
        if let start = number(halves[0]) { return Array(repeating: start, count: times + 1) }
        guard let sign = halves[0].dropFirst().lastIndex(where: { $0 == "+" || $0 == "-" }),
            let start = number(halves[0][..<sign]), let step = number(halves[0][sign...])
        else { return [.nan] }
        return (0...times).map { start + Double($0) * step }
    }

    private static func number(_ text: some StringProtocol) -> Double? {
        Double(text.trimmingCharacters(in: .whitespaces))
    }

    private static func seconds(_ text: String) -> Double? {
        TimeSpan(parsing: text)?.seconds ?? Double(text)
    }
}
