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
    var metrics: [Metric]

    /// Every finding of every file is in the error.
    static func load(_ configuration: Configuration) throws(PlatformError) -> RuleSource {
        let metrics = try catalogue(configuration)
        let loading = RuleDirectory.load(configuration.rules, metrics: metrics)
        guard let loaded = loading.ruleSet else {
            throw .configuration(loading.findings.map(\.rendered).joined(separator: "\n"))
        }
        let ruleSet = RuleSet(
            rules: loaded.rules, version: loaded.version, timing: configuration.timing, files: loaded.files)
        return RuleSource(ruleSet: ruleSet, registry: try registry(configuration), metrics: metrics.rows)
    }

    static func catalogue(_ configuration: Configuration) throws(PlatformError) -> MetricCatalogue {
        let findings = Findings()
        guard let bytes = FileManager.default.contents(atPath: configuration.metrics) else {
            throw .configuration("\(configuration.metrics): cannot be read; name the metric catalogue with 'metrics'")
        }
        guard
            let metrics = MetricCatalogue.read(path: configuration.metrics, bytes: Array(bytes), findings: findings),
            !findings.hasErrors
        else { throw .configuration(findings.sorted.map(\.rendered).joined(separator: "\n")) }
        return metrics
    }

    /// What Ingest may know: which metrics exist, which are read, which subjects are registered.
    func view() -> IngestView { Self.view(metrics: metrics, ruleSet: ruleSet, registry: registry) }

    static func view(metrics: [Metric], ruleSet: RuleSet, registry: Registry) -> IngestView {
        IngestView(
            metrics: metrics,
            read: ruleSet.rules.filter { $0.status != .disabled }.map {
                .init(type: $0.input.type, metric: $0.input.metric)
            },
            subjects: registry.subjects.map { .init(id: $0.id, area: AreaCode($0.area)) })
    }
}

extension RuleSource {
    private static func registry(_ configuration: Configuration) throws(PlatformError) -> Registry {
        guard FileManager.default.fileExists(atPath: configuration.registry) else { return .empty }
        let loading = RegistryDirectory.load(configuration.registry)
        guard let registry = loading.registry else {
            throw .configuration(loading.findings.map(\.rendered).joined(separator: "\n"))
        }
        return registry
    }
}
