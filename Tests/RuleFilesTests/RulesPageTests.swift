import Engine
import Foundation
import StrictYAML
import Testing

@testable import RuleFiles

/// docs/rules.md and README.md: every rule and test that they show is one that loads and passes.
struct RulesPageTests {
    private static let root = BadRulesTests.root

    private static func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: root.appendingPathComponent(path)), as: UTF8.self)
    }

    private static func blocks(of page: String) throws -> [String] {
        try text(page).components(separatedBy: "```yaml\n").dropFirst().map { $0.components(separatedBy: "\n```")[0] }
    }

    /// The fenced YAML blocks that begin with a comment `# rules/<domain>/<file>.yml`, as files of a rules directory;
    /// a shipped rule comes with its shipped tests.
    private static func files(of page: String) throws -> [DirectoryFiles.File] {
        var files: [DirectoryFiles.File] = []
        for text in try blocks(of: page) {
            let first = text.prefix { $0 != "\n" }
            guard first.hasPrefix("# rules/"), first.hasSuffix(".yml") else { continue }
            files.append(.init(path: String(first.dropFirst("# rules/".count)), bytes: Array(text.utf8)))
        }
        let shipped = files.map { $0.path.replacingOccurrences(of: ".yml", with: ".test.yml") }.filter { path in
            isShipped(path) && !files.contains { $0.path == path }
        }
        return files + (try shipped.map { .init(path: $0, bytes: Array(try text("rules/" + $0).utf8)) })
    }

    private static func isShipped(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appendingPathComponent("rules/" + path).path)
    }

    private static func metrics() throws -> MetricCatalogue {
        let findings = Findings()
        let bytes = Array(try text("catalogue/metrics.yml").utf8)
        return try #require(MetricCatalogue.read(path: "metrics.yml", bytes: bytes, findings: findings))
    }

    @Test(arguments: [("docs/rules.md", 25), ("README.md", 1)])
    func `every rule that a page shows loads, has nothing to find and passes its tests`(page: String, least: Int) throws
    {
        let files = try Self.files(of: page)
        #expect(files.count { !$0.path.hasSuffix(".test.yml") } >= least)
        #expect(Set(files.map(\.path)).count == files.count, "a file is shown twice")
        let metrics = try Self.metrics()
        let findings = RuleDirectory.lint(files: files, metrics: metrics).findings
        #expect(findings.map(\.rendered).joined(separator: "\n") == "")
        let report = RuleTests.run(files: files, metrics: metrics)
        #expect(report.passed, "\(report.table)")
        #expect(report.cases.count >= 2 * least)
    }

    @Test func `every YAML block of the reference names its file, so that none is passed over`() throws {
        #expect(try Self.blocks(of: "docs/rules.md").filter { !$0.hasPrefix("# rules/") } == [])
    }

    @Test func `a shipped rule that the page shows is the shipped one`() throws {
        let shown = try Self.files(of: "docs/rules.md").filter {
            Self.isShipped($0.path) && !$0.path.contains(".test.")
        }
        #expect(shown.count == 11)
        for file in shown {
            let lines = String(decoding: file.bytes, as: UTF8.self).split(separator: "\n").dropFirst()
            #expect(Array(lines) == (try Self.text("rules/" + file.path)).split(separator: "\n"), "\(file.path)")
        }
    }

    @Test func `the reference has a row for every key that a rule file may have`() throws {
        let page = try Self.text("docs/rules.md")
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
        let named = rows.map { $0.split(separator: "|")[0] }
        for key in RuleReader.keys { #expect(named.contains { $0.contains("`\(key)`") }, "\(key)") }
        for name in MessageTemplate.placeholders { #expect(page.contains("`{\(name)}`"), "\(name)") }
        #expect(page.contains(", now \(Engine.version)."))
        #expect(try Self.text("docs/rules.zh.md").contains("，现为 \(Engine.version)。"))
    }
}
