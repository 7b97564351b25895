import Foundation
import RuleFiles
import StrictYAML
import Testing

/// fixtures/scenarios/sending: what is told of alarms and what is not, as an operator writes and tests it.
struct SendingScenarioTests {
    @Test func `S24, S26, S27, S44 and S45 have the outcome their users expect`() throws {
        let folder = BadRulesTests.root.appendingPathComponent("fixtures/scenarios").path
        let findings = Findings()
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: folder + "-metrics.yml")))
        let metrics = try #require(
            MetricCatalogue.read(path: "metrics.yml", bytes: bytes, findings: findings), "\(findings.list)")
        let report = RuleTests.run(folder, metrics: metrics)
        let passed = report.passed
        #expect(passed, "\(report.table)")
        for number in ["S24", "S26", "S27", "S44", "S45"] {
            #expect(report.cases.contains { $0.name.hasPrefix(number + " ") }, "\(number) has no case")
        }
    }

    /// What was kept back, whom an alarm goes to and who took it over are compared: a wrong word fails the case.
    @Test(arguments: [
        ("1m raised red withheld inhibited", true), ("1m raised red", false), ("1m raised red withheld muted", false),
        ("1m raised red withheld inhibited, 2m acknowledged red withheld inhibited", false),
    ]) func `an alarm that was not sent is not taken for one that was`(expected: String, passes: Bool) {
        let text = """
            domain: test
            title: {zh: 测试, en: Test}
            value: value
            levels: {red: {at: 50}}
            """
        let files = [
            ("a.yml", "id: a\ninput: {type: reading, metric: m, unit: u}\ninhibited_by: [b]\n" + text),
            ("b.yml", "id: b\ninput: {type: reading, metric: n, unit: u}\n" + text),
            (
                "a.test.yml",
                "rule: a\ncases: [{name: x, readings: [0s 60 metric=n, 1m 60], until: 3m, expect: [\(expected)]}]\n"
            ),
        ]
        let report = RuleTests.run(
            files: files.map { .init(path: $0.0, bytes: Array($0.1.utf8)) }, metrics: nil)
        #expect(report.findings == [] && report.cases.count == 1)
        let passed = report.passed
        #expect(passed == passes, "\(report.table)")
    }

    @Test func `an acknowledgement without an open alarm, and another unit than the one told, fail`() {
        let rule = """
            id: a
            domain: test
            title: {zh: 测试, en: Test}
            input: {type: reading, metric: m, unit: u}
            value: value
            levels: {red: {at: 50}}
            response: {acknowledge_within: 5m, escalate_to: [甲]}
            """
        let test = """
            rule: a
            cases:
              - {name: nothing open, readings: [0s 1], steps: [1m ack], expect: []}
              - {name: other unit, readings: [0s 60], until: 6m, expect: [0s raised red, 5m unacknowledged red to 乙]}
              - {name: right unit, readings: [0s 60], until: 6m, expect: [0s raised red, 5m unacknowledged red to 甲]}
            """
        let report = RuleTests.run(
            files: [("a.yml", rule), ("a.test.yml", test)].map { .init(path: $0.0, bytes: Array($0.1.utf8)) },
            metrics: nil)
        #expect(report.cases.map(\.passed) == [false, false, true], "\(report.table)")
    }
}
