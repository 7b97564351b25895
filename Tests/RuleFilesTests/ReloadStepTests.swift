import RuleFiles
import Testing

/// `reload` with changed fields, and the traps that testers fall into.
struct ReloadStepTests {
    private func run(_ cases: String) -> RuleTestReport {
        let rule = """
            id: gas-lel
            title: {zh: 甲, en: a}
            domain: gas
            input: {type: reading, metric: gas.lel, unit: "%LEL"}
            value: value
            levels:
              red: {at: "> 50", for: 10m}
            """
        let files = [("gas/gas-lel.yml", rule), ("gas/gas-lel.test.yml", "rule: gas-lel\ncases:\n" + cases)]
        return RuleTests.run(
            files: files.map { .init(path: $0.0, bytes: Array($0.1.utf8)) }, metrics: catalogue())
    }

    @Test func `S03 a threshold or hold that changes on reload keeps what is pending or fires`() {
        let report = run(
            """
              - name: a threshold that is still exceeded keeps the start of the hold
                readings: [0s..10m/1m 60]
                steps: [5m reload levels.red.at=>55]
                expect: [10m raised red]
              - name: one that is no longer exceeded ends it
                readings: [0s..20m/1m 60]
                steps: [5m reload levels.red.at=>65]
                expect: []
              - name: a longer hold while firing keeps firing
                readings: [0s..25m/1m 60]
                steps: [12m reload levels.red.for=20m]
                expect: [10m raised red]
              - name: a plain reload brings the file's rule back
                readings: [0s..30m/1m 60]
                steps: [5m reload levels.red.at=>65, 8m reload]
                expect: [18m raised red]
            """)
        #expect(report.passed, "\(report.table)")
    }

    @Test func `a reload into a rule that does not load is a finding with its place`() {
        let report = run("  - {name: a, readings: [0s 1], steps: [1m reload levels.red.at=high], expect: []}")
        #expect(report.findings.map(\.code) == ["bad_step"] && report.hasErrors)
    }

    @Test func `S41 every case runs after one that fails, in the order of the file`() {
        let report = run(
            """
              - {name: b, readings: [0s..10m/1m 60], expect: []}
              - {name: a, readings: [0s 1], expect: []}
              - {name: c, readings: [0s..10m/1m 60], expect: [9m raised red]}
            """)
        #expect(report.cases.map(\.name) == ["b", "a", "c"] && report.cases.map(\.passed) == [false, true, false])
    }

    @Test func `S38 bands below 100 and from 150 on have a gap between them, and it is named`() throws {
        let rule = """
            id: gas-lel
            title: {zh: 甲, en: a}
            domain: gas
            input: {type: reading, metric: gas.lel, unit: "%LEL"}
            value: value
            levels:
              yellow: {at: "< 100"}
              red: {at: ">= 150"}
            """
        let finding = try #require(load([("gas/gas-lel.yml", rule)]).findings.first { $0.code == "level_gap" })
        #expect(finding.message.contains("between 100 and 150"))
    }
}
