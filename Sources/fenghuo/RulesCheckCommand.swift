import ArgumentParser
import RuleFiles
import StrictYAML

extension RulesCommand {
    /// `fenghuo rules check`: every mistake of every file, with its place and what to write instead.
    struct CheckCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Every error of every file in one run.",
            discussion:
                "Exit code 2 where a file has an error, 1 with --strict where one has a warning. A finding begins "
                + "with the path as you named it, DIR/domain/x.yml:line:col; docs/rule-errors.md explains every code.")
        @OptionGroup var options: Options
        @Option(help: "The registry directory, checked as well; the default one may be missing.") var registry =
            RegistryDirectory.standard
        @Flag(help: "Warnings fail too: for continuous integration.") var strict = false
        @Option(help: "table or json.") var format = OutputFormat.table

        func run() throws {
            let registered = RegistryDirectory.loadIfPresent(registry)
            var loading = RuleDirectory.lint(
                options.directory, metrics: try options.catalogue(), registry: registered?.registry)
            loading.findings += registered?.findings ?? []
            if let registered, registered.registry == nil { loading.ruleSet = nil }
            let isClean = !loading.hasErrors && !(strict && !loading.findings.isEmpty)
            switch format {
            case .json:
                try printJSON(
                    Output(
                        passed: isClean, rules: loading.ruleSet?.rules.count, version: loading.ruleSet?.version,
                        findings: loading.findings.map(FindingRow.init)))
            case .table: show(loading)
            }
            if loading.hasErrors { throw Exit.ruleError }
            if !isClean { throw Exit.findings }
        }

        private func show(_ loading: RuleDirectory.Loading) {
            for finding in loading.findings { print(finding.rendered) }
            if loading.findings.count == Findings.maximum {
                print("only the first \(Findings.maximum) findings are shown\n")
            }
            if let ruleSet = loading.ruleSet {
                print("\(ruleSet.rules.count) rules, \(loading.findings.count) warnings, \(ruleSet.version)")
            } else {
                let errors = loading.findings.count { $0.severity == .error }
                print("\(errors) errors, \(loading.findings.count - errors) warnings")
            }
        }

        private struct Output: Encodable {
            var passed: Bool
            /// nil where a file has an error.
            var rules: Int?
            var version: String?
            var findings: [FindingRow]
        }
    }
}
