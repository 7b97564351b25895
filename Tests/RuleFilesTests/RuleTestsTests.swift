import Engine
import Events
import Foundation
import RuleFiles
import Testing

struct RuleTestsTests {
    private func run(_ cases: String, rule: String = plainRule) -> RuleTestReport {
        let test = """
            rule: gas-lel
            start: "2026-07-01T08:00:00+08:00"
            subject: RQ-0457
            cases:
            \(cases)
            """
        let files = [("gas/gas-lel.yml", rule), ("gas/gas-lel.test.yml", test)]
        return RuleTests.run(
            files: files.map { .init(path: $0.0, bytes: Array($0.1.utf8)) }, metrics: catalogue())
    }

    @Test func `levels climb at once and are left one by one`() {
        let report = run(
            """
              - name: 泄漏升到红色后消散
                readings: [0s 8, 1m 21, 90s 31.5, 2m 55, 3m 18, 4m 18, 5m 18, 6m 6, 7m 6, 8m 6]
                expect:
                  - 1m raised yellow
                  - 90s escalated orange threshold 25
                  - 2m escalated red
                  - 5m deescalated yellow
                  - 8m resolved reason cleared
              - name: 低于蓝色不报警
                readings: [0s..30m/30s 9.9]
                expect: []
              - name: 重启和重复不产生第二条
                readings: [0s 21, 0s 21 duplicate, 40s 21]
                steps: [30s restart]
                expect: [0s raised yellow key RQ-0457]
            """)
        #expect(report.passed, "\(report.table)")
        #expect(report.cases.map(\.name) == ["泄漏升到红色后消散", "低于蓝色不报警", "重启和重复不产生第二条"])
    }

    @Test func `a duplicate repeats a reading that stands before it`() {
        for (readings, isKnown) in [
            ("0s 8, 0s 8 duplicate", true), ("0s 8, 0s 9 duplicate", false), ("0s 8, 1m 55 duplicate", false),
            ("0s 8 duplicate, 0s 8", false), ("0s 8, 0s 8 duplicate late 10m", true),
        ] {
            let report = run("  - {name: x, readings: [\(readings)], expect: []}")
            #expect(report.findings.map(\.code) == (isKnown ? [] : ["bad_reading"]), "\(readings)")
        }
    }

    @Test func `S29 readings of several keys exactly at the time-out end nobody's silence too late`() {
        let absence = """
            id: gas-lel
            title: {zh: 失联, en: silent}
            domain: gas
            owner: {lead: 测试}
            input: {type: reading, metric: gas.lel, unit: "%LEL"}
            absence: {}
            levels:
              blue: {at: 300s, cite: project default}
            """
        let report = run(
            """
              - name: 同时到
                readings: [0s 1 subject=A, 0s 1 subject=B, 0s 1 subject=C, 5m 1 subject=A, 5m 1 subject=B, 5m 1 subject=C]
                until: 6m
                expect: []
              - name: 晚一秒
                readings: [0s 1 subject=A, 0s 1 subject=B, 5m 1 subject=A, 301s 1 subject=B]
                expect: [5m raised blue key B, 301s resolved key B]
            """, rule: absence)
        #expect(report.passed, "\(report.table)")
        #expect(report.cases.count == 2)
    }

    @Test func `expectations beyond what is aligned are still compared, one by one`() {
        let rule = """
            id: quick
            title: {zh: 快, en: quick}
            domain: gas
            owner: {lead: 测试}
            input: {type: reading, metric: gas.lel, unit: "%LEL"}
            value: value
            levels: {red: {at: 50, cite: x}}
            """
        func rows(_ wrong: String) -> [TransitionRow] {
            let readings = (0..<2001).map { "\($0)s \($0.isMultiple(of: 2) ? 55 : 0)" }.joined(separator: ", ")
            let expected = (0..<2001).map { second in
                second == 1000 ? wrong : "\(second)s " + (second.isMultiple(of: 2) ? "raised red" : "resolved")
            }.joined(separator: ", ")
            let test = """
                rule: quick
                start: "2026-07-01T08:00:00+08:00"
                cases:
                  - {name: x, readings: [\(readings)], expect: [\(expected)]}
                """
            let report = RuleTests.run(
                files: [
                    .init(path: "gas/quick.yml", bytes: Array(rule.utf8)),
                    .init(path: "gas/quick.test.yml", bytes: Array(test.utf8)),
                ], metrics: catalogue())
            #expect(!report.hasErrors, "\(report.table)")
            return report.cases.flatMap(\.rows)
        }
        #expect(rows("1000s raised red").count { !$0.matches } == 0)
        #expect(rows("1000s raised blue").count { !$0.matches } == 1)
    }

    @Test func `a hold runs to its end without another reading`() {
        let report = run(
            """
              - name: blue after ten minutes
                readings: [0s..10m/1m 12]
                expect: [10m raised blue]
              - name: one second short
                readings: [0s..9m/1m 12, 599s 5]
                expect: []
              - name: the hold goes on over a restart
                readings: [0s..10m/1m 12]
                steps: [330s restart 20s]
                expect: [10m raised blue]
              - name: silence longer than max_gap starts the hold anew
                readings: [0s..20m/1m 12]
                steps: [2m gap 6m]
                expect: [18m raised blue]
            """)
        #expect(report.passed, "\(report.table)")
    }

    @Test func `silence, removal and limits of the registry are seen`() {
        let rule = plainRule.replacingOccurrence(
            of: "max_gap: 5m", with: "max_gap: 5m\nno_data: {after: 15m, do: alarm}")
        let report = run(
            """
              - name: no data
                readings: [0s 1]
                until: 20m
                expect: [15m raised blue about no_data]
              - name: removal resolves
                readings: [0s 21, 20s 21]
                steps: [10s reload, 20500ms remove]
                expect: [0s raised yellow, 20s resolved reason rule_removed]
            """, rule: rule)
        #expect(report.passed, "\(report.table)")
    }

