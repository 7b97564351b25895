import Engine
import Events
import StrictYAML

/// Reads a directory of rules, `<domain>/<id>.yml`, as one unit: a whole rule set, or none and every reason why.
public enum RuleDirectory {
    public struct Loading {
        /// nil where any finding is an error.
        public var ruleSet: RuleSet?
        /// Errors and warnings, by path and place.
        public var findings: [Finding]

        public var hasErrors: Bool { ruleSet == nil }
    }

    /// Tests (`<id>.test.yml`) and a `metrics.yml` at the top are no rules. Without a catalogue, metrics and units go
    /// unchecked.
    public static func load(_ directory: String, metrics: MetricCatalogue?) -> Loading {
        let findings = Findings()
        let files = DirectoryFiles.read(directory, suffixes: [".yml", ".yaml"], findings: findings)
        return load(files: files, metrics: metrics, findings: findings)
    }

    /// The same for files already in memory, paths relative to the directory.
    public static func load(
        files: [DirectoryFiles.File], metrics: MetricCatalogue?, findings: Findings = Findings()
    ) -> Loading {
        var rules: [Rule] = []
        var kept: [RuleSet.File] = []
        var seen: [String: String] = [:]
        for file in files.filter({ isRule($0.path) }).sorted(by: { $0.path < $1.path }) {
            guard let root = YAMLDocument.read(path: file.path, bytes: file.bytes, findings: findings) else { continue }
            kept.append(RuleSet.File(path: file.path, text: String(decoding: file.bytes, as: UTF8.self)))
            guard let reader = RuleReader(root, path: file.path, metrics: metrics), var rule = reader.rule()
            else { continue }
            if let first = seen.updateValue(file.path, forKey: rule.id) {
                reader.fields.optional("id")?.report(
                    .duplicateID, "'\(rule.id)' is also the id of \(first)", help: "rename one of the two")
                continue
            }
            rule.version = contentHash(file.bytes)
            rules.append(rule)
        }
        let sorted = findings.sorted
        guard !findings.hasErrors else { return Loading(ruleSet: nil, findings: sorted) }
        return Loading(ruleSet: RuleSet(rules: rules, version: version(of: kept), files: kept), findings: sorted)
    }

    static func isRule(_ path: String) -> Bool { !isTest(path) && path != "metrics.yml" }

    static func isTest(_ path: String) -> Bool { path.hasSuffix(".test.yml") || path.hasSuffix(".test.yaml") }

    /// Over paths and contents, each with its length, so that no two sets share their bytes.
    private static func version(of files: [RuleSet.File]) -> String {
        var writer = ByteWriter()
        for file in files {
            writer.put(file.path)
            writer.put(file.text)
        }
        return contentHash(writer.bytes)
    }
}

extension YAMLItem {
    func report(_ code: RuleCode, _ message: String, help: String? = nil, severity: Finding.Severity = .error) {
        report(code.rawValue, message, help: help, severity: severity)
    }
}

extension YAMLSource {
    func report(
        _ code: RuleCode, at mark: YAMLMark?, _ message: String, help: String? = nil,
        severity: Finding.Severity = .error
    ) {
        report(code.rawValue, at: mark, message, help: help, severity: severity)
    }
}
