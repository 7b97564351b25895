import AlertStore
import Client
import Engine
import Events
import Foundation
import StrictYAML
import TestSupport
import Testing

/// What a platform with the rules of `fixtures/real` made of real data that was sent to it.
struct RealInput {
    /// Readings that the platform kept and did not believe.
    var implausible: UInt64
    var episodes: [Episode]
    var transitions: [Decision]

    static func time(_ text: String) throws -> Timestamp {
        let date = try #require(ISO8601DateFormatter().date(from: text))
        return Timestamp(seconds: Int64(date.timeIntervalSince1970))
    }

    /// Sends what lies in the range of each file, of which so many events are refused.
    static func send(_ files: [String], map: String, range: Range<Timestamp>, rejected: Int = 0) throws -> Self {
        let findings = Findings()
        let file = Repository.root + "/fixtures/maps/" + map
        let mapping = try #require(MappingFile.load(file, findings: findings), "\(findings.sorted)")
        let scratch = try Scratch()
        let platform = try RunningPlatform(in: scratch) {
            $0.rules = Repository.root + "/fixtures/real/rules"
            $0.registry = Repository.root + "/fixtures/real/registry"
        }
        var accepted: UInt64 = 0
        for path in files.map(SharedData.path) {
            let lines = Between(lines: try CSVEvents(path: path, mapping: mapping), range: range)
            let progress = try EndToEndTests.send(lines, to: platform.ingest, stream: path, batch: 250)
            #expect(progress.accepted + rejected == progress.read && progress.rejected == rejected)
            accepted += UInt64(progress.accepted)
        }
        // Counters are told once a second.
        #expect(try eventually { try platform.status().sources.first?.accepted == accepted })
        let implausible = try platform.status().codes.first { $0.code == "implausible" }?.count ?? 0
        #expect(platform.stop() == 0)
        // S42, for every kind of rule and for limits from the registry.
        try EndToEnd.BacktestTests.expectEqualToLive(platform.data, rules: platform.settings.rules, atLeast: 1)
        let alarms = try StoredAlarms(data: platform.data)
        return Self(implausible: implausible, episodes: try alarms.episodes(), transitions: try alarms.transitions())
    }

    static func send(
        _ file: String, map: String, from: String, until: String, rejected: Int = 0
    ) throws -> Self {
        try send([file], map: map, range: time(from)..<time(until), rejected: rejected)
    }

    /// What a rule said, in order, as `2015-02-21T22:00:00+11:00 raised blue Birrarung Marr`; the key only where asked for.
    func said(_ rule: String, zone hours: Int, keys: Bool = true) -> [String] {
        transitions.filter { $0.rule == rule }.map {
            let moment = $0.at.formatted(offsetMinutes: hours * 60)
            let words = [moment, $0.transition.name, $0.level.map { "\($0)" }, keys ? $0.key : nil]
            return words.compactMap { $0 }.joined(separator: " ")
        }
    }
}
