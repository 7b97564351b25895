import Engine
import Events
import Foundation
import StrictYAML

/// What a directory of rules holds, one row a rule, by domain and id: for people as Markdown, for machines as rows.
public struct RuleIndex: Equatable, Sendable {
    public struct Row: Codable, Equatable, Sendable {
        public var id: String
        public var file: String
        public var titleZh: String
        public var titleEn: String
        public var domain: String
        public var status: String
        /// `reading gas.lel %LEL`
        public var reads: String
        /// `yellow >= 20`, ascending by level.
        public var levels: [String]
        /// Of the rule and its levels, each once.
        public var cites: [String]
        public var lead: String
        public var support: [String]
        public var runbook: String
        public var issue: String
        /// Test cases beside it, and how many of them stay quiet.
        public var tests: Int
        public var quietTests: Int
    }

    public let rows: [Row]

    /// nil where a rule has an error; the findings say which.
    public static func read(_ directory: String, metrics: MetricCatalogue?) -> (index: RuleIndex?, findings: [Finding])
    {
        let findings = Findings()
        let files = DirectoryFiles.read(directory, suffixes: [".yml", ".yaml"], findings: findings)
        let (index, found) = read(files: files, metrics: metrics, findings: findings)
        return (index, found.map { $0.under(directory) })
    }

    public static func read(
        files: [DirectoryFiles.File], metrics: MetricCatalogue?, findings: Findings = Findings()
    ) -> (index: RuleIndex?, findings: [Finding]) {
        let loading = RuleDirectory.load(files: files, metrics: metrics, findings: findings)
        guard let ruleSet = loading.ruleSet else { return (nil, loading.findings) }
        let tests = RuleTests.read(files: files, of: loading, metrics: metrics, findings: findings)
        guard !findings.hasErrors else { return (nil, findings.sorted) }
        let paths = Dictionary(
            ruleSet.files.map { (RuleDirectory.id(of: $0.path), $0.path) }, uniquingKeysWith: { first, _ in first })
        let cases = Dictionary(grouping: tests, by: \.rule).mapValues { $0.flatMap(\.cases) }
        let rows = ruleSet.rules.map { row($0, paths[$0.id] ?? "", cases[$0.id] ?? []) }
        let sorted = rows.sorted { ($0.domain, $0.id) < ($1.domain, $1.id) }
        return (RuleIndex(rows: sorted), findings.sorted)
    }

    private static func row(_ rule: Rule, _ file: String, _ cases: [RuleTestFile.Case]) -> Row {
        var cites: [String] = []
        for cite in rule.cites + rule.ladder.map(\.cite) where !cite.isEmpty && !cites.contains(cite) {
            cites.append(cite)
        }
        return Row(
            id: rule.id, file: file, titleZh: rule.title.zh, titleEn: rule.title.en, domain: rule.domain,
            status: "\(rule.status)",
            reads: reads(rule),
            levels: rule.ladder.map { rung in
                let name = rule.values.count > 1 ? rule.values[rung.of].name + " " : ""
                return
                    "\(rung.level.name) \(name)\(rung.compare.symbol) \(rung.at.text(isSpan: rule.kind.name == "absence"))"
            }, cites: cites, lead: rule.lead, support: rule.support, runbook: rule.runbook, issue: "\(rule.issue)",
            tests: cases.count, quietTests: cases.count(where: \.expected.isEmpty))
    }

    private static func reads(_ rule: Rule) -> String {
        func text(_ input: Rule.Input) -> String {
            [input.type, input.metric, input.unit].filter { !$0.isEmpty }.joined(separator: " ")
        }
        switch rule.kind {
        case .index(let index): return "index of " + index.parts.map(\.name).joined(separator: ", ")
        case .sequence(let pattern):
            let steps = pattern.steps.map { ($0.isNegated ? "not " : "") + text($0.input) }
            return steps.joined(separator: pattern.order == .steps ? " then " : " and ")
        case .value, .absence, .proximity: return text(rule.input)
        }
    }

    /// A table a domain; begins with the command that writes it.
    public var markdown: String {
        var out = """
            # Rules · 规则

            Written by `fenghuo rules index --format markdown`; `fenghuo rules index --check FILE` says whether it is up to date.
            由命令生成,请勿手工修改。

            """
        var domain = ""
        for row in rows {
            if row.domain != domain {
                domain = row.domain
                out += "\n## \(domain)\n\n"
                out +=
                    "| rule | status | reads | levels | lead, support | runbook | tests | cites |\n|---|---|---|---|---|---|---|---|\n"
            }
            let cells = [
                "`\(row.id)` \(row.titleZh) \(row.titleEn)", row.status, row.reads, row.levels.joined(separator: "; "),
                ([row.lead] + row.support).filter { !$0.isEmpty }.joined(separator: ", "), row.runbook,
                "\(row.tests) (\(row.quietTests) quiet)", row.cites.joined(separator: "; "),
            ]
            out += "| " + cells.map(Self.cell).joined(separator: " | ") + " |\n"
        }
        return out + "\n\(rows.count) rules\n"
    }

    /// A bar would end the cell, an angle bracket begin a tag.
    private static func cell(_ text: String) -> String {
        text.replacing("|", with: "\\|").replacing("<", with: "&lt;")
    }
}
