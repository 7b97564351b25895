import Foundation
import StrictYAML

/// What came of a run of rule tests; prints as a table, as JSON and as JUnit XML.
public struct RuleTestReport: Sendable {
    public struct Case: Equatable, Sendable, Codable {
        public var path: String
        public var line: Int
        public var rule: String
        public var name: String
        /// Every transition, expected or not, and the requests that were refused.
        public var rows: [TransitionRow]

        public var passed: Bool { rows.allSatisfy(\.matches) }
    }

    /// Of rules and tests; with an error among them the run has failed.
    public var findings: [Finding]
    /// By file, then in file order.
    public var cases: [Case]

    /// The same with files named as the user names them.
    func under(_ directory: String) -> RuleTestReport {
        var placed = RuleTestReport(findings: findings.map { $0.under(directory) }, cases: cases)
        for index in placed.cases.indices { placed.cases[index].path = joined(directory, cases[index].path) }
        return placed
    }

    public var failures: Int { cases.count { !$0.passed } }
    public var hasErrors: Bool { findings.contains { $0.severity == .error } }
    public var passed: Bool { failures == 0 && !hasErrors }

    /// One line a case, the rows of failed ones side by side, and a summary.
    public var table: String {
        var out = findings.map(\.rendered).joined()
        let width = cases.map { displayWidth(of: $0.rule) }.max() ?? 0
        for test in cases {
            let place = test.passed ? "" : "  (\(test.path):\(test.line))"
            out += "\(test.passed ? "pass" : "FAIL")  \(padded(test.rule, width))  \(test.name)\(place)\n"
            if !test.passed { out += sideBySide(test.rows) }
        }
        let isUnread = hasErrors && cases.isEmpty
        return out
            + (isUnread ? "no case was run: the errors come first\n" : "\(cases.count) cases, \(failures) failed\n")
    }

    private func sideBySide(_ rows: [TransitionRow]) -> String {
        let width = max(8, rows.map { displayWidth(of: $0.expected ?? "") }.max() ?? 0)
        var out = "        \(padded("expected", width)) | got\n"
        for row in rows {
            out += "      \(row.matches ? " " : "!") \(padded(row.expected ?? "", width)) | \(row.actual ?? "")\n"
        }
        return out
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - displayWidth(of: text)))
    }

    public var json: String {
        struct Output: Encodable {
            struct Outcome: Encodable {
                var passed: Bool
                var test: Case
            }
            var passed: Bool
            var findings: [FindingRow]
            var cases: [Outcome]
        }
        let output = Output(
            passed: passed, findings: findings.map(FindingRow.init),
            cases: cases.map { .init(passed: $0.passed, test: $0) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(output), as: UTF8.self) + "\n"
        } catch {
            preconditionFailure("texts and booleans always encode: \(error)")
        }
    }

    /// One suite a file; errors of files are test cases that failed, so that no tool overlooks them.
    public var junit: String {
        let errors = findings.filter { $0.severity == .error }
        var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        out += "<testsuites tests=\"\(cases.count + errors.count)\" failures=\"\(failures + errors.count)\">\n"
        for error in errors {
            out += "  <testsuite name=\"\(escaped(error.path))\" tests=\"1\" failures=\"1\">\n"
            out += "    <testcase classname=\"\(escaped(error.path))\" name=\"\(error.code)\">"
            out += "<failure message=\"\(escaped(error.message))\">\(escaped(error.rendered))</failure></testcase>\n"
            out += "  </testsuite>\n"
        }
        var rest = cases[...]
        while let path = rest.first?.path {
            let suite = rest.prefix { $0.path == path }
            rest = rest.dropFirst(suite.count)
            let failed = suite.count { !$0.passed }
            out += "  <testsuite name=\"\(escaped(path))\" tests=\"\(suite.count)\" failures=\"\(failed)\">\n"
            for test in suite { out += element(test) }
            out += "  </testsuite>\n"
        }
        return out + "</testsuites>\n"
    }

    private func element(_ test: Case) -> String {
        let start = "    <testcase classname=\"\(escaped(test.rule))\" name=\"\(escaped(test.name))\""
        guard !test.passed else { return start + "/>\n" }
        let message = "\(test.rows.count { !$0.matches }) transitions differ"
        return start
            + "><failure message=\"\(message)\">\(escaped("\n" + sideBySide(test.rows)))</failure></testcase>\n"
    }

    private func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { out, scalar in
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            // XML 1.0 has no way to write these.
            case "\u{0}"..."\u{8}", "\u{B}"..."\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}"..."\u{FFFF}": out += "\u{FFFD}"
            default: out.unicodeScalars.append(scalar)
            }
        }
    }
}
