import Engine
import Events
import Foundation
import RuleFiles

@testable import StrictYAML

/// Rule files and their tests.
final class RuleSources: Kind {
    let name = "rules"
    let pace = 5
    var summary: String { "\(count) files, \(loaded) loaded, \(tested) with their tests" }

    private let city: City
    private let seeds: [DirectoryFiles.File]
    private let foreign: [[UInt8]]
    private let texts: [[UInt8]]
    private let mutator: Mutator
    private var (count, loaded, tested) = (0, 0, 0)

    init(_ city: City) {
        self.city = city
        let bad = Corpus.own("fixtures/bad-rules", [".yml"]).map { DirectoryFiles.File(path: $0.path, bytes: $0.bytes) }
        seeds = city.rules.filter { !$0.path.hasSuffix(".test.yml") } + bad
        // Rules of another product lend their pieces, and are now and then what a case begins with.
        foreign = Corpus.real("prometheus", [".yml", ".yaml"])
        texts = seeds.map(\.bytes) + foreign
        var keys: Set<String> = []
        for text in texts {
            for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
                let words = line.split(separator: " ")
                if let key = words.first(where: { $0.hasSuffix(":") }) { keys.insert(String(key)) }
                if words.count == 2 { keys.insert(String(words[1])) }
            }
        }
        mutator = Mutator(
            words: keys.sorted() + [
                "\n  ", "- ", "? ", "&a ", "*a", "<<: *a", "!!str ", "|\n", ">-\n", "%YAML 1.1\n", "---\n", "...\n",
                "~",
            ])
    }

    func run(_ random: inout FuzzRandom, _ report: Report) throws {
        count += 1
        var file = random.pick(seeds)
        // Half begin with one that loads.
        if random.chance(50) { file = seeds[random.below(city.rules.count / 2)] }
        if !foreign.isEmpty, random.chance(10) { file.bytes = random.pick(foreign) }
        file.bytes = mutator.mutate(file.bytes, &random, others: texts)
        report.input(file.path, file.bytes)
        let loading = RuleDirectory.load(files: [file], metrics: city.metrics)
        for finding in loading.findings { try Self.check(finding, file) }
        guard let ruleSet = loading.ruleSet else {
            return try require(!loading.findings.isEmpty, "no rules, and no reason")
        }
        loaded += 1
        let bytes = ruleSet.encoded()
        let back = try RuleSet(decoding: bytes)
        try require(back == ruleSet && back.encoded() == bytes, "the set reads back from its bytes as another")
        for finding in RuleDirectory.lint(files: [file], metrics: city.metrics).findings {
            try Self.check(finding, file)
        }
        try turn(ruleSet)
        try tests(file, &random, report)
    }

    /// An error says where: file, line and column, unless it is about the file as a whole.
    static func check(_ finding: Finding, _ file: DirectoryFiles.File) throws {
        let whole: Set<String> = ["not_utf8", "empty_file", "file_too_large", "too_many_nodes", "missing_test"]
        let lines = yamlLines(file.bytes).count
        try require(!finding.code.isEmpty && !finding.message.isEmpty, "a finding without words: \(finding)")
        try require(finding.path == file.path, "a finding about \(finding.path)")
        try require(
            finding.line > 0 || whole.contains(finding.code) || finding.severity == .warning,
            "an error without its line: \(finding.rendered)")
        try require(finding.line <= lines + 1, "line \(finding.line) of \(lines): \(finding.rendered)")
        try require(finding.line == 0 || finding.column >= 1, "no column: \(finding.rendered)")
    }

    /// The rules run: readings, silence, and a snapshot that goes on as they do.
    private func turn(_ ruleSet: RuleSet) throws {
        var engine = Engine(ruleSet: ruleSet, registry: city.registry)
        var decisions: [Decision] = []
        var position: Int64 = 1
        func apply(_ engine: inout Engine, _ entry: JournalEntry, after span: TimeSpan) {
            engine.apply(
                JournalRecord(position: position, received: City.now + span, department: "default", entry: entry),
                into: &decisions)
        }
        for step in 0..<3 {
            let batch = Readings.batch(
                for: ruleSet.rules, at: City.now + .minutes(Int64(step)), value: Double(step * 500))
            apply(&engine, .events(batch), after: .minutes(Int64(step)))
            position += Int64(max(1, batch.count))
        }
        let state = engine.snapshot()
        var copy = try Engine(snapshot: state)
        try require(copy.snapshot() == state, "a snapshot reads back as another")
        apply(&engine, .tick, after: .days(3))
        decisions = []
        apply(&copy, .tick, after: .days(3))
        try require(copy.snapshot() == engine.snapshot(), "what was restored goes on otherwise")
    }

    /// Its tests, changed too: they pass, fail or are refused, and end.
    private func tests(_ file: DirectoryFiles.File, _ random: inout FuzzRandom, _ report: Report) throws {
        let path = file.path.replacingOccurrences(of: ".yml", with: ".test.yml")
        guard var test = city.rules.first(where: { $0.path == path }) else { return }
        tested += 1
        test.bytes = mutator.mutate(test.bytes, &random, others: texts)
        report.input(path, test.bytes)
        let result = RuleTests.run(files: [file, test], metrics: city.metrics)
        for finding in result.findings { try Self.check(finding, finding.path == path ? test : file) }
    }
}

/// Readings that rules read.
enum Readings {
    static func batch(for rules: [Rule], at time: Timestamp, value: Double) -> EventBatch {
        var batch = EventBatch()
        for rule in rules {
            for input in rule.inputs {
                var id = "\(rule.id)-\(time.microseconds)-\(input.metric)"
                id.withUTF8 { batch.ids.append(UnsafeRawBufferPointer($0)) }
                batch.times.append(time)
                batch.periods.append(0)
                batch.types.append(batch.strings.intern(input.type))
                batch.sources.append(batch.strings.intern("/default"))
                batch.subjects.append(batch.strings.intern("RQ-0001"))
                batch.areas.append(batch.strings.intern("320213021"))
                batch.longitudes.append(120.3)
                batch.latitudes.append(31.5)
                batch.flags.append([])
                batch.metrics.append(batch.strings.intern(input.metric))
                batch.values.append(value)
                batch.units.append(input.unit.isEmpty ? EventBatch.absent : batch.strings.intern(input.unit))
                batch.qualities.append(EventBatch.absent)
                batch.readingEnds.append(UInt32(batch.values.count))
                batch.fieldEnds.append(0)
            }
        }
        return batch
    }
}
