import Engine
import Foundation
import RuleFiles
import StrictYAML

/// Registry and catalogue files.
final class Tables: Kind {
    let name = "tables"
    let pace = 5
    var summary: String { "\(count) files, \(loaded) loaded" }

    private var (count, loaded) = (0, 0)
    private let seeds: [DirectoryFiles.File]
    private let mutator = Mutator(words: [
        "subjects:", "areas:", "- id: ", "area: \"320213\"", "lon: 120.3", "lat: 31.5", "limits:", "hh: ", "unit: ",
        "population: ", "grade: 1", "unit:", "convert:", "plausible: [0, 100]", "sentinels: [-9999]", "\n  ", ",",
        "&a ", "*a", "~", "\"\"",
    ])

    init() {
        let own = ["registry", "catalogue", "fixtures/bad-rules", "fixtures/real/registry"].flatMap {
            Corpus.own($0, [".yml", ".csv"])
        }
        // Large tables are cut: what is changed should be near what is read.
        seeds = own.map { DirectoryFiles.File(path: $0.path, bytes: Array($0.bytes.prefix(8192))) }.filter { file in
            !file.path.contains("/")
                && (file.path.contains("metrics") || file.path.contains("registry") || file.path.hasSuffix(".csv"))
        }
    }

    func run(_ random: inout FuzzRandom, _ report: Report) throws {
        count += 1
        var file = random.pick(seeds)
        if random.chance(90) { file.bytes = mutator.mutate(file.bytes, &random, others: seeds.map(\.bytes)) }
        report.input(file.path, file.bytes)
        if file.path.contains("metrics") {
            let findings = Findings()
            let catalogue = MetricCatalogue.read(path: file.path, bytes: file.bytes, findings: findings)
            for finding in findings.list { try RuleSources.check(finding, file) }
            try require(
                (catalogue == nil) == findings.hasErrors,
                "a catalogue with errors, or none without: \(findings.list.map(\.rendered))")
            if catalogue != nil { loaded += 1 }
            return
        }
        let loading = RegistryDirectory.load(files: [file])
        for finding in loading.findings { try RuleSources.check(finding, file) }
        guard let registry = loading.registry else {
            return try require(!loading.findings.isEmpty, "no registry, and no reason")
        }
        loaded += 1
        let bytes = registry.encoded()
        let back = try Registry(decoding: bytes)
        try require(back == registry && back.encoded() == bytes, "the registry reads back as another")
    }
}
