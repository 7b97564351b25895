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
        /// `sha256:…` over the rule files, valid or not.
        public var version = ""
        /// The further fields of events that each rule declares, by its id.
        var declaredFields: [String: [String]] = [:]

        public var hasErrors: Bool { ruleSet == nil }

        /// The same with findings that name files as the user does.
        func under(_ directory: String) -> Loading {
            var placed = self
            placed.findings = findings.map { $0.under(directory) }
            return placed
        }
    }

    /// Tests (`<id>.test.yml`) and a `metrics.yml` at the top are no rules. Without a catalogue, metrics and units go
    /// unchecked.
    public static func load(_ directory: String, metrics: MetricCatalogue?) -> Loading {
        let findings = Findings()
        let files = DirectoryFiles.read(directory, suffixes: [".yml", ".yaml"], findings: findings)
        return load(files: files, metrics: metrics, findings: findings).under(directory)
    }

    /// The same for files already in memory, paths relative to the directory.
    public static func load(
        files: [DirectoryFiles.File], metrics: MetricCatalogue?, findings: Findings = Findings()
    ) -> Loading {
        read(files, metrics, findings, isLint: false)
    }

    /// What `rules check` shows: the findings of loading, of reading the tests, and the advice of a reviewer
    /// (runbooks, citations, a case that fires and one that stays quiet).
    public static func lint(
        _ directory: String, metrics: MetricCatalogue?, registry: Registry? = nil
    ) -> Loading {
        let findings = Findings()
        let files = DirectoryFiles.read(directory, suffixes: [".yml", ".yaml"], findings: findings)
        return lint(files: files, metrics: metrics, registry: registry, findings: findings).under(directory)
    }

    /// `registry`: whose limits the rules' are compared with.
    public static func lint(
        files: [DirectoryFiles.File], metrics: MetricCatalogue?, registry: Registry? = nil,
        findings: Findings = Findings()
    ) -> Loading {
        var loading = read(files, metrics, findings, isLint: true)
        let tests = RuleTests.read(files: files, of: loading, metrics: metrics, findings: findings)
        let rules = loading.ruleSet?.rules ?? []
        let paths = Dictionary(files.map { (id(of: $0.path), $0.path) }, uniquingKeysWith: { first, _ in first })
        lintTwins(rules, paths, findings)
        lintTests(rules, paths, tests, findings)
        if let registry { lintLimits(rules, files, paths, registry, findings) }
        if findings.hasErrors { loading.ruleSet = nil }
        loading.findings = findings.sorted
        return loading
    }

    private static func read(
        _ files: [DirectoryFiles.File], _ metrics: MetricCatalogue?, _ findings: Findings, isLint: Bool
    ) -> Loading {
        var found: [(reader: RuleReader, rule: Rule)] = []
        var kept: [RuleSet.File] = []
        var seen: [String: String] = [:]
        for file in files.filter({ isRule($0.path) }).sorted(by: { $0.path < $1.path }) {
            kept.append(RuleSet.File(path: file.path, text: String(decoding: file.bytes, as: UTF8.self)))
            guard let root = YAMLDocument.read(path: file.path, bytes: file.bytes, findings: findings) else { continue }
            guard let reader = RuleReader(root, path: file.path, metrics: metrics), var rule = reader.rule()
            else { continue }
            if isLint { reader.lint(rule) }
            if let first = seen.updateValue(file.path, forKey: rule.id) {
                reader.fields.optional("id")?.report(
                    .duplicateID, "'\(rule.id)' is also the id of \(first)", help: "rename one of the two")
                continue
            }
            rule.version = contentHash(file.bytes)
            found.append((reader, rule))
        }
        let rules = found.map(\.rule)
        let byID = Dictionary(uniqueKeysWithValues: rules.map { ($0.id, $0) })
        let ids = Set(kept.map { id(of: $0.path) })
        for (reader, rule) in found { reader.checkInhibitions(rule, among: byID, ids: ids) }
        RuleReader.reportRing(found)
        checkIndexes(found, ids: ids)
        var loading = Loading(ruleSet: nil, findings: findings.sorted, version: version(of: kept))
        for (reader, rule) in found { loading.declaredFields[rule.id] = reader.declaredFields }
        guard !findings.hasErrors else { return loading }
        loading.ruleSet = RuleSet(
            rules: rules, version: loading.version, files: kept, zones: ZoneFiles.system.tables(for: rules))
        return loading
    }

    /// A rule has the name of its file; a test's is `<id>.test`.
    public static func id(of path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        return String(name[..<(name.lastIndex(of: ".") ?? name.endIndex)])
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
