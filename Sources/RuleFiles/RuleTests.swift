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
        let tests = read(files: files, of: loading, metrics: metrics, findings: findings)
        guard let ruleSet = loading.ruleSet else { return RuleTestReport(findings: findings.sorted, cases: []) }
        let cases = tests.flatMap { file in results(of: file, ruleSet, metrics) }
        return RuleTestReport(findings: findings.sorted, cases: cases)
    }

    /// Every readable test file, by path; a rule it names that does not exist is a finding. Where the rules have errors
    /// themselves, what tests say of them is not judged.
    static func read(
        files: [DirectoryFiles.File], of loading: RuleDirectory.Loading, metrics: MetricCatalogue?, findings: Findings
    ) -> [RuleTestFile] {
        let rules = loading.ruleSet.map { Dictionary(uniqueKeysWithValues: $0.rules.map { ($0.id, $0) }) }
        let ruleFiles = Dictionary(
            files.map { (RuleDirectory.id(of: $0.path), $0) }, uniquingKeysWith: { first, _ in first })
        return files.filter { RuleDirectory.isTest($0.path) }.sorted { $0.path < $1.path }.compactMap { file in
            guard let root = YAMLDocument.read(path: file.path, bytes: file.bytes, findings: findings) else {
                return nil
            }
            let reader = RuleTestReader(path: file.path, metrics: metrics) { rule in
                rules.map { rules in Self.related(to: rule, rules).flatMap { loading.declaredFields[$0] ?? [] } }
            }
            guard var test = reader.read(root) else { return nil }
            guard let rules, rules[test.rule] == nil else {
                if let ruleFile = ruleFiles[test.rule] { change(&test, root.source, ruleFile, metrics) }
                return test
            }
            root.pairs()?.first { $0.name == "rule" }?.value.report(
                .unknownRule, "there is no rule '\(test.rule)'",
                help: closest(to: test.rule, among: rules.keys.sorted()).map { "did you mean '\($0)'?" }
                    ?? "write the id of a rule in this directory")
            return nil
        }
    }

    /// The rule, those that inhibit it and those of an index, and theirs: what a test of it may want to feed.
    private static func related(to rule: String, _ rules: [String: Rule]) -> [String] {
        var found = [rule]
        var next = 0
        while next < found.count {
            if let rule = rules[found[next]] {
                var others = rule.inhibitedBy.map(\.rule)
                if case .index(let index) = rule.kind { others += index.rules }
                for other in others where !found.contains(other) { found.append(other) }
            }
            next += 1
        }
        return found
    }

    /// Makes the rules that reloads of the file's cases activate; one that does not load is a finding, and stays.
    private static func change(
        _ test: inout RuleTestFile, _ source: YAMLSource, _ file: DirectoryFiles.File, _ metrics: MetricCatalogue?
    ) {
        var rule: ChangedRule?
        for (index, step) in test.cases.enumerated().flatMap({ number, test in
            test.steps.indices.map { ((number, $0), test.steps[$0]) }
        }) {
            guard case .reload(let at, var changes) = step, !changes.list.isEmpty else { continue }
            rule = rule ?? ChangedRule(file, metrics: metrics)
            switch rule?.rule(changes.list) {
            case .success(let rule): changes.rule = rule
            case .failure(let refusal):
                source.report(
                    .badStep, at: changes.mark, "with these changes the rule does not load: \(refusal.text)",
                    help: "change fields of \(file.path) as you would in the file")
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
            let outcome = run.outcome(of: test)
            return RuleTestReport.Case(
                path: file.path, line: test.line, rule: file.rule, name: test.name,
                rows: compare(test.expected, outcome.decisions, start: file.start) + outcome.refused)
        }
    }
}
