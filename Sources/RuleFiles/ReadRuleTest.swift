import Engine
import Events
import StrictYAML

/// Reads a test file; what cannot be read is a finding and makes the result nil.
struct RuleTestReader {
    static let maximumCases = 500
    /// Of one case, ranges unrolled: a reading a second for a day.
    static let maximumReadings = 100_000
    static let maximumSpan = TimeSpan.days(400)

    let path: String
    /// nil where there is none: metrics then go unchecked.
    let metrics: MetricCatalogue?
    /// The fields that the rule and those it works with declare; nil where they are not known.
    let declared: (String) -> [String]?

    struct Defaults {
        var subject = ""
        var source = "test"
        var area = ""
    }

    /// What the readings of a file may name.
    struct Known {
        var rule: String
        var metrics: MetricCatalogue?
        var fields: [String]?
    }

    func read(_ root: YAMLItem) -> RuleTestFile? {
        let named = YAMLItem(node: root.node, name: "a rule test", source: root.source)
        guard let fields = named.fields(RuleTestKeys.file)
        else { return nil }
        let rule = fields.required("rule")?.string()
        let start = fields.read("start", or: Timestamp(seconds: 1_767_225_600)) { $0.timestamp() }
        let known = Known(rule: rule ?? "", metrics: metrics, fields: rule.flatMap(declared))
        let inner = defaults(fields, Defaults())
        let registry = registry(fields.optional("registry"))
        guard let list = fields.required("cases"), let items = list.items(atMost: Self.maximumCases) else { return nil }
        if items.isEmpty {
            list.report(.noCases, "the file has no case", help: "add one that fires and one that stays quiet")
        }
        var names: [String] = []
        let cases = items.map { item -> RuleTestFile.Case? in
            guard let read = self.case(YAMLItem(node: item.node, name: "a case", source: item.source), inner, known)
            else { return nil }
            guard !names.contains(read.name) else {
                item.report(.duplicateCase, "a case named '\(read.name)' comes before", help: "give each its own name")
                return nil
            }
            names.append(read.name)
            return read
        }
        guard let rule, let start, let registry, !items.isEmpty, !cases.contains(where: { $0 == nil }) else {
            return nil
        }
        return RuleTestFile(
            path: path, rule: rule, start: start, registry: registry, cases: cases.compactMap { $0 })
    }

    private func defaults(_ fields: YAMLFields, _ outer: Defaults) -> Defaults {
        Defaults(
            subject: fields.optional("subject")?.string() ?? outer.subject,
            source: fields.optional("source")?.string() ?? outer.source,
            area: fields.optional("area")?.string() ?? outer.area)
    }

    private func registry(_ item: YAMLItem?) -> Registry? {
        guard let item else { return .empty }
        var parts = RegistryParts()
        let found = { item.source.findings.list.count + item.source.findings.omitted }
        let before = found()
        RegistryDirectory.readDocument(item, &parts)
        guard found() == before else { return nil }
        return Registry(subjects: parts.subjects, areas: parts.areas)
    }

    private func `case`(_ item: YAMLItem, _ outer: Defaults, _ known: Known) -> RuleTestFile.Case? {
        guard
            let fields = item.fields(RuleTestKeys.case)
        else { return nil }
        let name = fields.required("name")?.string()
        let inner = defaults(fields, outer)
        let readings = fields.required("readings").flatMap { allReadings($0, inner, known) }
        let steps = fields.read("steps", or: []) { all($0) { $0.step() } }
        let expected = fields.required("expect").flatMap { all($0) { $0.expectation() } }
        let until = fields.read("until", or: TimeSpan.zero) { $0.span(in: .zero...Self.maximumSpan) }
        guard let name, let readings, let steps, let expected, let until else { return nil }
        return RuleTestFile.Case(
            name: name, line: item.mark.line, readings: readings, steps: steps, expected: expected, until: until)
    }

    private func all<T>(_ item: YAMLItem, _ read: (TestLine) -> T?) -> [T]? {
        guard let items = item.items(atMost: Self.maximumReadings) else { return nil }
        let lines = items.map { item in item.string().flatMap { read(TestLine(item: item, text: $0)) } }
        return lines.contains { $0 == nil } ? nil : lines.compactMap { $0 }
    }

    private func allReadings(_ item: YAMLItem, _ defaults: Defaults, _ known: Known) -> [RuleTestFile.Reading]? {
        guard let lists = all(item, { $0.readings(defaults, known) }) else { return nil }
        let readings = lists.flatMap { $0 }
        for (index, reading) in readings.enumerated() where reading.isDuplicate {
            guard readings[..<index].contains(where: { !$0.isDuplicate && $0.isSame(as: reading) }) else {
                item.report(
                    .badReading, "the duplicate at \(reading.at.formatted) repeats no reading before it",
                    help: "write the reading first, at the same time and with the same value")
                return nil
            }
        }
        guard readings.count <= Self.maximumReadings else {
            item.report(
                .badReading, "a case has at most \(Self.maximumReadings) readings, this has \(readings.count)",
                help: "lengthen the step of a range, or make two cases")
            return nil
        }
        return readings
    }

}
