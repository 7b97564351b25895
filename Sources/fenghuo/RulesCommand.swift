import ArgumentParser
import Engine
import Events
import Foundation
import RuleFiles
import StrictYAML

/// `fenghuo rules …`: what operators do to rule files before they go live.
struct RulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rules", abstract: "Check, test, try and activate rules; see why they decide so.",
        subcommands: [
            CheckCommand.self, TestCommand.self, BacktestCommand.self, ExplainCommand.self, RouteCommand.self,
            ListCommand.self, ShowCommand.self, IndexCommand.self, SchemaCommand.self, ActivateCommand.self,
            RollbackCommand.self, HistoryCommand.self,
        ])

    struct Options: ParsableArguments {
        @Argument(help: "The rules directory.") var directory = "rules"
        @Option(help: "The metric catalogue.") var metrics = "catalogue/metrics.yml"

        func catalogue() throws -> MetricCatalogue {
            let findings = Findings()
            guard let bytes = FileManager.default.contents(atPath: metrics) else {
                throw Exit.fail("\(metrics): cannot be read; name the catalogue with --metrics", Exit.ruleError)
            }
            guard let catalogue = MetricCatalogue.read(path: metrics, bytes: Array(bytes), findings: findings),
                !findings.hasErrors
            else { throw Exit.fail(findings.sorted.map(\.rendered).joined(separator: "\n"), Exit.ruleError) }
            return catalogue
        }

        func load() throws -> RuleSet {
            let loading = RuleDirectory.load(directory, metrics: try catalogue())
            guard let ruleSet = loading.ruleSet else {
                throw Exit.fail(loading.findings.map(\.rendered).joined(separator: "\n"), Exit.ruleError)
            }
            return ruleSet
        }
    }

    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "The rules of a directory.")
        @OptionGroup var options: Options
        @Option(help: "table or json.") var format = OutputFormat.table

        func run() throws {
            let rules = try options.load().rules
            switch format {
            case .json:
                try printJSON(
                    rules.map {
                        Row(
                            id: $0.id, domain: $0.domain, status: "\($0.status)", metric: $0.input.metric,
                            title: $0.title.zh)
                    })
            case .table:
                var table = Table("id", "domain", "status", "reads", "levels", "title")
                for rule in rules {
                    table.add(
                        rule.id, rule.domain, "\(rule.status)", "\(rule.input.type) \(rule.input.metric)",
                        rule.ladder.map(\.level.name).joined(separator: " "), rule.title.zh)
                }
                print(table.text)
            }
        }

        private struct Row: Encodable {
            var id: String
            var domain: String
            var status: String
            var metric: String
            var title: String
        }
    }

    struct ShowCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "One rule as the engine reads it, with its file.")
        @Argument(help: "The rule's id.") var id: String
        @Option(help: "The rules directory.") var rules = "rules"
        @Option(help: "The metric catalogue.") var metrics = "catalogue/metrics.yml"

        func run() throws {
            var options = Options()
            options.directory = rules
            options.metrics = metrics
            let ruleSet = try options.load()
            guard let rule = ruleSet.rules.first(where: { $0.id == id }) else {
                let near = closest(to: id, among: ruleSet.rules.map(\.id)).map { "; did you mean \($0)?" } ?? ""
                throw Exit.fail("no rule '\(id)' in \(rules)\(near)", Exit.ruleError)
            }
            print("\(rule.id)  \(rule.title.zh)  \(rule.title.en)")
            print("version \(rule.version)")
            for rung in rule.ladder {
                let isSpan = rule.kind.name == "absence"
                let clear = rung.clear.map { ", clear \(text($0, isSpan))" } ?? ""
                print(
                    "\(rung.level.name): \(rule.values[rung.of].name) \(rung.compare.symbol) \(text(rung.at, isSpan))\(clear), "
                        + "for \(rung.hold.formatted), clear for \(rung.clearHold.formatted)  \(rung.cite)")
            }
            if let file = ruleSet.files.first(where: { RuleDirectory.id(of: $0.path) == id }) {
                print("\n\(file.text)")
            }
        }

        private func text(_ threshold: Rule.Threshold, _ isSpan: Bool) -> String {
            guard case .dated(let dates) = threshold else { return threshold.text(isSpan: isSpan) }
            return dates.map { dated in
                let from = dated.from > .distantPast ? "from \(dated.from.formatted()) " : ""
                return from + dated.threshold.text(isSpan: isSpan)
            }.joined(separator: ", ")
        }
    }
}
