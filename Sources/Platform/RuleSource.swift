import Engine
import Events
import Foundation
import Ingest
import RuleFiles
import StrictYAML

/// The files that operators tune, read as one: rules, metric catalogue, registry.
struct RuleSource: Sendable {
    var ruleSet: RuleSet
    var registry: Registry
    var catalogue: Catalogue

    /// Metrics, and the bytes of the file that they were read from.
    struct Catalogue: Sendable {
        var metrics: MetricCatalogue
        var bytes: [UInt8]

        var rows: [Metric] { metrics.rows }
    }

    /// What lies in the directories: the version of the rules, valid or not (empty where they could not even be looked
    /// for), and the whole, or every finding of every file.
    struct Reading: Sendable {
        var version = ""
        var source: Result<RuleSource, PlatformError>

        var disk: RuleDesk.Disk {
            switch source {
            case .success: .valid(version: version)
            case .failure(let error): .invalid(version: version, why: "\(error)")
            }
        }
    }

    /// Every finding of every file is in the error.
    static func load(_ configuration: Configuration) throws(PlatformError) -> RuleSource {
        try read(configuration).source.get()
    }

    static func read(_ configuration: Configuration) -> Reading {
        var version = ""
        do throws(PlatformError) {
            let catalogue = try catalogue(configuration)
            let loading = RuleDirectory.load(configuration.rules, metrics: catalogue.metrics)
            version = loading.version
            let ruleSet = try ruleSet(loading, configuration)
            let registry = try registry(configuration)
            let source = RuleSource(ruleSet: ruleSet, registry: registry, catalogue: catalogue)
            return Reading(version: version, source: .success(source))
        } catch {
            return Reading(version: version, source: .failure(error))
        }
    }

    /// What the reading holds, without rules where they are activated by name: what lies in their directory then stops
    /// nothing.
    static func parts(
        _ reading: Reading, rulesToo: Bool, _ configuration: Configuration
    ) throws(PlatformError) -> (ruleSet: RuleSet?, registry: Registry, catalogue: Catalogue) {
        guard rulesToo else { return (nil, try registry(configuration), try catalogue(configuration)) }
        let source = try reading.source.get()
        return (source.ruleSet, source.registry, source.catalogue)
    }

    /// A rule set from files that somebody sends, read with the platform's own catalogue.
    static func load(
        files: [RuleSet.File], _ catalogue: Catalogue, _ configuration: Configuration
    ) throws(PlatformError) -> RuleSet {
        let files = files.map { DirectoryFiles.File(path: $0.path, bytes: Array($0.text.utf8)) }
        return try ruleSet(RuleDirectory.load(files: files, metrics: catalogue.metrics), configuration)
    }

    private static func ruleSet(
        _ loading: RuleDirectory.Loading, _ configuration: Configuration
    ) throws(PlatformError) -> RuleSet {
        guard let loaded = loading.ruleSet else {
            throw .configuration(loading.findings.map(\.rendered).joined(separator: "\n"))
        }
        return loaded.activated(nil, timing: configuration.timing)
    }

    static func catalogue(_ configuration: Configuration) throws(PlatformError) -> Catalogue {
        try catalogue(at: configuration.metrics)
    }

    private static func catalogue(at path: String) throws(PlatformError) -> Catalogue {
        let findings = Findings()
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw .configuration(
                "\(path): cannot be read; start in the repository, or name the catalogue with 'metrics' in the settings"
            )
        }
        guard let metrics = MetricCatalogue.read(path: path, bytes: Array(bytes), findings: findings),
            !findings.hasErrors
        else { throw .configuration(findings.sorted.map(\.rendered).joined(separator: "\n")) }
        return Catalogue(metrics: metrics, bytes: Array(bytes))
    }

    /// The metrics to start with: the configured catalogue, else at a later start the last one that was valid, of which
    /// a copy lies with the data. The catalogue is not journaled, because events are journaled in canonical units.
    static func metrics(_ configuration: Configuration, isFirst: Bool) throws(PlatformError) -> [Metric] {
        do throws(PlatformError) {
            return try catalogue(configuration).rows
        } catch {
            guard !isFirst, FileManager.default.fileExists(atPath: lastCatalogue(configuration)) else { throw error }
            return try lastMetrics(configuration)
        }
    }

    /// Those of the copy.
    static func lastMetrics(_ configuration: Configuration) throws(PlatformError) -> [Metric] {
        try catalogue(at: lastCatalogue(configuration)).rows
    }

    /// Why rules that run would judge nothing any more under a catalogue: senders are held to its units. nil where all fit.
    static func mismatch(_ ruleSet: RuleSet, _ metrics: [Metric]) -> String? {
        let units = Dictionary(metrics.map { ($0.name, $0.unit) }, uniquingKeysWith: { first, _ in first })
        for rule in ruleSet.rules where rule.status != .disabled {
            for input in rule.inputs where input.type == "reading" && units[input.metric] != input.unit {
                let now = units[input.metric].map { "takes it in \($0)" } ?? "does not have it"
                return
                    "rule \(rule.id) reads \(input.metric) in \(input.unit), and the catalogue \(now): nothing of it would be judged. Change the "
                    + "rule with the catalogue (fenghuo rules activate takes both), or put the catalogue back"
            }
        }
        return nil
    }

    private static func lastCatalogue(_ configuration: Configuration) -> String {
        configuration.data + "/metrics.last-valid.yml"
    }

    /// Keeps a copy of the catalogue as it was read. A failure to copy only costs the fallback.
    static func keep(_ catalogue: Catalogue, _ configuration: Configuration) {
        try? Data(catalogue.bytes).write(to: URL(fileURLWithPath: lastCatalogue(configuration)), options: .atomic)
    }

    /// What Ingest may know: which metrics exist, which are read, which subjects are registered.
    func view() -> IngestView { Self.view(metrics: catalogue.rows, ruleSet: ruleSet, registry: registry) }

    static func view(metrics: [Metric], ruleSet: RuleSet, registry: Registry) -> IngestView {
        IngestView(
            metrics: metrics,
            read: ruleSet.rules.filter { $0.status != .disabled }.flatMap(\.inputs).map {
                .init(type: $0.type, metric: $0.metric)
            },
            subjects: registry.subjects.map { .init(id: $0.id, area: AreaCode($0.area)) })
    }
}

extension RuleSource {
    static func registry(_ configuration: Configuration) throws(PlatformError) -> Registry {
        guard let loading = RegistryDirectory.loadIfPresent(configuration.registry) else { return .empty }
        guard let registry = loading.registry else {
            throw .configuration(loading.findings.map(\.rendered).joined(separator: "\n"))
        }
        return registry
    }
}