    @Test func `a subject that must report is missed though it was never seen`() {
        let rule = plainRule.replacingOccurrence(
            of: "max_gap: 5m", with: "max_gap: 5m\nno_data: {after: 5m, do: alarm, expect: [RQ-1, RQ-2]}")
        let report = run(
            """
              - name: one of two
                readings: [0s 1 subject=RQ-1, 4m 1 subject=RQ-1]
                until: 8m
                expect: [5m raised blue about no_data key RQ-2]
            """, rule: rule)
        #expect(report.passed, "\(report.table)")
    }

    @Test func `an unmentioned alarm fails and stands beside what was expected`() {
        let report = run(
            """
              - name: wrong
                readings: [0s 21, 1m 30]
                expect: [0s raised orange, 2m resolved]
            """)
        #expect(!report.passed)
        #expect(
            report.table == """
                FAIL  gas-lel  wrong  (gas/gas-lel.test.yml:5)
                        expected         | got
                      ! 0s raised orange | 0s raised yellow threshold 20 value 21 key RQ-0457
                      ! 2m resolved      | 1m escalated orange threshold 25 value 30 key RQ-0457
                1 cases, 1 failed

                """)
        #expect(report.junit.contains("<testsuite name=\"gas/gas-lel.test.yml\" tests=\"1\" failures=\"1\">"))
        #expect(XMLWellFormedness.holds(for: report.junit))
        #expect(report.json.contains("\"passed\" : false"))
    }

    @Test(arguments: [
        "1s raised yellow", "0s raised orange", "0s escalated yellow", "0s raised yellow threshold 21",
        "0s raised yellow value 20", "0s raised yellow key B", "0s raised yellow about no_data",
        "0s raised yellow reason cleared",
    ])
    func `an expectation that differs in one word does not match`(expectation: String) {
        let report = run("  - {name: a, readings: [0s 21], expect: [\(expectation)]}")
        #expect(report.failures == 1)
        #expect(report.cases.first?.rows.map(\.matches) == [false])
    }

    @Test func `several subjects keep apart and their fields are sent`() {
        let report = run(
            """
              - name: two wells
                readings: [0s 21 subject=A, 1s 22 subject=B area=320213021000 quality=good, 1m 26 subject=B note=x n=3]
                expect: [0s raised yellow key A, 1s raised yellow key B, 1m escalated orange key B]
            """,
            rule: plainRule.replacingOccurrence(
                of: "unit: \"%LEL\"", with: "unit: \"%LEL\", fields: {note: string, n: int}"))
        #expect(report.passed, "\(report.table)")
    }

    /// `step` is declared by a step of the rule, `theirs` by its inhibitor, `far` by that one's, `stranger` by none of them.
    @Test(arguments: [("step", true), ("theirs", true), ("far", true), ("stranger", false)])
    func `a reading has the fields that the rule and those it works with declare`(field: String, isKnown: Bool) {
        func rule(_ id: String, _ field: String, _ inhibitor: String?) -> String {
            """
            id: \(id)
            title: {zh: 序, en: sequence}
            domain: gas
            sequence: {within: 5m, steps: [{type: report, category: x, fields: {\(field): int}}, {type: report, category: y}]}
            levels: {red: {at: 2}}
            \(inhibitor.map { "inhibited_by: [\($0)]" } ?? "")
            """
        }
        let files = [
            ("gas/a.yml", rule("a", "step", "b")), ("gas/b.yml", rule("b", "theirs", "c")),
            ("gas/c.yml", rule("c", "far", nil)), ("gas/d.yml", rule("d", "stranger", nil)),
            ("gas/a.test.yml", "rule: a\ncases: [{name: a, readings: [0s 1 \(field)=3], expect: []}]"),
        ]
        let report = RuleTests.run(
            files: files.map { .init(path: $0.0, bytes: Array($0.1.utf8)) }, metrics: catalogue())
        #expect(report.findings.map(\.code) == (isKnown ? [] : ["bad_reading"]), "\(report.table)")
    }

    @Test func `an unknown rule is an error with the nearest name, and no case of it runs`() {
        let files = [
            ("gas/gas-lel.yml", plainRule),
            ("gas/x.test.yml", "rule: gas-lle\ncases: [{name: a, readings: [0s 1], expect: []}]"),
        ]
        let report = RuleTests.run(
            files: files.map { .init(path: $0.0, bytes: Array($0.1.utf8)) }, metrics: catalogue())
        #expect(report.findings.map(\.code) == ["unknown_rule"])
        #expect(report.findings.first?.suggestion == "did you mean 'gas-lel'?")
        #expect(!report.passed)
        #expect(report.cases.isEmpty)
    }
}

/// The gas rule without its expression.
let plainRule = gasRule.replacingOccurrence(
    of: "where: quality == \"good\"    # an absent quality counts as good\n", with: ""
)
.replacingOccurrence(of: "no_data: {after: 15m, do: alarm, level: yellow}\n", with: "")

/// Whether every start tag has its end tag.
enum XMLWellFormedness {
    static func holds(for text: String) -> Bool {
        var open: [Substring] = []
        for piece in text.split(separator: "<").dropFirst() where !piece.hasPrefix("?") {
            guard let end = piece.firstIndex(of: ">") else { return false }
            let tag = piece[..<end]
            if tag.hasSuffix("/") { continue }
            let name = tag.prefix { $0 != " " }
            if name.hasPrefix("/") {
                guard open.popLast() == name.dropFirst() else { return false }
            } else {
                open.append(name)
            }
        }
        return open.isEmpty
    }
}
