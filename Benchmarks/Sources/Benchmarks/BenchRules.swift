import Engine
import Foundation
import RuleFiles

/// The rules of the benchmark: 24 over sixteen metrics, so that half of the subjects meet two rules and half one.
enum BenchRules {
    static let metrics = 16
    static let count = 24

    static func metric(_ number: Int) -> String { number < 10 ? "bench.m0\(number)" : "bench.m\(number)" }

    /// Plain ladders, ladders with holds, windows of sixty panes and conditions; then absences, sequences, places and
    /// levels that flap.
    private static func heart(_ kind: Int, _ input: String) -> String {
        switch kind {
        case 0:
            """
            input: {\(input)}
            value: value
            levels:
              blue: {at: 50, cite: project default}
              red:  {at: 80, cite: project default}
            """
        case 1:
            """
            input: {\(input)}
            value: value
            levels:
              blue: {at: 50, clear: 45, for: 5m, cite: project default}
              red:  {at: 80, clear: 70, for: 30s, cite: project default}
            clear_for: 2m
            """
        case 2:
            """
            input: {\(input)}
            value: {avg: value, over: 10m, step: 10s}
            levels:
              yellow: {at: 50, clear: 45, cite: project default}
              red:    {at: 80, clear: 70, cite: project default}
            """
        case 3:
            """
            input: {\(input)}
            where: value > 5.0 && quality == "good"
            value: value
            levels:
              yellow: {at: 50, clear: 45, cite: project default}
              red:    {at: 80, clear: 70, cite: project default}
            """
        case 4:
            """
            input: {\(input)}
            absence: {}
            levels:
              yellow: {at: 1h, cite: project default}
              red:    {at: 4h, cite: project default}
            """
        case 5:
            """
            sequence:
              within: 30m
              steps:
                - {\(input), where: value >= 50}
                - {\(input), where: value >= 80}
            levels:
              red: {at: 2, cite: project default}
            """
        case 6:
            """
            input: {\(input)}
            where: value >= 80
            proximity: {metres: 500, during: 30m}
            levels:
              red: {at: 3, cite: project default}
            """
        default:
            """
            input: {\(input)}
            value: value
            levels:
              red: {at: 80, clear: 70, cite: project default}
            flap: {low: 0.25, high: 0.5}
            """
        }
    }

    private static func text(_ id: String, metric number: Int, kind: Int) -> String {
        """
        id: \(id)
        title: {zh: 基准, en: Benchmark}
        domain: gas
        status: stable
        owner: {lead: 基准}
        runbook: docs/runbooks/gas-lel.md
        cites: [project default]
        by: subject
        \(heart(kind, "type: reading, metric: \(metric(number)), unit: u"))
        issue: review
        message: {zh: "{subject.name} {value} {unit},达到 {threshold}", en: "{subject.name}: {value} {unit}, threshold {threshold}"}

        """
    }

    /// The second rule of a metric is of another kind than its first.
    private static func files(_ numbers: [(metric: Int, kind: Int)]) -> [DirectoryFiles.File] {
        numbers.enumerated().map { index, rule in
            let id = "bench-\(1000 + index)"
            return .init(
                path: "gas/\(id).yml", bytes: Array(text(id, metric: rule.metric, kind: rule.kind).utf8))
        }
    }

    private static var usual: [DirectoryFiles.File] {
        files((0..<count).map { ($0 % metrics, ($0 + $0 / metrics) % 4) })
    }

    static func ruleSet() -> RuleSet { load(usual) }

    /// `matching` rules, each of the next kind, read metric 0; the others, of all kinds, metrics that no event carries.
    static func ruleSet(_ count: Int, matching: Int) -> RuleSet {
        load(files((0..<count).map { ($0 < matching ? 0 : 99 - $0 % 80, $0 % 8) }))
    }

    private static func load(_ files: [DirectoryFiles.File]) -> RuleSet {
        let loading = RuleDirectory.load(files: files, metrics: nil)
        guard let ruleSet = loading.ruleSet else {
            preconditionFailure(loading.findings.map(\.rendered).joined(separator: "\n"))
        }
        return ruleSet
    }

    /// Writes `rules/` and `metrics.yml` for a platform.
    static func write(to directory: String) throws {
        try FileManager.default.createDirectory(atPath: directory + "/rules/gas", withIntermediateDirectories: true)
        for file in usual { try Data(file.bytes).write(to: URL(fileURLWithPath: "\(directory)/rules/\(file.path)")) }
        let catalogue = (0..<metrics).map { "\(metric($0)): {zh: 基准, unit: u, plausible: [-100, 1000]}\n" }
        try Data(catalogue.joined().utf8).write(to: URL(fileURLWithPath: directory + "/metrics.yml"))
    }
}
