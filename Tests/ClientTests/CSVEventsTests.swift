import Events
import Foundation
import StrictYAML
import TestSupport
import Testing

@testable import Client

struct CSVEventsTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    private static func mapping(_ text: String) throws -> Mapping {
        let findings = Findings()
        let mapping = MappingFile.read(path: "m.yml", bytes: Array(text.utf8), findings: findings)
        return try #require(mapping, "\(findings.sorted.map(\.rendered))")
    }

    private static func shipped(_ name: String) throws -> Mapping {
        let findings = Findings()
        let path = root.appending(path: "fixtures/maps/\(name).yml").path
        return try #require(MappingFile.load(path, findings: findings), "\(findings.sorted.map(\.rendered))")
    }

    private static func write(_ text: String) throws -> String {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let url = directory.appending(path: "table.csv")
        try text.write(to: url, atomically: true, encoding: .utf8)
        return url.path
    }

    /// What is known of a real table.
    struct Table: Sendable, CustomTestStringConvertible {
        var map: String
        var file: String
        var rows: Int
        /// Seconds of the first event's time.
        var first: Double
        /// Stands in the first event.
        var holds: String
        /// Rows without a time or with one in another form than the rest.
        var skipped: Int

        init(_ map: String, _ file: String, _ rows: Int, _ first: Double, _ holds: String, skipped: Int = 0) {
            (self.map, self.file, self.rows) = (map, file, rows)
            (self.first, self.holds, self.skipped) = (first, holds, skipped)
        }

        var testDescription: String { map }
    }

    private static func lines(_ events: inout CSVEvents) throws -> [String] {
        var bytes: [UInt8] = []
        while try events.nextLine(into: &bytes) != nil {}
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static let twoColumns = """
        subject: "{file}-{site}"
        source: /t
        delimiter: ";"
        time: {columns: [day, hour], format: "d/M/yyyy H:mm", zone: "+08:00", shift: 1h}
        period: PT1H
        missing: [NA]
        readings:
          - {column: a, metric: m.a, unit: "%"}
          - {column: b, metric: m.b, unit: m, scale: 0.5}
        """

    @Test func `a row becomes one event with a reading for each cell that has a value`() throws {
        let path = try Self.write("day;hour;site;a;b\n3/1/2026;9:30;\"x;\"\"y\";1.50;4\n03/01/2026;10:00;z;NA;5\n")
        var events = try CSVEvents(path: path, mapping: Self.mapping(Self.twoColumns))
        #expect(
            try Self.lines(&events) == [
                #"{"id":"table-x;\"y/2026-01-03T10:30:00+08:00","source":"/t","subject":"table-x;\"y","period":"PT1H","time":"2026-01-03T10:30:00+08:00","readings":[{"metric":"m.a","unit":"%","value":1.50},{"metric":"m.b","unit":"m","value":2.0}]}"#,
                #"{"id":"table-z/2026-01-03T11:00:00+08:00","source":"/t","subject":"table-z","period":"PT1H","time":"2026-01-03T11:00:00+08:00","readings":[{"metric":"m.b","unit":"m","value":2.5}]}"#,
            ])
    }

    @Test func `rows that cannot be read are passed over with line and reason`() throws {
        let path = try Self.write(
            "day;hour;site;a;b\n1/1/2026;1:00;z\n31/2/2026;1:00;z;1;1\n1/1/2026;1:00;z;0x1;1\n1/1/2026;1:00;z;;\n")
        var events = try CSVEvents(path: path, mapping: Self.mapping(Self.twoColumns))
        #expect(try Self.lines(&events) == [])
        #expect(events.skipped.list.map(\.line) == [2, 3, 4])
        #expect(events.skipped.list.map(\.reason)[1] == "'31/2/2026 1:00' is no time of the mapping's format")
        #expect(events.emptyCount == 1)
    }

    @Test func `a column of which there are two is not guessed`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "twice-\(UUID().uuidString).csv").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data("t,v,v\n1,2,3\n".utf8).write(to: URL(fileURLWithPath: path))
        var mapping = Mapping(time: try #require(TimePattern("rfc3339", zoneMinutes: nil)))
        (mapping.subject, mapping.timeColumns) = ("x", ["t"])
        mapping.readings = [.init(column: "v", metric: "gas.lel", unit: "%LEL")]
        let failure = #expect(throws: InputFailure.self) { try CSVEvents(path: path, mapping: mapping) }
        #expect(failure?.reason.contains("'v' comes twice") == true)
    }

    @Test func `a column that is not there is named with those that are`() throws {
        let path = try Self.write("day;hour;a\n")
        #expect {
            _ = try CSVEvents(path: path, mapping: Self.mapping(Self.twoColumns))
        } throws: { error in
            (error as? InputFailure)?.reason == "there is no column 'b'; the columns are: day, hour, a"
        }
    }

    @Test(arguments: [
        ("time: {columns: [t], format: \"yyyy-MM-dd\"}\nsubject: s\nreadings: []", "bad_time_format"),
        ("time: {columns: [t], format: rfc3339, zone: CST}\nsubject: s\nreadings: []", "bad_zone"),
        ("time: {columns: [t], format: rfc3339}\nreadings: []", "missing_field"),
        ("time: {columns: [t], format: rfc3339}\nsubject: s", "missing_field"),
        ("time: {columns: [t], step: 1h}\nsubject: s\nreadings: []", "missing_field"),
        (
            "time: {columns: [t], step: 1h, since: 2026-01-01T00:00:00Z, zone: \"+08:00\"}\nsubject: s\nreadings: []",
            "bad_time_format"
        ),
        ("time: {columns: [t], format: rfc3339}\ncategory: c", "missing_field"),
        ("time: {columns: [t], format: rfc3339}\ncategory: c\nreadings: []", "readings_of_report"),
        ("time: {columns: [t], format: rfc3339}\ncategory: c\nid: i\nfields: [{name: a}]", "missing_field"),
        (
            "time: {columns: [t], format: rfc3339}\ncategory: c\nid: i\nfields: [{column: a, kind: date}]",
            "unknown_word"
        ),
        ("time: {columns: [t], format: rfc3339}\ncategory: c\nid: i\nplace: {lon: x}", "missing_field"),
        ("time: {columns: [t], format: \"yyyy-MM-ddZ\", zone: \"+08:00\"}\ncategory: c", "bad_time_format"),
        ("time: {columns: [t], format: rfc3339}\nsubject: s\ndelimiter: ab\nreadings: []", "bad_delimiter"),
        ("time: {columns: [t], format: rfc3339}\nsubject: s\nreadings: [{column: a, metric: m}]", "missing_field"),
    ]) func `a mistake in a mapping file is a finding`(text: String, code: String) {
        let findings = Findings()
        #expect(MappingFile.read(path: "m.yml", bytes: Array(text.utf8), findings: findings) == nil)
        #expect(findings.list.map(\.code).contains(code))
        #expect(findings.list.allSatisfy { $0.suggestion != nil }, "\(findings.list.map(\.rendered))")
    }

    @Test func `a mapping file that is not there is a finding with what to do`() {
        let findings = Findings()
        #expect(MappingFile.load("/nowhere/gas.yml", findings: findings) == nil)
        #expect(findings.list.map(\.code) == ["file_unreadable"])
        #expect(findings.list.map(\.suggestion) == ["look at the path and its permissions"])
    }

    @Test func `patterns take what they say and nothing else`() throws {
        let pattern = try #require(TimePattern("yyyy-MM-dd HH:mm:ss", zoneMinutes: 480))
        #expect(pattern.parse("2026-07-01 00:00:00".utf8) == Timestamp(seconds: 1_782_835_200))
        for wrong in ["2026-07-01 00:00", "2026-7-01 00:00:00", "2026-02-29 00:00:00", "2026-07-01 24:00:00", "x"] {
            #expect(pattern.parse(wrong.utf8) == nil, "\(wrong)")
        }
        let zoned = try #require(TimePattern("yyyy-MM-dd HH:mm:ss.SSZ", zoneMinutes: nil))
        for zone in ["+0800", "+08:00"] {
            #expect(zoned.parse("2026-07-01 00:00:00.25\(zone)".utf8)?.microseconds == 1_782_835_200_250_000, "\(zone)")
        }
        #expect(zoned.parse("2026-06-30 16:00:00.25Z".utf8)?.microseconds == 1_782_835_200_250_000)
        for wrong in [".2+0800", ".250+0800", ".25", ".25+08", ".25 0800", ".25+0860", ".25+2400", ".25+08:00x"] {
            #expect(zoned.parse("2026-07-01 00:00:00\(wrong)".utf8) == nil, "\(wrong)")
        }
        let epoch = TimePattern(step: .milliseconds(1), since: Timestamp(seconds: 0))
        #expect(epoch.parse("1782835200250".utf8)?.microseconds == 1_782_835_200_250_000)
        for wrong in ["", "1.5", "1e3", "x", "9223372036854775807"] {
            #expect(epoch.parse(wrong.utf8) == nil, "\(wrong)")
        }
        #expect(TimePattern("HH:mm", zoneMinutes: 0) == nil)
        #expect(TimePattern("yyyy-MM-dd dd", zoneMinutes: 0) == nil)
    }

    @Test func `the mappings on the wire page read the tables beside them`() throws {
        let page = try String(contentsOf: Self.root.appending(path: "docs/wire.md"), encoding: .utf8)
        let section = try #require(page.components(separatedBy: "## CSV").last?.components(separatedBy: "\n## ").first)
        let blocks = section.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        let tables = blocks.filter { $0.hasPrefix("csv\n") }
        let mappings = blocks.filter { $0.hasPrefix("yaml\n") }
        #expect(tables.count == 2 && mappings.count == 2)
        for (table, mapping) in zip(tables, mappings) {
            let path = try Self.write(String(table.dropFirst(4)))
            var events = try CSVEvents(path: path, mapping: Self.mapping(String(mapping.dropFirst(5))))
            #expect(try Self.lines(&events).count == 2)
            #expect(events.skipped.count == 0 && events.emptyCount == 0)
        }
    }

    @Test func `a row with a category becomes one report with its fields and its place`() throws {
        let mapping = try Self.mapping(
            """
            category: "{kind}"
            area: "320200"
            id: "{no}"
            time: {columns: [at], format: "yyyy-MM-ddTHH:mm:ss.SSSZ"}
            missing: ["0"]
            fields: [{column: text, name: about}, {column: dead, kind: int}, {column: size, kind: double}]
            place: {lon: x, lat: y, crs: WGS84}
            """)
        let path = try Self.write(
            #"""
            no,at,kind,text,dead,size,x,y
            1,2026-01-03T10:30:00.250+0800,fire,"a ""b""",2,7,120.5,31.25
            2,2026-01-03T10:30:00.250Z,fire,,,7.5,0,31.25
            3,2026-01-03T10:30:00.250Z,,a,1,1,1,1
            4,2026-01-03T10:30:00.250Z,fire,a,1.5,1,1,1
            5,2026-01-03T10:30:00.250Z,fire,a,1,x,1,1
            6,2026-01-03T10:30:00.250Z,fire,a,1,1,1,north
            """#)
        var events = try CSVEvents(path: path, mapping: mapping)
        #expect(
            try Self.lines(&events) == [
                #"{"id":"1","area":"320200","category":"fire","lon":120.5,"lat":31.25,"crs":"WGS84","about":"a \"b\"","dead":2,"size":7.0,"time":"2026-01-03T10:30:00.250+08:00"}"#,
                #"{"id":"2","area":"320200","category":"fire","size":7.5,"time":"2026-01-03T18:30:00.250+08:00"}"#,
            ])
        #expect(events.emptyCount == 1)
        #expect(
            events.skipped.list == [
                .init(line: 5, reason: "'1.5' in column dead is no whole number"),
                .init(line: 6, reason: "'x' in column size is no number"),
                .init(line: 7, reason: "'north' in column y is no number"),
            ])
    }

    @Test
    func
        `a row that is not UTF-8 or whose scaled number is none is skipped with its reason, never sent as something else`()
        throws
    {
        let mapping = try Self.mapping(
            """
            subject: "{id}"
            id: "{id}"
            time: {columns: [at], format: "yyyy-MM-ddTHH:mm:ssZ"}
            readings: [{column: v, metric: gas.lel, unit: "%LEL", scale: 10}]
            """)
        let path = try Self.write("")
        let time = "2026-01-03T10:30:00Z"
        // 阀 in GBK.
        let row = Array("\n".utf8) + [0xB7, 0xA7] + Array(",\(time),1".utf8)
        let rest = "\nA,\(time),1e307\nB,\(time),1.7e308\nC,\(time),-2e308\nD,\(time),0.5"
        try Data(Array("id,at,v".utf8) + row + Array(rest.utf8)).write(to: URL(fileURLWithPath: path))
        var events = try CSVEvents(path: path, mapping: mapping)
        #expect(try Self.lines(&events).map { $0.prefix(9) } == [#"{"id":"A""#, #"{"id":"D""#])
        #expect(
            events.skipped.list == [
                .init(line: 2, reason: "not UTF-8; convert the file first: iconv -f GB18030 -t UTF-8"),
                .init(line: 4, reason: "'1.7e308' in column v is too large"),
                .init(line: 5, reason: "'-2e308' in column v is too large"),
            ])
        try Data([0xB7, 0xA7] + Array(",at\n".utf8)).write(to: URL(fileURLWithPath: path))
        #expect { try CSVEvents(path: path, mapping: mapping) } throws: { "\($0)".contains("not UTF-8") }
    }

    @Test func `what stands behind a line break in quotes is no row of its own`() throws {
        let mapping = try Self.mapping(
            """
            subject: "{id}"
            id: "{id}"
            time: {columns: [at], format: "yyyy-MM-ddTHH:mm:ssZ"}
            readings: [{column: v, metric: gas.lel, unit: "%LEL"}]
            """)
        let time = "2026-01-03T10:30:00Z"
        let path = try Self.write("id,at,v\nA,\(time),1\n\"B\nand more\nline\",\(time),2\nC,\(time),3\n")
        var events = try CSVEvents(path: path, mapping: mapping)
        #expect(try Self.lines(&events).map { $0.prefix(9) } == [#"{"id":"A""#, #"{"id":"C""#])
        #expect(events.skipped.list.map(\.line) == [3, 4, 5])
    }

    private static let tables = [
        Table("gas", "gas/chilbolton-ch4-2017/rel03_beam7.csv", 1481, 1_494_329_844, "chilbolton-rel03_beam7"),
        Table("water", "water/lro/Mendon2019.csv", 25_883, 1_546_326_000, "Mendon2019"),
        Table("air", "air/beijing_pm25_2012_2013.csv", 17_544, 1_325_350_800, "beijing"),
        Table("air-uci", "air/AirQualityUCI.csv", 9357, 1_078_941_600, "uci-station"),
        Table("crowd", "crowd/melbourne_pedestrian_2015.csv", 32_276, 1_420_034_400, "Birrarung Marr"),
        Table("earthquake", "earthquake/earthquakes_1965_2016_m5.5plus.csv", 23_412, -157_680_000, "6.0", skipped: 3),
        Table("bridge-force", "bridge/munich_support_force_1hz_states.csv", 2040, 1_646_663_715.601, "220.78"),
        Table("bridge-strain", "bridge/munich_support2_lowering_strain_5hz.csv", 5337, 1_649_674_029.5, "52.2649"),
        Table("bridge-modes", "bridge/yonghe_bridge_modal_hz.csv", 216, 1_216_746_000, "0.550854"),
        Table("fire", "fire-police/pittsburgh_fire_incidents.csv", 8945, 1_357_184_045, "F130000539", skipped: 18),
        Table("police", "fire-police/pittsburgh_non_traffic_citations.csv", 13_868, 1_408_053_900, "1083085"),
        Table("hotline", "hotline/nyc311_animal_complaints.csv", 4969, 1_735_735_920, "QUEENS"),
        Table("traffic-incident", "traffic/austin_traffic_incidents.csv", 3999, 1_512_110_159, "Crash Service"),
        Table("traffic-speed", "nab/data/realTraffic/speed_t4013.csv", 2495, 1_441_124_700, "speed_t4013"),
    ]

    @Test(.enabled(if: tables.allSatisfy { SharedData.has($0.file) }), arguments: tables)
    func `a shipped mapping reads every row of the real table`(table: Table) throws {
        var events = try CSVEvents(path: SharedData.path(table.file), mapping: Self.shipped(table.map))
        var line: [UInt8] = []
        let time = try events.nextLine(into: &line)
        #expect(time == Timestamp(microseconds: Int64((table.first * 1_000_000).rounded())))
        #expect(String(decoding: line, as: UTF8.self).contains(table.holds))
        var count = 1
        while try events.nextLine(into: &line) != nil {
            count += 1
            line.removeAll(keepingCapacity: true)
        }
        #expect(count + events.emptyCount + events.skipped.count == table.rows)
        #expect(events.skipped.count == table.skipped)
    }

    @Test func `numbers go out as written only where JSON has them so`() {
        for good in ["0", "-1.5", "10", "1e5", "2.5E-3"] { #expect(JSONText.isNumber(Array(good.utf8)), "\(good)") }
        for bad in ["", "01", "1.", ".5", "+1", "NaN", "1e", "0x1", "1 "] {
            #expect(!JSONText.isNumber(Array(bad.utf8)), "\(bad)")
        }
    }

    @Test func `lines of a file are read across chunks, with either line end`() throws {
        let long = String(repeating: "x", count: 300_000)
        let path = try Self.write("{\"a\":\"\(long)\",\"time\":\"2026-07-01T00:00:00+08:00\"}\r\n\n{\"b\":1}")
        var file = try NDJSONFile(path: path)
        var bytes: [UInt8] = []
        #expect(try file.nextLine(into: &bytes) == Timestamp(seconds: 1_782_835_200))
        #expect(bytes.count == 300_000 + 44)
        #expect(try file.nextLine(into: &bytes) == Timestamp(seconds: 1_782_835_200))
        #expect(bytes.suffix(8) == ArraySlice("{\"b\":1}\n".utf8))
        #expect(try file.nextLine(into: &bytes) == nil)
    }

    @Test func `pace multiplies time`() {
        var pace = Pace(speed: 60)
        let start = Timestamp(seconds: 1000)
        #expect(pace.due(start) == 0)
        #expect(pace.due(start + .minutes(1)) == 1000)
        #expect(pace.due(start - .minutes(1)) == 0)
        var free = Pace(speed: nil)
        #expect(free.due(start + .days(1)) == 0)
    }
}
