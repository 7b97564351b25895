import Engine
import Events
import Foundation
import Ingest
import RuleFiles
import StrictYAML

/// The shipped rules, registry and catalogue, as a platform runs them.
struct City {
    static let now = Timestamp(seconds: 1_782_864_900)  // 2026-07-01T08:15:00+08:00

    let metrics: MetricCatalogue
    let rules: [DirectoryFiles.File]
    let registry: Registry
    let engine: Engine
    let view: IngestView

    init() throws {
        let findings = Findings()
        let catalogue = Array(try Data(contentsOf: URL(fileURLWithPath: Corpus.root + "/catalogue/metrics.yml")))
        guard let metrics = MetricCatalogue.read(path: "metrics.yml", bytes: catalogue, findings: findings) else {
            throw Broken("the shipped catalogue cannot be read")
        }
        self.metrics = metrics
        rules = DirectoryFiles.read(Corpus.root + "/rules", suffixes: [".yml"], findings: findings)
        guard let ruleSet = RuleDirectory.load(files: rules, metrics: metrics).ruleSet,
            let registry = RegistryDirectory.load(Corpus.root + "/registry").registry
        else { throw Broken("the shipped rules and registry cannot be read") }
        self.registry = registry
        engine = Engine(ruleSet: ruleSet, registry: registry)
        let inputs = ruleSet.rules.map { IngestView.Reading(type: $0.input.type, metric: $0.input.metric) }
        view = IngestView(
            metrics: metrics.rows, read: inputs,
            subjects: registry.subjects.map { .init(id: $0.id, area: AreaCode($0.area)) })
    }
}
