import Engine
import Events
import Foundation
import StrictYAML

/// Reads what is known of subjects and areas beforehand: `registry/*.yml` and `*.csv`, all files as one registry.
public enum RegistryDirectory {
    public struct Loading {
        /// nil where any finding is an error.
        public var registry: Registry?
        public var findings: [Finding]
    }

    /// Where a registry is looked for unless a place is named. Only there it may be missing: a place that somebody names is there, or its
    /// name is wrong, and every threshold that is a limit of the registry would never be judged.
    public static let standard = "registry"

    /// nil where there is none at the standard place.
    public static func loadIfPresent(_ directory: String) -> Loading? {
        guard directory != standard || FileManager.default.fileExists(atPath: directory) else { return nil }
        return load(directory)
    }

    public static func load(_ directory: String) -> Loading {
        let findings = Findings()
        let files = DirectoryFiles.read(directory, suffixes: [".yml", ".yaml", ".csv"], findings: findings)
        var loading = load(files: files, findings: findings)
        loading.findings = loading.findings.map { $0.under(directory) }
        return loading
    }

    public static func load(files: [DirectoryFiles.File], findings: Findings = Findings()) -> Loading {
        var parts = RegistryParts()
        for file in files.sorted(by: { $0.path < $1.path }) {
            if file.path.hasSuffix(".csv") {
                readTable(file, &parts, findings)
            } else if let root = YAMLDocument.read(
                path: file.path, bytes: file.bytes, limits: .tables, findings: findings)
            {
                readDocument(root, &parts)
            }
        }
        guard !findings.hasErrors else { return Loading(registry: nil, findings: findings.sorted) }
        let registry = Registry(subjects: parts.subjects, areas: parts.areas)
        return Loading(registry: registry, findings: findings.sorted)
    }

    private static func readTable(_ file: DirectoryFiles.File, _ parts: inout RegistryParts, _ findings: Findings) {
        let limit = YAMLLimits.tables.bytes
        guard file.bytes.count <= limit, let text = String(validating: file.bytes, as: UTF8.self) else {
            let source = YAMLSource(path: file.path, text: "", findings: findings)
            if file.bytes.count > limit {
                source.report(
                    YAMLCode.fileTooLarge, at: nil, "the file has \(file.bytes.count) bytes, at most \(limit) are read",
                    help: "split it into several files")
            } else {
                source.report(YAMLCode.notUTF8, at: nil, "the file is not UTF-8", help: "save it as UTF-8")
            }
            return
        }
        let source = YAMLSource(path: file.path, text: text, findings: findings)
        guard let table = CSVTable.read(source, bytes: file.bytes) else { return }
        RegistryTable(table: table, source: source).read(into: &parts)
    }

    static func readDocument(_ root: YAMLItem, _ parts: inout RegistryParts) {
        if let pairs = root.pairs(), let first = pairs.first, first.name.utf8.allSatisfy({ $0 &- 48 <= 9 }) {
            return readAreas(pairs, &parts)
        }
        guard let fields = root.fields(["subjects", "areas"]) else { return }
        readAreas(fields.optional("areas")?.pairs() ?? [], &parts)
        for item in fields.optional("subjects")?.items(atMost: 1_000_000) ?? [] {
            readSubject(YAMLItem(node: item.node, name: "a subject", source: item.source), &parts)
        }
    }

    /// `"320213": {zh: 梁溪区, en: Liangxi District, population: 985000}`
    private static func readAreas(_ pairs: [YAMLPair], _ parts: inout RegistryParts) {
        for pair in pairs {
            guard let (name, population) = area(pair.value) else { continue }
            let code = YAMLItem(
                node: YAMLNode(content: .scalar(pair.name, style: .plain), mark: pair.keyMark), name: "an area",
                source: pair.source)
            parts.add(Registry.Area(code: pair.name, name: name, population: Int64(population)), at: code)
        }
    }

    private static func area(_ item: YAMLItem) -> (name: Rule.Bilingual, population: Int)? {
        if item.scalar != nil { return name(item).map { ($0, 0) } }
        guard let fields = item.fields(["zh", "en", "population"]), let zh = fields.required("zh")?.string(),
            let en = fields.read("en", or: "", { $0.string() }),
            let population = fields.read("population", or: 0, { $0.int(in: Registry.populationBounds) })
        else { return nil }
        return (Rule.Bilingual(zh: zh, en: en), population)
    }

