import Engine
import Events
import StrictYAML

/// Runs the tests that stand beside the rules of a directory: every case of every file, in stable order.
public enum RuleTests {
    /// A rule set with errors runs nothing: the report then has its findings.
    public static func run(_ directory: String, metrics: MetricCatalogue?) -> RuleTestReport {
        let findings = Findings()
        let files = DirectoryFiles.read(directory, suffixes: [".yml", ".yaml"], findings: findings)
        return run(files: files, metrics: metrics, findings: findings)
    }

    public static func run(
        files: [DirectoryFiles.File], metrics: MetricCatalogue?, findings: Findings = Findings()
    ) -> RuleTestReport {
        let loading = RuleDirectory.load(files: files, metrics: metrics, findings: findings)
        let tests = read(files: files, rules: loading.ruleSet.map { $0.rules.map(\.id) }, findings: findings)
        guard let ruleSet = loading.ruleSet else { return RuleTestReport(findings: findings.sorted, cases: []) }
        let cases = tests.flatMap { file in results(of: file, ruleSet, metrics) }
        return RuleTestReport(findings: findings.sorted, cases: cases)
    }

    /// Every readable test file, by path; a rule it names that does not exist is a finding.
    static func read(files: [DirectoryFiles.File], rules: [String]?, findings: Findings) -> [RuleTestFile] {
        files.filter { RuleDirectory.isTest($0.path) }.sorted { $0.path < $1.path }.compactMap { file in
            guard let root = YAMLDocument.read(path: file.path, bytes: file.bytes, findings: findings),
                let test = RuleTestReader(path: file.path).read(root)
            else { return nil }
            guard let rules, !rules.contains(test.rule) else { return test }
            root.pairs()?.first { $0.name == "rule" }?.value.report(
                .unknownRule, "there is no rule '\(test.rule)'",
                help: closest(to: test.rule, among: rules).map { "did you mean '\($0)'?" })
            return nil
        }
    }

    private static func results(
        of file: RuleTestFile, _ ruleSet: RuleSet, _ metrics: MetricCatalogue?
    ) -> [RuleTestReport.Case] {
        guard let rule = ruleSet.rules.first(where: { $0.id == file.rule }) else { return [] }
        let run = RuleTestRun(file: file, ruleSet: ruleSet, input: rule.input, metrics: metrics)
        return file.cases.map { test in
            RuleTestReport.Case(
                path: file.path, line: test.line, rule: file.rule, name: test.name,
                rows: compare(test.expected, run.decisions(of: test), start: file.start))
        }
    }
}
