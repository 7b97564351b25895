import Events
import Foundation
import StrictYAML

/// Reads a mapping file (`fixtures/maps/*.yml`), or says everything that is wrong with it.
public enum MappingFile {
    private static let keys = [
        "delimiter", "source", "subject", "area", "id", "time", "period", "missing", "readings",
    ]

    public static func load(_ path: String, findings: Findings) -> Mapping? {
        guard let data = FileManager.default.contents(atPath: path) else {
            findings.add(
                Finding(path: path, code: YAMLCode.fileUnreadable.rawValue, message: "the mapping file cannot be read"))
            return nil
        }
        return read(path: path, bytes: Array(data), findings: findings)
    }

    public static func read(path: String, bytes: [UInt8], findings: Findings) -> Mapping? {
        guard let root = YAMLDocument.read(path: path, bytes: bytes, findings: findings),
            let fields = root.fields(keys)
        else { return nil }
        let subject = fields.required("subject")?.string()
        let readings = fields.required("readings").flatMap(readings)
        guard let mapping = fields.required("time").flatMap(time), let subject, let readings else { return nil }
        var whole = mapping
        whole.subject = subject
        whole.readings = readings
        whole.source = fields.optional("source")?.string() ?? ""
        whole.area = fields.optional("area")?.string() ?? ""
        whole.period = fields.optional("period")?.string() ?? ""
        if let id = fields.optional("id")?.string() { whole.id = id }
        whole.missing = fields.optional("missing")?.strings(atMost: 16) ?? []
        if let item = fields.optional("delimiter"), let byte = delimiter(item) { whole.delimiter = byte }
        return findings.hasErrors ? nil : whole
    }

    private static func delimiter(_ item: YAMLItem) -> UInt8? {
        guard let text = item.string() else { return nil }
        let bytes = Array(text == "tab" ? "\t".utf8 : text.utf8)
        guard bytes.count == 1, bytes[0] < 0x80, bytes[0] != UInt8(ascii: "\"") else {
            item.report("bad_delimiter", "a delimiter is one ASCII character or tab, this is '\(text)'")
            return nil
        }
        return bytes[0]
    }

    private static func time(_ item: YAMLItem) -> Mapping? {
        guard let fields = item.fields(["columns", "format", "zone", "shift"]) else { return nil }
        let columns = fields.required("columns")?.strings(atMost: 4)
        let format = fields.required("format")
        let zone = fields.optional("zone")
        let minutes = zone.flatMap(offset)
        guard let columns, let format, let text = format.string(), zone == nil || minutes != nil else { return nil }
        guard let pattern = TimePattern(text, zoneMinutes: minutes) else {
            format.report(
                "bad_time_format", "'\(text)' is no time format, or it needs a zone",
                help: "write rfc3339, or a pattern like yyyy-MM-dd HH:mm:ss with zone: \"+08:00\"")
            return nil
        }
        var mapping = Mapping(time: pattern)
        mapping.timeColumns = columns
        mapping.shift = fields.optional("shift")?.span() ?? .zero
        return mapping
    }

    /// `+08:00`: minutes east of Greenwich.
    private static func offset(_ item: YAMLItem) -> Int? {
        guard let text = item.string() else { return nil }
        let bytes = Array(text.utf8)
        guard bytes.count == 6, bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-"),
            bytes[3] == UInt8(ascii: ":"), let hours = Int(String(decoding: bytes[1...2], as: UTF8.self)),
            let minutes = Int(String(decoding: bytes[4...5], as: UTF8.self)), hours <= 23, minutes <= 59
        else {
            item.report(
                "bad_zone", "'\(text)' is no fixed offset", help: "write it like \"+08:00\"; named zones are not read")
            return nil
        }
        return (bytes[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func readings(_ item: YAMLItem) -> [Mapping.Reading]? {
        guard let items = item.items(atMost: Limits.readings) else { return nil }
        let list = items.map { item -> Mapping.Reading? in
            let item = YAMLItem(node: item.node, name: "a reading", source: item.source)
            guard let fields = item.fields(["column", "metric", "unit", "scale"]) else { return nil }
            let column = fields.required("column")?.string()
            let metric = fields.required("metric")?.string()
            let unit = fields.required("unit")?.string()
            let scale = fields.optional("scale")
            let factor = scale.map { $0.double() } ?? 1
            guard let column, let metric, let unit, let factor else { return nil }
            return Mapping.Reading(column: column, metric: metric, unit: unit, scale: factor)
        }
        return list.contains(nil) ? nil : list.compactMap { $0 }
    }
}
