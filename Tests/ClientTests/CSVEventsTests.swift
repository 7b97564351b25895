import Events
import Foundation
import StrictYAML
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
        #expect(events.skipped.map(\.line) == [2, 3, 4])
        #expect(events.skipped.map(\.reason)[1] == "'31/2/2026 1:00' is no time of the mapping's format")
        #expect(events.emptyCount == 1)
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
        ("time: {columns: [t], format: rfc3339}\nsubject: s\ndelimiter: ab\nreadings: []", "bad_delimiter"),
        ("time: {columns: [t], format: rfc3339}\nsubject: s\nreadings: [{column: a, metric: m}]", "missing_field"),
    ]) func `a mistake in a mapping file is a finding`(text: String, code: String) {
        let findings = Findings()
        #expect(MappingFile.read(path: "m.yml", bytes: Array(text.utf8), findings: findings) == nil)
        #expect(findings.list.map(\.code).contains(code))
    }

    @Test func `patterns take what they say and nothing else`() throws {
        let pattern = try #require(TimePattern("yyyy-MM-dd HH:mm:ss", zoneMinutes: 480))
        #expect(pattern.parse("2026-07-01 00:00:00".utf8) == Timestamp(seconds: 1_782_835_200))
        for wrong in ["2026-07-01 00:00", "2026-7-01 00:00:00", "2026-02-29 00:00:00", "2026-07-01 24:00:00", "x"] {
            #expect(pattern.parse(wrong.utf8) == nil, "\(wrong)")
        }
        #expect(TimePattern("HH:mm", zoneMinutes: 0) == nil)
        #expect(TimePattern("yyyy-MM-dd dd", zoneMinutes: 0) == nil)
    }

    @Test(arguments: [
        ("gas", "gas/chilbolton-ch4-2017/rel03_beam7.csv", 1481, 1_494_329_844, "chilbolton-rel03_beam7"),
        ("water", "water/lro/Mendon2019.csv", 25_883, 1_546_326_000, "Mendon2019"),
        ("air", "air/beijing_pm25_2012_2013.csv", 17_544, 1_325_350_800, "beijing"),
        ("air-uci", "air/AirQualityUCI.csv", 9357, 1_078_941_600, "uci-station"),
    ]) func `a shipped mapping reads every row of the real table`(
        map: String, file: String, rows: Int, first: Int64, subject: String
    ) throws {
        let path = Self.root.appending(path: "../shared/data/\(file)").standardized.path
        guard FileManager.default.fileExists(atPath: path) else {
            print("skipped: \(file) is not there")
            return
        }
        var events = try CSVEvents(path: path, mapping: Self.shipped(map))
        var line: [UInt8] = []
        let time = try events.nextLine(into: &line)
        #expect(time == Timestamp(seconds: first))
        #expect(String(decoding: line, as: UTF8.self).contains("\"subject\":\"\(subject)\""))
        var count = 1
        while try events.nextLine(into: &line) != nil {
            count += 1
            line.removeAll(keepingCapacity: true)
        }
        #expect(count + events.emptyCount == rows)
        #expect(events.skipped == [])
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
