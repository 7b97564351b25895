import Engine
import Events
import RuleFiles
import Testing

/// Scenarios beyond the numbers of RULES, as rule files and rule tests.
struct OwnScenarioTests {
    private func run(_ body: String, _ cases: String) -> RuleTestReport {
        let rule = """
            id: s
            title: {zh: 测试, en: Test}
            domain: test
            input: {type: reading, metric: m, unit: u}
            \(body)
            """
        let test = "rule: s\ncases:\n" + cases
        return RuleTests.run(
            files: [.init(path: "s.yml", bytes: Array(rule.utf8)), .init(path: "s.test.yml", bytes: Array(test.utf8))],
            metrics: nil)
    }

    static let held = "value: value\nlevels: {red: {at: \"> 50\", for: 2s}}"

    @Test func `S15 own: a late reading ends the hold where lateness covers it, and does not without`() {
        let readings = "[0s 60, 2400ms 1 subject=y, 1s 10 late 1500ms, 30s 1 subject=y]"
        let covered = run(Self.held + "\nlateness: 3s", "  - {name: covered, readings: \(readings), expect: []}\n")
        #expect(covered.passed, "\(covered.table)")
        let plain = run(Self.held, "  - {name: plain, readings: \(readings), expect: []}\n")
        #expect(!plain.passed, "the hold has matured")
    }

    @Test func `own: what waits for lateness at the end of a test is decided by its clock`() {
        let rule = "value: {max: value, over: 10s, step: 1s}\nlevels: {red: {at: \"> 50\"}}\nlateness: 5s"
        let report = run(rule, "  - {name: ends, readings: [0s 60], expect: [0s raised red]}\n")
        #expect(report.passed, "\(report.table)")
    }

    @Test func `own: a dated threshold is tested at both sides of its date`() {
        let rule = """
            value: value
            levels: {red: {at: [{is: "> 50"}, {from: "2026-01-01T00:10:00Z", is: "> 45"}], clear: 40}}
            """
        let report = run(
            rule,
            """
              - {name: both sides, readings: [599s 47, 600s 47], expect: [600s raised red threshold 45]}
              - {name: the old one, readings: [0s 51], expect: [0s raised red threshold 50]}

            """)
        #expect(report.passed, "\(report.table)")
    }

    @Test func `own: a ladder is checked as it is from each date on`() throws {
        let text = gasRule.replacingOccurrences(
            of: "blue:   {at: 10,", with: "blue:   {at: [{is: 10}, {from: \"2030-01-01T00:00:00+08:00\", is: 30}],")
        #expect(load([("gas/gas-lel.yml", text)]).findings.map(\.code) == ["level_order"])
        let right = text.replacingOccurrences(of: "is: 30}", with: "is: 12}")
        let rule = try #require(load([("gas/gas-lel.yml", right)]).ruleSet?.rules.first)
        #expect(rule.ladder[0].at.inForce(at: .distantPast) == .number(10))
        #expect(rule.ladder[0].at.inForce(at: .distantFuture) == .number(12))
    }
}
