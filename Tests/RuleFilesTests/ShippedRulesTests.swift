import Foundation
import RuleFiles
import StrictYAML
import Testing

/// The rules, catalogue and registry of this repository.
struct ShippedRulesTests {
    private static let root = BadRulesTests.root

    private static func metrics() throws -> MetricCatalogue {
        let findings = Findings()
        let bytes = Array(try Data(contentsOf: root.appendingPathComponent("catalogue/metrics.yml")))
        let read = MetricCatalogue.read(path: "catalogue/metrics.yml", bytes: bytes, findings: findings)
        return try #require(read, "\(findings.list.map(\.rendered).joined())")
    }

    @Test(arguments: ["rules", "fixtures/real/rules"])
    func `shipped rules have nothing to find`(directory: String) throws {
        let path = Self.root.appendingPathComponent(directory).path
        let loading = RuleDirectory.lint(path, metrics: try Self.metrics())
        #expect(loading.findings.map(\.rendered).joined(separator: "\n") == "")
        #expect(loading.ruleSet != nil)
    }

    @Test(arguments: ["rules", "fixtures/real/rules"])
    func `shipped rules pass their tests`(directory: String) throws {
        let path = Self.root.appendingPathComponent(directory).path
        let report = RuleTests.run(path, metrics: try Self.metrics())
        #expect(!report.cases.isEmpty)
        #expect(report.passed, "\(report.table)")
    }

    @Test func `the shipped registry loads`() {
        let loading = RegistryDirectory.load(Self.root.appendingPathComponent("registry").path)
        #expect(loading.findings.map(\.rendered).joined(separator: "\n") == "")
        #expect(loading.registry?.area("320213021000") != nil)
    }
}
