import Foundation
import RuleFiles
import StrictYAML
import Testing

/// The registry and the runbooks that go with the shipped rules.
struct ShippedRegistryTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    @Test func `the registry loads, each subject in a known area`() throws {
        let loading = RegistryDirectory.load(Self.root.appending(path: "registry").path)
        let registry = try #require(loading.registry, "\(loading.findings.map(\.rendered).joined())")
        #expect(registry.subjects.count == 2121)
        #expect(registry.areas.count == 80)
        for subject in registry.subjects { #expect(registry.areas.contains { $0.code == subject.area }) }
        #expect(registry.subject("CG-0017")?.limits.map(\.name) == ["h", "hh", "l", "ll"])
        #expect(registry.subject("SW-0004")?.limits == [])
    }

    @Test func `each rule has its runbook`() throws {
        let loading = RuleDirectory.load(Self.root.appending(path: "rules").path, metrics: nil)
        let rules = try #require(loading.ruleSet, "\(loading.findings.map(\.rendered).joined())").rules
        for rule in rules {
            #expect(rule.runbook == "docs/runbooks/\(rule.id).md")
            #expect(FileManager.default.fileExists(atPath: Self.root.appending(path: rule.runbook).path))
        }
        #expect(Set(rules.map(\.domain)).count >= 8)
    }
}
