import Events
import StrictYAML

/// The metrics that events may carry (`metrics.yml`): name → zh, unit, conversions, kind, plausible range, sentinels.
public struct MetricCatalogue: Equatable, Sendable {
    /// Ascending by name.
    public let rows: [Metric]
    /// Every unit that some metric is given in, ascending.
    public let units: [String]

    public init(rows: [Metric]) {
        self.rows = rows.sorted { $0.name < $1.name }
        units = Set(rows.flatMap { [$0.unit] + $0.conversions.map(\.unit) }).sorted()
    }

    public subscript(name: String) -> Metric? {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].name < name { low = middle + 1 } else { high = middle }
        }
        return low < rows.count && rows[low].name == name ? rows[low] : nil
    }

    /// nil where a finding is an error.
    public static func read(path: String, bytes: [UInt8], findings: Findings) -> MetricCatalogue? {
        guard let root = YAMLDocument.read(path: path, bytes: bytes, findings: findings), let pairs = root.pairs()
        else { return nil }
        let rows = pairs.map(row)
        // A key that is misspelt leaves a whole row all the same.
        return findings.hasErrors ? nil : MetricCatalogue(rows: rows.compactMap { $0 })
    }

    private static func row(_ pair: YAMLPair) -> Metric? {
        guard isMetricName(pair.name) else {
            pair.source.report(
                .badName, at: pair.keyMark, "'\(pair.name)' cannot name a metric",
                help: "use small letters, digits and _, with dots between")
            return nil
        }
        guard
            let fields = pair.value.fields([
                "zh", "unit", "kind", "plausible", "sentinels", "conversions", "datum",
            ])
        else { return nil }
        let zh = fields.required("zh")?.string()
        let unit = fields.required("unit")?.string()
        let kind = fields.read("kind", or: Metric.Kind.gauge) { item in
            item.word(of: Metric.Kind.allCases.map { ($0.rawValue, $0) })
        }
        let plausible = fields.read("plausible", or: ClosedRange<Double>?.none) { range($0).map { .some($0) } }
        let sentinels = fields.read("sentinels", or: [], numbers)
        let conversions = fields.read("conversions", or: [], readConversions)
        guard let zh, let unit, let kind, let plausible, let sentinels, let conversions else { return nil }
        return Metric(
            name: pair.name, zh: zh, unit: unit, conversions: conversions, kind: kind, plausible: plausible,
            sentinels: sentinels)
    }

    private static func numbers(_ item: YAMLItem) -> [Double]? {
        guard let items = item.items(atMost: 32) else { return nil }
        let values = items.map { $0.double() }
        return values.contains(nil) ? nil : values.compactMap { $0 }
    }

    private static func range(_ item: YAMLItem) -> ClosedRange<Double>? {
        guard let ends = numbers(item) else { return nil }
        guard ends.count == 2, ends[0] < ends[1] else {
            item.report(
                .badRange, "\(item.name) takes the least and the greatest value", help: "write it like [0, 100]")
            return nil
        }
        return ends[0]...ends[1]
    }

    /// `{ppm: 0.002, K: {scale: 1, offset: -273.15}}`: canonical = value × scale + offset.
    private static func readConversions(_ item: YAMLItem) -> [Metric.Conversion]? {
        guard let pairs = item.pairs() else { return nil }
        let list = pairs.map { pair -> Metric.Conversion? in
            guard case .mapping = pair.value.node.content else {
                return pair.value.double().flatMap { conversion(pair, scale: $0, offset: 0) }
            }
            guard let fields = pair.value.fields(["scale", "offset"]),
                let scale = fields.required("scale")?.double()
            else { return nil }
            guard let offset = fields.optional("offset") else { return conversion(pair, scale: scale, offset: 0) }
            return offset.double().flatMap { conversion(pair, scale: scale, offset: $0) }
        }
        return list.contains { $0 == nil } ? nil : list.compactMap { $0 }
    }

    private static func conversion(_ pair: YAMLPair, scale: Double, offset: Double) -> Metric.Conversion? {
        guard scale != 0 else {
            pair.value.report(
                .badConversion, "a scale of 0 makes every value the same",
                help: "canonical value = value * scale + offset")
            return nil
        }
        return Metric.Conversion(unit: pair.name, scale: scale, offset: offset)
    }

    /// `gas.lel`, `water.level_m`
    private static func isMetricName(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 64 && parts.allSatisfy { isName($0) && $0.lowercased() == $0 }
    }
}
