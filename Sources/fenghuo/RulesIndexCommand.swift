import ArgumentParser
import Foundation
import RuleFiles

extension RulesCommand {
    /// `fenghuo rules index`: what a rules directory holds, and whether the page that says so is up to date.
    struct IndexCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "index",
            abstract: "All rules of a directory with status, levels, owner, runbook, tests, citations.",
            discussion:
                "fenghuo rules index --format markdown > rules/README.md writes the page, --check rules/README.md "
                + "compares it: exit code 1 where it is out of date, 2 where a rule has an error.")
        @OptionGroup var options: Options
        @Option(help: "table, json or markdown.") var format = IndexFormat.table
        @Option(help: "A page written before: only say whether it is up to date.") var check: String?

        enum IndexFormat: String, ExpressibleByArgument, CaseIterable {
            case table
            case json
            case markdown
        }

        func run() throws {
            let read = RuleIndex.read(options.directory, metrics: try options.catalogue())
            guard let index = read.index else {
                throw Exit.fail(read.findings.map(\.rendered).joined(separator: "\n"), Exit.ruleError)
            }
            if let check { return try compare(index, check) }
            switch format {
            case .json: try printJSON(index.rows)
            case .markdown: print(index.markdown, terminator: "")
            case .table:
                var table = Table("id", "domain", "status", "reads", "levels", "lead", "tests", "runbook", "title")
                for row in index.rows {
                    table.add(
                        row.id, row.domain, row.status, row.reads, row.levels.joined(separator: "; "),
                        row.lead.isEmpty ? "-" : row.lead, "\(row.tests)", row.runbook.isEmpty ? "-" : row.runbook,
                        "\(row.titleZh) \(row.titleEn)")
                }
                print(table.text)
            }
        }

        private func compare(_ index: RuleIndex, _ path: String) throws {
            let write = "write it with: fenghuo rules index \(options.directory) --format markdown > \(path)"
            guard let written = FileManager.default.contents(atPath: path) else {
                throw Exit.fail("\(path): cannot be read; \(write)", Exit.findings)
            }
            let (old, new) = (Self.lines(String(decoding: written, as: UTF8.self)), Self.lines(index.markdown))
            guard old != new else { return print("\(path) is up to date, \(index.rows.count) rules") }
            let line = zip(old, new).prefix { $0 == $1 }.count + 1
            throw Exit.fail("\(path):\(line): out of date; \(write)", Exit.findings)
        }

        private static func lines(_ text: String) -> [Substring] {
            text.split(separator: "\n", omittingEmptySubsequences: false)
        }
    }
}
