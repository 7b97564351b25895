import Engine
import Events
import StrictYAML

/// Reads a table of subjects (`id,name_zh,name_en,area,lon,lat,unit,limit.…`, and for people and
/// hazards `grade,population,place,owner`, and `field.…` for what a city adds) or of areas (`code,name_zh,name_en,population`).
struct RegistryTable {
    let table: CSVTable
    let source: YAMLSource

    private static let subjectColumns = [
        "id", "name_zh", "name_en", "area", "lon", "lat", "unit", "grade", "population", "place", "owner",
    ]
    private static let areaColumns = ["code", "name_zh", "name_en", "population"]

    func read(into parts: inout RegistryParts) {
        let names = table.header.map(\.text)
        let holdsAreas = names.contains("code")
        guard check(names, against: holdsAreas ? Self.areaColumns : Self.subjectColumns, limits: !holdsAreas) else {
            return
        }
        for row in table.rows {
            if holdsAreas { readArea(row, names, &parts) } else { readSubject(row, names, &parts) }
        }
    }

    private func check(_ names: [String], against known: [String], limits: Bool) -> Bool {
        var fits = true
        for (index, cell) in table.header.enumerated() {
            let isFurther =
                limits && ["limit.", "field."].contains(cell.text.prefix(6)) && isName(cell.text.dropFirst(6))
                && (cell.text.hasPrefix("limit.") || !Formula.registryNames.contains(String(cell.text.dropFirst(6))))
            if names[..<index].contains(cell.text) {
                source.report(
                    .csvColumn, at: cell.mark, "the column '\(cell.text)' comes twice", help: "remove one of the two")
                fits = false
            } else if limits, cell.text.hasPrefix("limit."), let usual = smallLimitName(cell.text.dropFirst(6)) {
                source.report(
                    .csvColumn, at: cell.mark, "limits are named in small letters, and this is '\(cell.text)'",
                    help: "write limit.\(usual)")
                fits = false
            } else if !known.contains(cell.text), !isFurther {
                source.report(
                    .csvColumn, at: cell.mark, "a registry has no column '\(cell.text)'",
                    help: closest(to: cell.text, among: known).map { "did you mean '\($0)'?" }
                        ?? "the columns are: \(known.joined(separator: ", "))\(limits ? ", limit.…, field.…" : "")")
                fits = false
            }
        }
        if !names.contains(known[0]) {
            source.report(
                .csvColumn, at: table.header[0].mark, "the table has no column '\(known[0])'",
                help: "add it: every row needs its \(known[0])")
            fits = false
        }
        return fits
    }

    private func item(_ row: [CSVTable.Cell], _ names: [String], _ column: String) -> YAMLItem? {
        guard let index = names.firstIndex(of: column), !row[index].text.isEmpty else { return nil }
        return item(row[index], column)
    }

    private func item(_ cell: CSVTable.Cell, _ column: String) -> YAMLItem {
        YAMLItem(
            node: YAMLNode(content: .scalar(cell.text, style: .plain), mark: cell.mark), name: column, source: source)
    }

    private func name(_ row: [CSVTable.Cell], _ names: [String]) -> Rule.Bilingual {
        Rule.Bilingual(
            zh: item(row, names, "name_zh")?.scalar ?? "", en: item(row, names, "name_en")?.scalar ?? "")
    }

    /// The key of a row; an empty one is a finding.
    private func key(_ row: [CSVTable.Cell], _ names: [String], _ column: String) -> YAMLItem? {
        let found = item(row, names, column)
        if found == nil {
            source.report(
                YAMLCode.emptyValue, at: row[0].mark, "\(column) has no value", help: "fill it in, or remove the row")
        } else if let text = found?.scalar, text.first == " " || text.last == " " {
            found?.report(
                RuleCode.csvShape.rawValue, "'\(text)' has a blank at its edge, and would be another \(column)",
                help: "remove the blank")
        }
        return found
    }

    private func readArea(_ row: [CSVTable.Cell], _ names: [String], _ parts: inout RegistryParts) {
        guard let code = key(row, names, "code"), let text = code.scalar else { return }
        let population = item(row, names, "population").flatMap { $0.int(in: Registry.populationBounds) } ?? 0
        parts.add(Registry.Area(code: text, name: name(row, names), population: Int64(population)), at: code)
    }

    private func readSubject(_ row: [CSVTable.Cell], _ names: [String], _ parts: inout RegistryParts) {
        guard let id = key(row, names, "id"), let text = id.scalar else { return }
        var subject = Registry.Subject(id: text, name: name(row, names))
        subject.area = item(row, names, "area").flatMap(parts.areaCode) ?? ""
        let (longitude, latitude) = (item(row, names, "lon"), item(row, names, "lat"))
        if (longitude == nil) != (latitude == nil) {
            (longitude ?? latitude)?.report(
                YAMLCode.emptyValue.rawValue, "a place has 'lon' and 'lat'", help: "give both, or neither")
        }
        subject.longitude = longitude.flatMap { $0.double(in: -180...180) } ?? .nan
        subject.latitude = latitude.flatMap { $0.double(in: -90...90) } ?? .nan
        subject.unit = item(row, names, "unit")?.scalar ?? ""
        subject.grade = UInt8(item(row, names, "grade").flatMap { $0.int(in: 1...4) } ?? 0)
        subject.population = Int64(
            item(row, names, "population").flatMap { $0.int(in: Registry.populationBounds) } ?? 0)
        subject.place = item(row, names, "place")?.scalar ?? ""
        subject.owner = item(row, names, "owner")?.scalar ?? ""
        var limits: [Registry.Limit] = []
        for (index, column) in names.enumerated() where column.hasPrefix("limit.") && !row[index].text.isEmpty {
            guard let value = item(row[index], column).double() else { continue }
            limits.append(Registry.Limit(name: String(column.dropFirst(6)), value: value))
        }
        subject.limits = limits.sorted { $0.name < $1.name }
        subject.columns = names.indices.filter { names[$0].hasPrefix("field.") && !row[$0].text.isEmpty }.map {
            Registry.Column(name: String(names[$0].dropFirst(6)), text: row[$0].text)
        }.sorted { $0.name < $1.name }
        parts.add(subject, at: id)
    }
}
