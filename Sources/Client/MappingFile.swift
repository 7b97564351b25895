import Events
import Foundation
import StrictYAML

/// Reads a mapping file (`fixtures/maps/*.yml`), or says everything that is wrong with it.
public enum MappingFile {
    private static let keys = [
        "delimiter", "source", "subject", "area", "id", "time", "period", "missing", "readings", "category",
        "fields", "place",
    ]

    public static func load(_ path: String, findings: Findings) -> Mapping? {
        guard let data = FileManager.default.contents(atPath: path) else {
            findings.add(
                Finding(
                    path: path, code: YAMLCode.fileUnreadable.rawValue, message: "the mapping file cannot be read",
                    suggestion: "look at the path and its permissions"))
            return nil
        }
        return read(path: path, bytes: Array(data), findings: findings)
    }

    public static func read(path: String, bytes: [UInt8], findings: Findings) -> Mapping? {
        guard let root = YAMLDocument.read(path: path, bytes: bytes, findings: findings),
            let fields = root.fields(keys)
        else { return nil }
        let category = fields.optional("category")
        let named = category == nil ? fields.required("subject") : fields.optional("subject")
        let subject = named.map { $0.string() } ?? (category == nil ? nil : "")
        // A row is readings or one report: without a category the readings are missed, with one they are one too many.
        let readings = category == nil ? fields.required("readings").flatMap(readings) : []
        if category != nil, let item = fields.optional("readings") {
            item.report("readings_of_report", "a row is readings or a report: there is a category", help: "remove one")
        }
        guard let mapping = fields.required("time").flatMap(time), let subject, let readings else { return nil }
        var whole = mapping
        whole.subject = subject
        whole.readings = readings
        whole.source = fields.optional("source")?.string() ?? ""
        whole.area = fields.optional("area")?.string() ?? ""
        whole.period = fields.optional("period")?.string() ?? ""
        whole.category = category?.string() ?? ""
        whole.fields = fields.optional("fields").flatMap(further) ?? []
        whole.place = fields.optional("place").flatMap(place)
        // Without a subject the usual id would be the time alone.
        let id = subject.isEmpty ? fields.required("id") : fields.optional("id")
        if let id = id?.string() { whole.id = id }
        whole.missing = fields.optional("missing")?.strings(atMost: 16) ?? []
        if let item = fields.optional("delimiter"), let byte = delimiter(item) { whole.delimiter = byte }
        return findings.hasErrors ? nil : whole
    }

    private static func delimiter(_ item: YAMLItem) -> UInt8? {
        guard let text = item.string() else { return nil }
        let bytes = Array(text == "tab" ? "\t".utf8 : text.utf8)
        guard bytes.count == 1, bytes[0] < 0x80, bytes[0] != UInt8(ascii: "\"") else {
            item.report(
                "bad_delimiter", "a delimiter is one ASCII character or tab, this is '\(text)'",
                help: "write ',', ';' or tab")
            return nil
        }
        return bytes[0]
    }

    private static func time(_ item: YAMLItem) -> Mapping? {
        guard let fields = item.fields(["columns", "format", "zone", "step", "since", "shift"]) else { return nil }
        let columns = fields.required("columns")?.strings(atMost: 4)
        guard let pattern = fields.optional("step").map({ steps($0, fields) }) ?? written(fields), let columns else {
            return nil
        }
        var mapping = Mapping(time: pattern)
        mapping.timeColumns = columns
        mapping.shift = fields.optional("shift")?.span() ?? .zero
        return mapping
    }

    private static func steps(_ item: YAMLItem, _ fields: YAMLFields) -> TimePattern? {
        for key in ["format", "zone"] {
            fields.optional(key)?.report("bad_time_format", "a number of steps has no \(key)", help: "remove it")
        }
        guard let step = item.span(in: TimeSpan.milliseconds(1)...TimeSpan.days(366)),
            let since = fields.required("since")?.timestamp()
        else { return nil }
        return TimePattern(step: step, since: since)
    }

    private static func written(_ fields: YAMLFields) -> TimePattern? {
        fields.optional("since")?.report(
            "bad_time_format", "'since' goes with 'step'", help: "add 'step: 1s' or remove it")
        let format = fields.required("format")
        let zone = fields.optional("zone")
        let minutes = zone.flatMap(offset)
        guard let format, let text = format.string(), zone == nil || minutes != nil else { return nil }
        let pattern = TimePattern(text, zoneMinutes: minutes)
        if pattern == nil {
            format.report(
                "bad_time_format", "'\(text)' is no time format, or has not one zone",
                help: "write rfc3339, or a pattern like yyyy-MM-dd HH:mm:ss with zone: \"+08:00\" or a Z in the pattern"
            )
        }
        return pattern
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
    private static func further(_ item: YAMLItem) -> [Mapping.Field]? {
        guard let items = item.items(atMost: Limits.fields) else { return nil }
        let list = items.map { item -> Mapping.Field? in
            let item = YAMLItem(node: item.node, name: "a field", source: item.source)
            guard let fields = item.fields(["column", "name", "kind"]) else { return nil }
            let column = fields.required("column")?.string()
            let name = fields.optional("name").map { $0.string() } ?? column
            let kind = fields.read("kind", or: .string) {
                $0.word(of: [("string", Mapping.Field.Kind.string), ("int", .int), ("double", .double)])
            }
            guard let column, let name, let kind else { return nil }
            // An event has these itself: the door would refuse each.
            guard !Mapping.Field.taken.contains(name) else {
                (fields.optional("name") ?? fields.item).report(
                    "bad_name", "an event has its own '\(name)'", help: "give the field another 'name'")
                return nil
            }
            return Mapping.Field(name: name, column: column, kind: kind)
        }
        return list.contains(nil) ? nil : list.compactMap { $0 }
    }

    private static func place(_ item: YAMLItem) -> Mapping.Place? {
        guard let fields = item.fields(["lon", "lat", "crs"]) else { return nil }
        let longitude = fields.required("lon")?.string()
        let latitude = fields.required("lat")?.string()
        let system = fields.read("crs", or: "") { $0.string() }
        guard let longitude, let latitude, let system else { return nil }
        return Mapping.Place(longitude: longitude, latitude: latitude, system: system)
    }
}
