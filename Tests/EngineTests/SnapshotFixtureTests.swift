import Events
import Foundation
import Testing

@testable import Engine

/// Snapshots as every version wrote them: later ones must read them, for a pruned journal cannot be replayed from its beginning.
///
/// A fixture is written once, when its version is new, by running this test with FENGHUO_WRITE_FIXTURE=1, and never again. Version 1
/// was never released. `snapshot-N.next` holds what is decided after the restart, as the version that wrote it decided it.
struct SnapshotFixtureTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    static let firstReleased: UInt16 = 2

    /// A rule of every kind that keeps something: thresholds with holds, every window, silence, flapping, late readings that wait,
    /// patterns, distances, an index; alarms that are open, and one that was acknowledged.
    private static let rules: [Rule] = {
        let sliding = Aggregate.allCases.filter { $0 != .quantile && $0 != .ewma }.map {
            ("\($0)", $0, Rule.Window.Shape.sliding(over: .seconds(60), step: .seconds(5)))
        }
        let windows =
            sliding + [
                ("tumbling", .sum, .tumbling(every: .seconds(20))),
                ("session", .count, .session(gap: .seconds(30), longest: .seconds(90))),
                ("samples", .quantile, .samples(9)), ("exact", .min, .exact(over: .seconds(30))),
                ("half", .ewma, .halfLife(.seconds(10))), ("weight", .ewma, .weight(0.3)),
            ]
        func named(_ id: String, _ rule: Rule) -> Rule {
            var rule = rule
            rule.id = id
            return rule
        }
        return [
            .threshold("hold", .init(level: .blue, at: .number(5), hold: .seconds(30), clearHold: .seconds(20))) {
                $0.noData = .init(after: .seconds(40), action: .alarm)
            },
            .threshold("late", .init(level: .red, at: .number(14), hold: .seconds(3))) { $0.lateness = .seconds(20) },
            named("flapping", FlapTests.falling()), named("absence", AbsenceTests.rule()),
            named("steps", SequenceTests.rule(["a", "b", "c"].map { SequenceTests.step($0) }, within: 900)),
            named("near", ProximityTests.rule(metres: 2000)),
            CompositeTests.part("a"), CompositeTests.part("b"), CompositeTests.index(CompositeTests.both),
        ]
            + windows.map { id, aggregate, shape in
                named(id, WindowKindTests.rule(aggregate, shape, at: 4, quantile: aggregate == .quantile ? 0.5 : 0))
            }
    }()

    private static func busy() -> Scenario {
        var scenario = Scenario()
        scenario.engine = Engine(ruleSet: RuleSet(rules: rules, timing: Timing(clock: .events), zones: [.shanghai]))
        for index in 0..<400 {
            read(index, &scenario)
            guard index % 50 == 7 else { continue }
            let (time, metric) = (Double(index), ["a", "b"][index / 50 % 2])
            scenario.read(
                time, 25, subject: "p", metric: metric, area: CompositeTests.street, place: ProximityTests.here)
            scenario.read(time, 9, subject: "q\(index)", place: ProximityTests.near)
        }
        if let first = scenario.decisions.first(where: { $0.transition == .raised }) {
            scenario.acknowledge(399, first.episode)
        }
        return scenario
    }

    private static func read(_ index: Int, _ scenario: inout Scenario) {
        scenario.read(Double(index), Double(index * 7919 % 97 % 16), subject: "s\(index * 31 % 9)")
    }

    /// What comes after the snapshot.
    private static func goOn(_ engine: Engine) -> [String] {
        var scenario = Scenario()
        (scenario.engine, scenario.position) = (engine, engine.nextPosition)
        for index in 400..<700 { read(index, &scenario) }
        scenario.tick(2000)
        return scenario.sent
    }

    private static func file(_ version: UInt16, _ ending: String) -> URL {
        folder.appendingPathComponent("snapshot-\(version).\(ending)")
    }

    @Test(arguments: firstReleased...Engine.snapshotVersion)
    func `a snapshot of every version is read and goes on as it was`(version: UInt16) throws {
        let bytes = [UInt8](try Data(contentsOf: Self.file(version, "bytes")))
        let engine = try Engine(snapshot: bytes)
        #expect(engine.nextPosition > 400)
        let expected = try String(contentsOf: Self.file(version, "next"), encoding: .utf8)
        #expect(Self.goOn(engine).joined(separator: "\n") == expected)
        #expect(expected.split(separator: "\n").count > 20)
        // The newest is also written as it was; only the number of the engine that writes it, after the form's, may be another.
        let heading = MemoryLayout<UInt16>.size + MemoryLayout<UInt32>.size
        if version == Engine.snapshotVersion {
            #expect(engine.snapshot().dropFirst(heading) == bytes.dropFirst(heading))
        }
    }

    @Test(arguments: [firstReleased - 1, Engine.snapshotVersion + 1])
    func `a snapshot of a version that is not known is an error that names it`(version: UInt16) throws {
        var bytes = [UInt8](try Data(contentsOf: Self.file(Engine.snapshotVersion, "bytes")))
        bytes[0] = UInt8(version)
        #expect {
            try Engine(snapshot: bytes)
        } throws: { "\($0)".contains("snapshot of form \(version)") }
    }

    @Test(arguments: [Rule.NoData.Action.resolve, .keep])
    func `who was given up is so in a snapshot of before, which did not say it`(action: Rule.NoData.Action) throws {
        let rule = Rule.threshold("r", .init(level: .red, at: .number(5))) {
            $0.noData = .init(after: .seconds(40), action: action)
        }
        var scenario = Scenario(rule, timing: Timing(clock: .wall))
        scenario.read(0, 9)
        for second in stride(from: 10.0, through: 120, by: 10) { scenario.tick(second) }
        let isGivenUp = action == .resolve
        // As engines before 9 kept it.
        scenario.engine.runtimes[0].keys.write(0)[0].score = 12
        var other = scenario.engine
        #expect(other.runtimes[0].keys.read(0)[0].isGivenUp == isGivenUp)
        other.runtimes[0].keys.write(0)[0].isGivenUp = !isGivenUp
        let (bytes, changed) = (scenario.engine.snapshot(), other.snapshot())
        let mark = try #require(bytes.indices.first { bytes[$0] != changed[$0] })
        for version in [Engine.silentMarksVersion, Engine.snapshotVersion] {
            var read = bytes
            read[0] = UInt8(version)
            if version == Engine.silentMarksVersion { read.remove(at: mark) }
            let state = try Engine(snapshot: read).runtimes[0].keys.read(0)[0]
            #expect(state.isGivenUp == isGivenUp && state.score.isNaN == isGivenUp)
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["FENGHUO_WRITE_FIXTURE"] != nil))
    func `writes the fixture of the newest version`() throws {
        let engine = Self.busy().engine
        try Data(engine.snapshot()).write(to: Self.file(Engine.snapshotVersion, "bytes"))
        let next = Self.goOn(engine).joined(separator: "\n")
        try Data(next.utf8).write(to: Self.file(Engine.snapshotVersion, "next"))
    }
}
