import ArgumentParser
import Foundation
import Platform
import RuleFiles
import StrictYAML

extension RulesCommand {
    /// `fenghuo rules activate DIR`: a directory's files become the running set, on the record of a person.
    struct ActivateCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "activate", abstract: "Make a directory's rules the running set of a platform.",
            discussion: """
                The files are sent, checked with the platform's own catalogue, journaled and applied as one unit; then \
                the command returns. Exit code 2 where they are not valid: the set before stays; 4 where no platform \
                answers.
                """)
        @Argument(help: "The rules directory.") var directory: String
        @OptionGroup var person: PersonOptions
        @OptionGroup var place: ControlOptions

        func run() throws {
            let findings = Findings()
            let files = DirectoryFiles.read(directory, suffixes: [".yml", ".yaml"], findings: findings)
            guard !findings.hasErrors else {
                throw Exit.fail(findings.sorted.map(\.rendered).joined(separator: "\n"), Exit.ruleError)
            }
            var request = ControlRequest(op: "activate")
            (request.by, request.why) = (person.by, person.why)
            request.files = try files.map { file in
                guard let text = String(validating: file.bytes, as: UTF8.self) else {
                    throw Exit.fail("\(directory)/\(file.path) is not UTF-8", Exit.ruleError)
                }
                return ControlRequest.File(path: file.path, text: text)
            }
            try place.change(request) { answer in
                answer.changed == 0
                    ? "nothing has changed and nothing was recorded: \(answer.ruleSet) runs already, since position "
                        + "\(answer.position)"
                    : "running \(answer.ruleSet), before \(answer.previous)\nundo with fenghuo rules rollback --by … --why …: rules come back, "
                        + "alarms that have ended do not"
            }
        }
    }

    /// `fenghuo rules rollback`: the set before becomes the running one again.
    struct RollbackCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rollback", abstract: "Make an earlier rule set of the journal the running one again.")
        @Option(help: "The beginning of its version; without it, the set before the running one.") var to: String?
        @OptionGroup var person: PersonOptions
        @OptionGroup var place: ControlOptions

        func run() throws {
            var request = ControlRequest(op: "rollback")
            (request.by, request.why, request.to) = (person.by, person.why, to)
            try place.change(request) { "running \($0.ruleSet), before \($0.previous)" }
        }
    }

    /// `fenghuo rules history`: which sets ran since when, and who activated them.
    struct HistoryCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "history", abstract: "The rule sets of a journal: since when, by whom, why.",
            discussion: "Newest first. Works beside a running platform.")
        @Option(help: "The platform's data directory.") var data = "data"
        @Option(help: "At most so many.") var limit = 20
        @Option(help: "table or json.") var format = OutputFormat.table

        private struct Row: Encodable {
            var position: Int64
            var received: String
            var version: String
            var rules: Int
            var by: String
            var why: String
        }

        func run() throws {
            try Exit.require(data + "/journal", "journal")
            let rows = try RuleSetRecord.newest(of: data, limit: max(1, limit)).map { record in
                Row(
                    position: record.position,
                    // Where events are the clock there is no time before the first.
                    received: record.received.microseconds > 0 ? record.received.formatted() : "before the first event",
                    version: record.ruleSet.version, rules: record.ruleSet.rules.count,
                    by: record.ruleSet.activation?.by ?? "(files)", why: record.ruleSet.activation?.why ?? "")
            }
            switch format {
            case .json: try printJSON(rows)
            case .table:
                var table = Table("position", "since", "version", "rules", "by", "why")
                for row in rows {
                    table.add("\(row.position)", row.received, row.version, "\(row.rules)", row.by, row.why)
                }
                print(table.text)
            }
        }
    }
}
