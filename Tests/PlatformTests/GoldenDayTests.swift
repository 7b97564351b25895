import City
import Engine
import Events
import Foundation
import Ingest
import Platform
import Testing

/// The shipped day, made smaller but with every incident, through decoder and engine with the shipped rules.
struct GoldenDayTests {
    static let golden = ConfigurationTests.root.path + "/fixtures/day/alarms.golden"

    static func decisions() throws -> [Decision] {
        var configuration = Configuration()
        let root = ConfigurationTests.root.path
        configuration.rules = root + "/rules"
        configuration.registry = root + "/registry"
        configuration.metrics = root + "/catalogue/metrics.yml"
        var replay = try Replay(configuration)
        var day = CityDay(keepEvery: 20)
        var all: [Decision] = []
        try replay.run(
            department: configuration.department,
            chunks: {
                var lines: [UInt8] = []
                for _ in 0..<1000 { if day.nextLine(into: &lines) == nil { break } }
                return lines.isEmpty ? nil : lines
            },
            refused: { Issue.record("refused \($0)") },
            each: { all += $0 })
        return all
    }

    static func line(_ decision: Decision) -> String {
        let time = decision.at.formatted().dropFirst(11).prefix(8)
        let level = decision.level?.name ?? "-"
        let reason = decision.reason == .none ? "" : " \(decision.reason.name)"
        let value = decision.value.isNaN ? "" : " \(decision.value)"
        return
            "\(time) \(decision.rule) \(decision.key) \(decision.about.name) \(decision.transition.name) \(level)\(value)\(reason)"
    }

    @Test func `the day's alarms are the golden ones and hold every scripted incident`() throws {
        let decisions = try Self.decisions()
        let lines = decisions.map(Self.line)
        if ProcessInfo.processInfo.environment["GOLDEN"] != nil {
            try FileManager.default.createDirectory(
                atPath: ConfigurationTests.root.path + "/fixtures/day", withIntermediateDirectories: true)
            try (lines.joined(separator: "\n") + "\n").write(toFile: Self.golden, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOfFile: Self.golden, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(lines.difference(from: golden).isEmpty, "\(lines.difference(from: golden))")
        for incident in Incident.all {
            let made = decisions.filter {
                $0.rule == incident.rule && $0.key == incident.key && $0.about.name == incident.about
            }
            let steps = made.map { "\(Self.second($0)) \($0.transition.name) \($0.level?.name ?? "")" }
            let expected = incident.alarms.map { "\($0.second) \($0.transition) \($0.level ?? "")" }
            #expect(steps == expected, "\(incident.title)")
        }
    }

    static func second(_ decision: Decision) -> Int64 {
        (decision.at.microseconds / 1_000_000 + 8 * 3600) % 86_400
    }
}
