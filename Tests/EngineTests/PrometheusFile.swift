import Events
import Foundation

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

    private var series: [String: [Sample]] = [:]

    /// What a file expects of these functions, of a quotient of two of them too.
    static func checks(of path: String, _ functions: [String]) throws -> [Check] {
        var file = Self()
        return file.checks(of: try String(contentsOfFile: path, encoding: .utf8), functions)
    }

    private mutating func checks(of text: String, _ functions: [String]) -> [Check] {
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

    private static func evaluation(_ line: String, _ functions: [String], _ number: Int) -> Check? {
        let parts = line.dropFirst("eval instant at ".count).split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let at = seconds(String(parts[0])) else { return nil }
        let text = parts[1].trimmingCharacters(in: .whitespaces)
        if let check = call(text, functions, at, number) { return check }
        let halves = text.split(separator: "/").compactMap { call(String($0), functions, at, number) }
        guard halves.count == 2, halves[0].series == halves[1].series, halves[0].range == halves[1].range else {
            return nil
        }
        var check = halves[0]
        check.function += "/" + halves[1].function
        return check
    }

    /// `avg_over_time(metric{…}[1m] @ 100 offset 50s)`, alone.
    private static func call(_ text: String, _ functions: [String], _ at: Double, _ line: Int) -> Check? {
        let form =
            /(\w+)\((?:([\-\d.]+), )?(\w*(?:\{[^}]*\})?)\[(\w+)\](?: offset (\w+))?(?: @ (\w+))?(?: offset (\w+))?\)/
        guard let match = text.wholeMatch(of: form)?.output, functions.contains(String(match.1)),
            let range = seconds(String(match.4))
        else { return nil }
        var check = Check(
            line: line, function: String(match.1), parameter: match.2.flatMap { number($0) }, series: String(match.3),
            at: at, range: range, samples: [], expected: 0)
        if let quantile = check.parameter, !(0...1).contains(quantile) { return nil }
        if let fixed = match.6.flatMap({ seconds(String($0)) }) { check.at = fixed }
        check.at -= (match.5 ?? match.7).flatMap { seconds(String($0)) } ?? 0
        return check
    }

    private func expectation(_ line: String, _ open: Check) -> Check? {
        guard let space = line.lastIndex(of: " "), let expected = Self.number(line[space...]) else { return nil }
        var check = open
        check.expected = expected
        guard let found = name(of: String(line[..<space]).filter { $0 != " " }, in: open.series) else { return nil }
        check.series = found
        let inside = series[found]!.filter { $0.seconds > open.at - open.range && $0.seconds <= open.at }
        guard !inside.isEmpty else { return nil }
        check.samples = inside.contains { $0.value.isNaN } ? nil : inside
        return check
    }

    /// The series that a result `{…}` or `name{…}` is of; a selector of several metrics leaves out which of them.
    private func name(of result: String, in selector: String) -> String? {
        let labels = result.drop { $0 != "{" }
        let metric = result.hasPrefix("{") ? selector.prefix { $0 != "{" } : result.prefix { $0 != "{" }
        guard metric.isEmpty else {
            let name = Self.sorted(String(metric + labels))
            return series[name] == nil ? nil : name
        }
        let ordered = Self.sorted(String(labels))
        let named = series.keys.filter { $0.drop { $0 != "{" } == ordered }
        return named.count == 1 ? named[0] : nil
    }

    private mutating func load(_ line: String, _ interval: Double) {
        let brace = line.lastIndex(of: "}").flatMap { line.contains("{{") ? nil : $0 }
        let end = brace.map { line.index(after: $0) } ?? line.firstIndex { $0 == " " || $0 == "\t" }
        guard let end else { return }
        let name = Self.sorted(String(line[..<end]).filter { $0 != " " })
        let values = line[end...].split(whereSeparator: { $0 == " " || $0 == "\t" }).flatMap(Self.expand)
        // A second load of a series adds to it.
        series[name, default: []] += values.enumerated().compactMap { index, value in
            value.map { Sample(seconds: Double(index) * interval, value: $0) }
        }
    }

    /// The labels in order, so that a series has one name.
    private static func sorted(_ series: String) -> String {
        guard let open = series.firstIndex(of: "{"), series.last == "}" else { return series }
        let labels = series[series.index(after: open)...].dropLast().split(separator: ",").sorted()
        return labels.isEmpty ? String(series[..<open]) : series[..<open] + "{" + labels.joined(separator: ",") + "}"
    }

    /// `5`, `0+10x4`, `_` and `stale` for none; what is none of these stands for NaN.
    private static func expand(_ word: Substring) -> [Double?] {
        if word == "_" || word == "stale" { return [nil] }
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
