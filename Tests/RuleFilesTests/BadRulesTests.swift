import Foundation
import RuleFiles
import StrictYAML
import Testing

/// fixtures/bad-rules: for each flaw a file (or a directory of files) and, beside it, exactly what the tool says. What
/// would be too large to keep is made by `made`; its words lie there like the others.
///
/// A name's first word chooses the reader: `metrics-`, `registry-`, else rules. After an intended change of words,
/// run once with FENGHUO_RECORD=1 and read the difference.
struct BadRulesTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let folder = root.appendingPathComponent("fixtures/bad-rules")

    /// One byte, value and file more than is read.
    static let made: [String: [String: String]] = [
        "file-too-large": ["gas/a.yml": String(repeating: "#", count: YAMLLimits.standard.bytes + 1)],
        // Its mapping, its keys and its list count too.
        "too-many-nodes": ["gas/a.yml": "cites:\n" + String(repeating: "- a\n", count: YAMLLimits.standard.nodes - 2)],
        "too-many-files": Dictionary(
            uniqueKeysWithValues: (0...DirectoryFiles.maximumCount).map { ("gas/r\($0).yml", "") }),
    ]

    static var names: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return (all.filter { !$0.hasSuffix(".expected") } + made.keys).sorted()
    }

    static func files(of name: String, _ findings: Findings) throws -> [DirectoryFiles.File] {
        if let files = made[name] { return try inDirectory(of: files) { read($0, as: name, findings) } }
        let place = folder.appendingPathComponent(name)
        var isDirectory: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: place.path, isDirectory: &isDirectory)
        if isDirectory.boolValue { return read(place, as: name, findings) }
        return [.init(path: name, bytes: Array(try Data(contentsOf: place)))]
    }

    /// The directory itself is told by the fixture's name, wherever it lies.
    private static func read(_ place: URL, as name: String, _ findings: Findings) -> [DirectoryFiles.File] {
        let found = Findings()
        let files = DirectoryFiles.read(place.path, suffixes: [".yml", ".csv"], findings: found)
        for var finding in found.list {
            if finding.path == place.path { finding.path = name }
            findings.add(finding)
        }
        return files
    }

    private static func inDirectory<T>(of files: [String: String], _ body: (URL) -> T) throws -> T {
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("bad-rules-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        try FileManager.default.createDirectory(
            at: place.appendingPathComponent("gas"), withIntermediateDirectories: true)
        for (path, text) in files { try Data(text.utf8).write(to: place.appendingPathComponent(path)) }
        return body(place)
    }

    /// Made once: five thousand files take seconds.
    private static let madeFindings = Result {
        try Dictionary(uniqueKeysWithValues: made.keys.map { ($0, try read($0)) })
    }

    static func findings(of name: String) throws -> [Finding] {
        if made[name] != nil { return try madeFindings.get()[name] ?? [] }
        return try read(name)
    }

    private static func read(_ name: String) throws -> [Finding] {
        let findings = Findings()
        let files = try files(of: name, findings)
        let metrics = catalogue()
        if name.hasPrefix("metrics-") {
            let findings = Findings()
            _ = MetricCatalogue.read(path: files[0].path, bytes: files[0].bytes, findings: findings)
            return findings.sorted
        }
        if name.hasPrefix("registry-") { return RegistryDirectory.load(files: files).findings }
        let isDirectory = !name.hasSuffix(".yml")
        let registered = files.filter { $0.path.hasPrefix("registry/") }
        let registry = registered.isEmpty ? nil : RegistryDirectory.load(files: registered).registry
        let rules = files.filter { !$0.path.hasPrefix("registry/") }
        return isDirectory
            ? RuleDirectory.lint(files: rules, metrics: metrics, registry: registry, findings: findings).findings
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
        #expect(all.subtracting(shown) == [])
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