    private static func readSubject(_ item: YAMLItem, _ parts: inout RegistryParts) {
        guard
            let fields = item.fields([
                "id", "name", "area", "lon", "lat", "unit", "limits", "grade", "population", "place", "owner",
                "fields",
            ])
        else { return }
        let id = fields.required("id")
        let name = fields.read("name", or: Rule.Bilingual(zh: "", en: ""), name)
        let area = fields.read("area", or: "", parts.areaCode)
        let longitude = fields.read("lon", or: Double.nan) { $0.double(in: -180...180) }
        let latitude = fields.read("lat", or: Double.nan) { $0.double(in: -90...90) }
        let unit = fields.read("unit", or: "") { $0.string() }
        let limits = fields.read("limits", or: [], limits)
        let grade = fields.read("grade", or: 0) { $0.int(in: 1...4) }
        let population = fields.read("population", or: 0) { $0.int(in: Registry.populationBounds) }
        let place = fields.read("place", or: "") { $0.string() }
        let owner = fields.read("owner", or: "") { $0.string() }
        let columns = fields.read("fields", or: [], columns)
        guard let id, let text = id.string(), let name, let area, let longitude, let latitude, let unit, let limits,
            let grade, let population, let place, let owner, let columns
        else { return }
        parts.add(
            Registry.Subject(
                id: text, name: name, area: area, longitude: longitude, latitude: latitude, unit: unit, limits: limits,
                grade: UInt8(grade), population: Int64(population), place: place, owner: owner,
                columns: columns),
            at: id)
    }

    /// `{zh: …, en: …}`, or a text that is Chinese only.
    private static func name(_ item: YAMLItem) -> Rule.Bilingual? {
        if item.scalar != nil { return item.string().map { Rule.Bilingual(zh: $0, en: "") } }
        guard let both = item.fields(["zh", "en"]), let zh = both.required("zh")?.string(),
            let en = both.read("en", or: "", { $0.string() })
        else { return nil }
        return Rule.Bilingual(zh: zh, en: en)
    }

    private static func limits(_ item: YAMLItem) -> [Registry.Limit]? {
        guard let pairs = item.pairs() else { return nil }
        let limits = pairs.map { pair -> Registry.Limit? in
            guard isName(pair.name) else {
                pair.source.report(
                    .badName, at: pair.keyMark, "'\(pair.name)' cannot name a limit",
                    help: "use letters, digits and _")
                return nil
            }
            if let usual = smallLimitName(pair.name) {
                pair.source.report(
                    .badName, at: pair.keyMark, "limits are named in small letters, and this is '\(pair.name)'",
                    help: "write \(usual)")
                return nil
            }
            return pair.value.double().map { Registry.Limit(name: pair.name, value: $0) }
        }
        return limits.contains { $0 == nil } ? nil : limits.compactMap { $0 }
    }
}

extension RegistryDirectory {
    private static func columns(_ item: YAMLItem) -> [Registry.Column]? {
        guard let pairs = item.pairs() else { return nil }
        let columns = pairs.map { pair -> Registry.Column? in
            guard isName(pair.name), !Formula.registryNames.contains(pair.name) else {
                pair.source.report(
                    .badName, at: pair.keyMark, "'\(pair.name)' cannot name a further column",
                    help: "use letters, digits and _, and no name that every registry has")
                return nil
            }
            return pair.value.string().map { Registry.Column(name: pair.name, text: $0) }
        }
        return columns.contains { $0 == nil } ? nil : columns.compactMap { $0 }
    }
}

/// The name of a usual limit where this is one but for its capitals: nil where it is right, or a city's own.
func smallLimitName(_ name: some StringProtocol) -> String? {
    let usual = name.lowercased()
    return name != usual && Formula.limitNames.contains(usual) ? usual : nil
}

extension Registry {
    static let populationBounds = Int(populations.lowerBound)...Int(populations.upperBound)
}

/// What has been read so far, with the keys that must not come again.
struct RegistryParts {
    var subjects: [Registry.Subject] = []
    var areas: [Registry.Area] = []
    private var subjectPlaces: [String: String] = [:]
    private var areaPlaces: [String: String] = [:]

    mutating func add(_ subject: Registry.Subject, at item: YAMLItem) {
        let place = "\(item.source.path):\(item.mark.line)"
        if let first = subjectPlaces.updateValue(place, forKey: subject.id) {
            item.report(.duplicateSubject, "subject '\(subject.id)' was given at \(first)", help: "keep one of the two")
            return
        }
        subjects.append(subject)
    }

    mutating func add(_ area: Registry.Area, at item: YAMLItem) {
        guard areaCode(item) != nil else { return }
        let place = "\(item.source.path):\(item.mark.line)"
        if let first = areaPlaces.updateValue(place, forKey: area.code) {
            item.report(.duplicateArea, "area '\(area.code)' was given at \(first)", help: "keep one of the two")
            return
        }
        areas.append(area)
    }

    func areaCode(_ item: YAMLItem) -> String? {
        guard let text = item.string() else { return nil }
        guard AreaCode(text) != nil else {
            item.report(.badArea, "'\(text)' is no area code", help: "an area code has 6, 9, 12 or 14 digits")
            return nil
        }
        return text
    }
}
