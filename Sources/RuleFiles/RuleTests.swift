import Engine
import Events
import StrictYAML

/// Runs the tests that stand beside the rules of a directory: every case of every file, in stable order.
public enum RuleTests {
    /// A rule set with errors runs nothing: the report then has its findings.
    public static func run(_ directory: String, metrics: MetricCatalogue?) -> RuleTestReport {
        let findings = Findings()
        let files = DirectoryFiles.read(directory, suffixes: [".yml", ".yaml"], findings: findings)
        return run(files: files, metrics: metrics, findings: findings).under(directory)
    }

    public static func run(
        files: [DirectoryFiles.File], metrics: MetricCatalogue?, findings: Findings = Findings()
    ) -> RuleTestReport {
        let loading = RuleDirectory.load(files: files, metrics: metrics, findings: findings)
        var tests = read(files: files, rules: loading.ruleSet.map { $0.rules.map(\.id) }, findings: findings)
        guard let ruleSet = loading.ruleSet else { return RuleTestReport(findings: findings.sorted, cases: []) }
        for index in tests.indices { change(&tests[index], files, metrics, findings) }
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
                help: closest(to: test.rule, among: rules).map { "did you mean '\($0)'?" }
                    ?? "write the id of a rule in this directory")
            return nil
        }
    }

    /// Makes the rules that reloads of the file's cases activate; one that does not load is a finding, and stays.
    static func change(
        _ test: inout RuleTestFile, _ files: [DirectoryFiles.File], _ metrics: MetricCatalogue?, _ findings: Findings
    ) {
        guard let file = files.first(where: { RuleDirectory.isFile($0.path, of: test.rule) }) else { return }
        var source: ChangedRule?
        for (index, step) in test.cases.enumerated().flatMap({ number, test in
            test.steps.indices.map { ((number, $0), test.steps[$0]) }
        }) {
            guard case .reload(let at, var changes) = step, !changes.list.isEmpty else { continue }
            source = source ?? ChangedRule(file, metrics: metrics)
            switch source?.rule(changes.list) {
            case .success(let rule): changes.rule = rule
            case .failure(let refusal):
                let mark = changes.mark
                findings.add(
                    Finding(
                        path: test.path, line: mark.line, column: mark.column, width: mark.width,
                        code: RuleCode.badStep.rawValue,
                        message: "with these changes the rule does not load: \(refusal.text)",
                        suggestion: "change fields of \(file.path) as you would in the file"))
            case nil: break
            }
            test.cases[index.0].steps[index.1] = .reload(at: at, changes)
        }
    }

    /// What a line without a metric or category is: the rule's own input, of an index that of its first rule.
    private static func input(of rule: Rule, _ ruleSet: RuleSet) -> Rule.Input {
        guard case .index(let index) = rule.kind,
            let part = ruleSet.rules.first(where: { $0.id == index.rules.first })
        else { return rule.input }
        return input(of: part, ruleSet)
    }

    private static func results(
        of file: RuleTestFile, _ ruleSet: RuleSet, _ metrics: MetricCatalogue?
    ) -> [RuleTestReport.Case] {
        guard let rule = ruleSet.rules.first(where: { $0.id == file.rule }) else { return [] }
        let run = RuleTestRun(file: file, ruleSet: ruleSet, input: input(of: rule, ruleSet), metrics: metrics)
        return file.cases.map { test in
            RuleTestReport.Case(
                path: file.path, line: test.line, rule: file.rule, name: test.name,
                rows: compare(test.expected, run.decisions(of: test), start: file.start))
        }
    }
}
