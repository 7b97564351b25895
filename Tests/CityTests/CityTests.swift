import City
import Events
import Foundation
import Testing

struct CityTests {
    private static let whole = day(keepEvery: 1)

    /// The text between the key's quotes and colon and the next comma, quote or brace.
    private static func field(_ line: Substring, _ key: String) -> Substring? {
        guard let start = line.firstRange(of: "\"\(key)\":")?.upperBound else { return nil }
        let rest = line[start...]
        return rest.first == "\"" ? rest.dropFirst().prefix { $0 != "\"" } : rest.prefix { $0 != "," && $0 != "}" }
    }

    private static func day(seed: UInt64 = CityDay.defaultSeed, keepEvery: Int) -> (
        lines: [Substring], times: [Timestamp]
    ) {
        var city = CityDay(seed: seed, keepEvery: keepEvery)
        var line: [UInt8] = []
        var lines: [Substring] = []
        var times: [Timestamp] = []
        while let time = city.nextLine(into: &line) {
            lines.append(Substring(String(decoding: line.dropLast(), as: UTF8.self)))
            times.append(time)
            line.removeAll(keepingCapacity: true)
        }
        return (lines, times)
    }

    @Test func `the same seed gives the same bytes and another seed others`() {
        let first = Self.day(keepEvery: 20)
        #expect(first.lines == Self.day(keepEvery: 20).lines)
        #expect(first.lines != Self.day(seed: 7, keepEvery: 20).lines)
    }

    @Test func `a full day has between two and four hundred thousand events of two thousand subjects`() {
        let day = Self.whole
        #expect((200_000...400_000).contains(day.lines.count))
        #expect(day.lines.count == day.times.count)
        #expect(CityDay().subjectCount > 2000)
        print("the day has \(day.lines.count) events")
    }

    @Test func `every line is an event with the fields that the door asks for`() throws {
        for line in Self.day(keepEvery: 50).lines {
            let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["id"] is String && object["source"] is String && object["time"] is String)
            #expect(object["area"] is String)
            let isReport = object["type"] as? String == "report"
            #expect(isReport ? object["category"] is String : object["subject"] is String)
            #expect(isReport || object["value"] is NSNumber || object["readings"] is [Any])
        }
    }

    @Test func `event times of a source never go back, and the cut-off gateway sends late`() throws {
        let (lines, times) = Self.day(keepEvery: 5)
        var newest: [String: Timestamp] = [:]
        var sent = Timestamp.distantPast
        var late = 0
        for (line, time) in zip(lines, times) {
            let source = try #require(Self.field(line, "source"))
            #expect(newest[String(source)] ?? .distantPast <= time)
            newest[String(source)] = time
            if time < sent { late += 1 } else { sent = time }
        }
        #expect((20...80).contains(late))
    }

    @Test func `the faults are there`() {
        let lines = Self.day(keepEvery: 5).lines
        #expect(lines.contains { $0.utf8.suffix(14).elementsEqual("\"value\":-9999}".utf8) })
        #expect(lines.contains { $0.hasSuffix("\"value\":7999}") })
        let ids = lines.map { $0.prefix { $0 != "," } }
        #expect(Set(ids).count < ids.count)
    }

    @Test func `scripted readings come at their second with their value`() {
        let lines = Self.day(keepEvery: 100).lines
        let leak = lines.filter { $0.contains("RQ-0457/gas.lel/20260701T081530") }
        #expect(
            leak == [
                #"{"id":"RQ-0457/gas.lel/20260701T081530","source":"/wuxi/zjj/gw-10","subject":"RQ-0457","area":"320213021","time":"2026-07-01T08:15:30+08:00","metric":"gas.lel","unit":"%LEL","value":52.0}"#
            ])
        #expect(!lines.contains { $0.contains("RQ-0333/gas.lel/20260701T14") })
    }

    /// Values outside the script stay clear of the rules' lowest thresholds.
    @Test func `ordinary readings raise nothing`() throws {
        let scripted: Set = [
            "RQ-0457", "RQ-0212", "RQ-0650", "RQ-0101", "YL-0061", "YL-0062", "SW-0001", "TH-0001", "KQ-0007",
            "RY-0003",
            "CG-0017", "CG-0023", "QL-0005", "GW-0120", "GW-0121",
        ]
        let bounds: [String: ClosedRange<Double>] = [
            "gas.lel": 0...7.9, "rain.mm": 0...0.3, "crowd.density": 0...1.6, "tank.level": 15.1...79,
            "bridge.load": 0...95, "pipe.pressure": 0.221...1, "water.level": 0...4.1,
        ]
        for line in Self.day(keepEvery: 4).lines where line.hasSuffix("}") && !line.hasSuffix("]}") {
            guard let subject = Self.field(line, "subject"), !scripted.contains(String(subject)),
                let metric = Self.field(line, "metric"), let bound = bounds[String(metric)],
                let value = Self.field(line, "value").flatMap({ Double($0) }), value != -9999, value != 7999
            else { continue }
            #expect(bound.contains(value), "\(line)")
        }
    }

    @Test func `chance calls never cluster`() throws {
        var hotline: [String: [Int]] = [:]
        var fire: [String: [Int]] = [:]
        for (line, time) in zip(Self.whole.lines, Self.whole.times) {
            let isHotline = line.utf8.starts(with: "{\"id\":\"hotline-request".utf8)
            guard isHotline || line.utf8.starts(with: "{\"id\":\"fire".utf8) else { continue }
            let area = String(try #require(Self.field(line, "area")))
            let second = Int(time.microseconds / 1_000_000)
            if isHotline { hotline[area, default: []].append(second) } else { fire[area, default: []].append(second) }
        }
        func most(_ seconds: [Int]) -> Int {
            seconds.indices.map { i in seconds[i...].prefix { $0 - seconds[i] < 3600 }.count }.max() ?? 0
        }
        #expect(hotline.filter { most($0.value) >= 15 }.map(\.key) == ["320211006"])
        #expect(fire.filter { most($0.value) >= 3 }.map(\.key) == ["320281107"])
    }

    @Test func `the committed registry is the city's`() throws {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../registry/subjects.csv")
        if ProcessInfo.processInfo.environment["GOLDEN"] == "1" {
            try RegistryTable.csv().write(to: url, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: url, encoding: .utf8) == RegistryTable.csv())
    }

    @Test func `incidents are listed by first alarm, each transition with its level`() {
        for incident in Incident.all {
            let seconds = incident.alarms.map(\.second)
            #expect(seconds == seconds.sorted())
            #expect(incident.alarms.allSatisfy { ($0.level == nil) == ($0.transition == "resolved") })
        }
        #expect(Incident.all.count >= 12)
    }
}
