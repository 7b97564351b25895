import Foundation
import RuleFiles
import StrictYAML
import Testing

/// fixtures/bad-rules: for each flaw a file (or a directory of files) and, beside it, exactly what the tool says.
///
/// A name's first word chooses the reader: `metrics-`, `registry-`, else rules. After an intended change of words,
/// run once with FENGHUO_RECORD=1 and read the difference.
struct BadRulesTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let folder = root.appendingPathComponent("fixtures/bad-rules")

    /// Codes that no small file can show; DirectoryFilesTests and StrictYAMLTests do.
    static let withoutFile: Set<String> = ["file_unreadable", "file_too_large", "too_many_nodes", "too_many_files"]

    static var names: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return all.filter { !$0.hasSuffix(".expected") }.sorted()
    }

    static func files(of name: String) throws -> [DirectoryFiles.File] {
        let findings = Findings()
        let place = folder.appendingPathComponent(name)
        var isDirectory: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: place.path, isDirectory: &isDirectory)
        if isDirectory.boolValue {
            return DirectoryFiles.read(place.path, suffixes: [".yml", ".csv"], findings: findings)
        }
        return [.init(path: name, bytes: Array(try Data(contentsOf: place)))]
    }

    static func findings(of name: String) throws -> [Finding] {
        let files = try files(of: name)
        let metrics = catalogue()
        if name.hasPrefix("metrics-") {
            let findings = Findings()
            _ = MetricCatalogue.read(path: files[0].path, bytes: files[0].bytes, findings: findings)
            return findings.sorted
        }
        if name.hasPrefix("registry-") { return RegistryDirectory.load(files: files).findings }
        let isDirectory = !name.hasSuffix(".yml")
        return isDirectory
            ? RuleDirectory.lint(files: files, metrics: metrics).findings
            : RuleDirectory.load(files: files, metrics: metrics).findings
    }

    @Test(arguments: names) func `a bad file is answered with exactly these words`(name: String) throws {
        let rendered = try Self.findings(of: name).map(\.rendered).joined(separator: "\n")
        let stem =
            name.hasSuffix(".yml") ? String(name.dropLast(4)) : name.hasSuffix(".csv") ? String(name.dropLast(4)) : name
        let place = Self.folder.appendingPathComponent(stem + ".expected")
        if ProcessInfo.processInfo.environment["FENGHUO_RECORD"] == "1" {
            try Data(rendered.utf8).write(to: place)
        }
        let expected = String(decoding: try Data(contentsOf: place), as: UTF8.self)
        #expect(rendered == expected)
        #expect(!rendered.isEmpty)
    }

    @Test func `every code has a file that shows it`() throws {
        let shown = Set(try Self.names.flatMap { try Self.findings(of: $0) }.map(\.code))
        let all = Set(RuleCode.allCases.map(\.rawValue) + YAMLCode.allCases.map(\.rawValue))
        #expect(all.subtracting(shown) == Self.withoutFile)
    }

    @Test func `every code is documented, and nothing else`() throws {
        let page = try String(contentsOf: Self.root.appendingPathComponent("docs/rule-errors.md"), encoding: .utf8)
        let documented = page.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        let all = RuleCode.allCases.map(\.rawValue) + YAMLCode.allCases.map(\.rawValue)
        #expect(documented.sorted() == all.sorted())
    }
}

extension BadRulesTests {
    @Test(arguments: names) func `every finding says what to write instead`(name: String) throws {
        let silent = try Self.findings(of: name).filter { $0.suggestion == nil }
        #expect(silent.map(\.rendered) == [])
    }
}
