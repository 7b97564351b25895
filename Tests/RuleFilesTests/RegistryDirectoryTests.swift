import Engine
import Events
import RuleFiles
import StrictYAML
import Testing

struct RegistryDirectoryTests {
    private func load(_ files: [(String, String)]) -> RegistryDirectory.Loading {
        RegistryDirectory.load(files: files.map { .init(path: $0.0, bytes: Array($0.1.utf8)) })
    }

    @Test func `tables and documents become one registry`() {
        let loading = load([
            (
                "tanks.csv",
                "\u{FEFF}id,name_zh,name_en,area,lon,lat,unit,limit.hh,limit.h\r\n"
                    + "CG-2,\"北罐区,二号\"\"大罐\"\"\",,320281100,120.27,31.91,市应急管理局,92,85\r\n\r\n"
                    + "CG-1,一号,Tank one,,,,,,80\n"
            ),
            (
                "more.yml",
                """
                subjects:
                  - {id: RQ-1, name: {zh: 阀井, en: Valve well}, area: "320213021000", limits: {h: 20}}
                areas:
                  "320213": {zh: 梁溪区, en: Liangxi District, population: 985000}
                """
            ),
            ("areas.csv", "code,name_zh\n320281,江阴市"),
        ])
        #expect(loading.findings == [])
        #expect(
            loading.registry
                == Registry(
                    subjects: [
                        .init(
                            id: "CG-2", name: .init(zh: "北罐区,二号\"大罐\"", en: ""), area: "320281100",
                            longitude: 120.27, latitude: 31.91, unit: "市应急管理局",
                            limits: [.init(name: "h", value: 85), .init(name: "hh", value: 92)]),
                        .init(
                            id: "CG-1", name: .init(zh: "一号", en: "Tank one"), limits: [.init(name: "h", value: 80)]),
                        .init(
                            id: "RQ-1", name: .init(zh: "阀井", en: "Valve well"), area: "320213021000",
                            limits: [.init(name: "h", value: 20)]),
                    ],
                    areas: [
                        .init(code: "320213", name: .init(zh: "梁溪区", en: "Liangxi District"), population: 985_000),
                        .init(code: "320281", name: .init(zh: "江阴市", en: "")),
                    ]))
    }

    @Test func `a table larger than is read is refused with what to do`() {
        let bytes = [UInt8](repeating: UInt8(ascii: "x"), count: YAMLLimits.tables.bytes + 1)
        let loading = RegistryDirectory.load(files: [.init(path: "tanks.csv", bytes: bytes)])
        #expect(loading.registry == nil)
        #expect(loading.findings.map(\.code) == ["file_too_large"])
        #expect(loading.findings.map(\.suggestion) == ["split it into several files"])
    }

    @Test func `a city's own columns are read from tables and documents`() {
        let loading = load([
            ("pipes.csv", "id,field.material,field.laid\nGD-1,PE,\n"),
            ("more.yml", "subjects: [{id: GD-2, fields: {material: cast-iron, laid: 1987}}]\n"),
        ])
        #expect(loading.findings == [])
        #expect(
            loading.registry?.subjects.map(\.columns) == [
                [.init(name: "material", text: "PE")],
                [.init(name: "laid", text: "1987"), .init(name: "material", text: "cast-iron")],
            ])
    }

    @Test func `a column cannot take a name that every registry has`() {
        let loading = load([
            ("a.csv", "id,field.grade\nA,1\n"), ("b.yml", "subjects: [{id: B, fields: {owner: x}}]\n"),
        ])
        #expect(
            loading.findings.map { "\($0.path):\($0.line):\($0.column) \($0.code)" } == [
                "a.csv:1:4 csv_column", "b.yml:1:29 bad_name",
            ])
    }

    @Test func `a usual limit in capitals is told: no rule would find it`() {
        for (path, text) in [
            ("tanks.csv", "id,limit.HH\nCG-1,90"), ("tanks.yml", "subjects:\n  - {id: CG-1, limits: {HH: 90}}"),
        ] {
            let findings = load([(path, text)]).findings
            #expect(
                findings.map(\.message) == [
                    "limits are named in small letters, and this is '\(path.hasSuffix("csv") ? "limit.HH" : "HH")'"
                ])
        }
        #expect(load([("tanks.csv", "id,limit.hh,limit.Own\nCG-1,90,1")]).findings == [])
    }

    @Test func `an error in one file keeps the whole registry away`() {
        let loading = load([("a.csv", "id\nA\n"), ("b.csv", "id,lon,lat\nB,120,91\n")])
        #expect(loading.registry == nil)
        #expect(loading.findings.map { "\($0.path):\($0.line):\($0.column) \($0.code)" } == ["b.csv:2:7 out_of_range"])
    }

    @Test func `ten thousand subjects load, and are found`() throws {
        var text = "id,name_zh,area,lon,lat,limit.h\n"
        for number in 0..<10_000 { text += "RQ-\(100_000 + number),阀井\(number),320213021000,120.3,31.57,25\n" }
        let registry = try #require(load([("subjects.csv", text)]).registry)
        #expect(registry.subjects.count == 10_000)
        #expect(registry.subject("RQ-105000")?.limits == [.init(name: "h", value: 25)])
    }

    @Test func `a table of nothing but flaws has a bounded list of findings`() {
        let loading = load([("a.csv", "id,lat\n" + String(repeating: "A,91\n", count: 5000))])
        #expect(loading.findings.count == Findings.maximum)
        #expect(loading.registry == nil)
    }

    @Test func `an error is never left out for advice`() {
        let findings = Findings()
        func add(_ severity: Finding.Severity, _ number: Int) {
            findings.add(
                Finding(
                    path: "\(number)", severity: severity, code: "unreachable", message: "", suggestion: ""))
        }
        for number in 0..<Findings.maximum + 5 { add(.warning, number) }
        add(.error, -1)
        #expect(findings.list.count == Findings.maximum && findings.omitted == 6 && findings.hasErrors)
        #expect(findings.list.last?.path == "-1")
        for number in 0..<Findings.maximum + 5 { add(.error, number) }
        #expect(findings.list.allSatisfy { $0.severity == .error } && findings.list.count == Findings.maximum)
    }

    @Test func `half a place and a blank beside an id are told`() {
        #expect(load([("a.csv", "id,lon,lat\nA,120.3,\n")]).findings.map(\.code) == ["empty_value"])
        #expect(load([("a.csv", "id,lon,lat\nA,120.3,31.5\nB,,\n")]).findings.isEmpty)
        #expect(load([("a.csv", "id\nA \n")]).findings.map(\.code) == ["csv_shape"])
    }

    @Test func `the catalogue reads conversions, ranges and sentinels`() {
        let metrics = catalogue()
        #expect(metrics["rain.mm"]?.kind == .increment)
        #expect(metrics["rain.mm"]?.plausible == 0...300)
        #expect(
            metrics["air.temperature"]
                == Metric(
                    name: "air.temperature", zh: "气温", unit: "°C",
                    conversions: [.init(unit: "K", scale: 1, offset: -273.15)], sentinels: [-200]))
        #expect(metrics["gas"] == nil)
        #expect(metrics.units == ["%LEL", "K", "m3", "mm", "°C"])
    }
}
