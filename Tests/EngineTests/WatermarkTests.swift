import Events
import Testing

@testable import Engine

/// A key that several sources feed: its timers wait for the slowest that is not idle.
struct WatermarkTests {
    /// By area, so that two sources feed one key; other keys of a source move its time.
    static func rule(_ hold: Int64 = 60, change: (inout Rule) -> Void = { _ in }) -> Rule {
        .over50(for: hold) {
            $0.by = .area(digits: 6)
            change(&$0)
        }
    }

    static let area = "320213"
    static let elsewhere = "320205"

    static func fed(_ rule: Rule = rule(), timing: Timing = Timing(clock: .events, idleTimeout: .hours(1))) -> Scenario
    {
        var scenario = Scenario(rule, timing: timing)
        scenario.read(0, 60, from: "a", area)
        scenario.read(20, 60, from: "b", area)
        return scenario
    }

    @Test func `a hold waits for the source that is behind, not for the one that fed its key last`() {
        for (ahead, behind) in [("a", "b"), ("b", "a")] {
            var scenario = Self.fed()
            scenario.read(65, 1, from: ahead, Self.elsewhere)
            #expect(scenario.lines == [])
            scenario.read(60, 1, from: behind, Self.elsewhere)
            #expect(scenario.lines == [], "data at the moment itself may follow")
            scenario.read(61, 1, from: behind, Self.elsewhere)
            #expect(scenario.lines == ["60 raised red \(Self.area)"])
        }
    }

    @Test func `S31 a source that falls silent holds its key back until it is idle, and no longer`() {
        let rule = WindowKindTests.rule(.count, .tumbling(every: .seconds(10)), at: 1) {
            $0.by = .area(digits: 6)
            $0.lateness = .seconds(1)
        }
        var scenario = Scenario(rule, timing: Timing(clock: .events, idleTimeout: .seconds(30)))
        scenario.read(5, 1, from: "b", Self.area)
        scenario.read(12, 1, from: "a", Self.area)
        scenario.read(20, 1, from: "b", Self.area)
        #expect(scenario.lines == ["10 raised red \(Self.area)"])
        for time in stride(from: 22.0, through: 49.0, by: 9) { scenario.read(time, 1, from: "a", Self.area) }
        // b is at 20 and a at 49: nothing beyond 19 was applied.
        #expect(scenario.engine.counters[0].counters.evaluated == 2)
        scenario.read(51, 1, from: "a", Self.area)
        #expect(scenario.engine.counters[0].counters.evaluated == 7, "idle from 50 on")
        scenario.read(100, 1, from: "a", Self.area)
        #expect(scenario.engine.counters[0].counters.evaluated == 8)
    }

    @Test func `what an older reading of another source changes is not before the alarm began`() {
        let rule = Self.rule {
            $0.ladder = [
                .init(level: .blue, at: .number(50), hold: .seconds(60)), .init(level: .red, at: .number(80)),
            ]
        }
        for (value, change) in [(90.0, "escalated red"), (1, "resolved")] {
            var scenario = Scenario(rule, timing: Timing(clock: .events, idleTimeout: .seconds(30)))
            scenario.read(0, 60, from: "a", Self.area)
            scenario.read(200, 1, from: "b", Self.elsewhere)
            scenario.read(41, value, from: "c", Self.area)
            #expect(scenario.lines == ["60 raised blue \(Self.area)", "60 \(change) \(Self.area)"])
        }
    }

    @Test func `readings of two sources with lateness are applied in one order`() {
        var scenario = Scenario(Self.rule(10) { $0.lateness = .seconds(2) })
        scenario.read(0, 60, from: "a", Self.area)
        scenario.read(0, 60, from: "b", Self.area)
        scenario.read(30, 60, from: "a", Self.area)
        // b says at 5 what a did not see; a has been at 30 for long.
        scenario.read(5, 10, from: "b", Self.area)
        scenario.read(33, 60, from: "b", Self.area)
        scenario.read(33, 60, from: "a", Self.area)
        #expect(scenario.lines == [])
        for source in ["a", "b"] { scenario.read(43, 60, from: source, Self.area) }
        #expect(scenario.lines == ["40 raised red \(Self.area)"])
    }

    @Test func `a source that comes back from being idle is waited for again`() {
        var scenario = Self.fed(timing: Timing(clock: .wall, idleTimeout: .seconds(30)))
        scenario.read(49, 60, from: "a", Self.area)
        scenario.tick(50)
        scenario.read(52, 1, from: "b", Self.elsewhere)
        scenario.read(80, 1, from: "a", Self.elsewhere)
        #expect(scenario.lines == [], "b is at 52 and awake")
        scenario.tick(82)
        #expect(scenario.lines == ["60 raised red \(Self.area)"])
    }

    @Test func `own: one department that back-fills stalls its own keys and nobody else's`() {
        var scenario = Scenario(Self.rule(), timing: Timing(clock: .events, idleTimeout: .hours(1)))
        scenario.read(1000, 1, from: "old", Self.elsewhere)
        scenario.read(2000, 60, from: "new", Self.area)
        for time in stride(from: 1001.0, to: 1030, by: 1) {
            scenario.read(time, 60, from: "old", Self.elsewhere)
            scenario.read(time + 1040, 60, from: "new", Self.area)
        }
        #expect(scenario.lines == ["2060 raised red \(Self.area)"])
    }

    @Test func `own: all sources idle let the clock decide`() {
        var scenario = Self.fed(timing: Timing(clock: .wall, idleTimeout: .seconds(30)))
        for second in 21..<100 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["60 raised red \(Self.area)"])
    }

    @Test func `a gap of one source is none while another feeds the key`() {
        let rule = Self.rule { $0.maxGap = .seconds(50) }
        var scenario = Self.fed(rule)
        scenario.read(50, 60, from: "b", Self.area)
        scenario.read(61, 1, from: "b", Self.elsewhere)
        scenario.read(90, 1, from: "a", Self.elsewhere)
        #expect(scenario.lines == ["60 raised red \(Self.area)"])
    }

    @Test func `what is held waits for no source once the slow one has fallen idle`() {
        let rule = Self.rule {
            $0.ladder = [.init(level: .red, at: .number(40), clearHold: .seconds(10))]
            $0.lateness = .seconds(10)
        }
        var scenario = Scenario(rule, timing: Timing(clock: .wall, idleTimeout: .seconds(60)))
        scenario.read(0, 5, from: "b", Self.area)
        scenario.read(30, 60, from: "a", Self.area)
        scenario.read(60, 5, from: "a", Self.elsewhere)
        scenario.tick(61)
        #expect(scenario.lines == ["30 raised red \(Self.area)"])
    }

    @Test func `a fifth source pushes out the one that was silent longest`() {
        var scenario = Scenario(Self.rule(), timing: Timing(clock: .events, idleTimeout: .seconds(3600)))
        for (index, source) in ["a", "b", "c", "d", "e"].enumerated() {
            scenario.read(Double(index), 60, from: source, Self.area)
        }
        for source in ["b", "c", "d"] { scenario.read(61, 1, from: source, Self.elsewhere) }
        #expect(scenario.lines == [])
        scenario.read(61, 1, from: "e", Self.elsewhere)
        #expect(scenario.lines == ["60 raised red \(Self.area)"], "a stayed at 0")
    }

    @Test func `sources of a key outlast restarts and reloads`() throws {
        for reloads in [false, true] {
            var scenario = Self.fed()
            if reloads { scenario.reload(Self.rule { $0.title.en = "other" }) } else { try scenario.restart() }
            scenario.read(65, 1, from: "b", Self.elsewhere)
            #expect(scenario.lines == [])
            scenario.read(61, 1, from: "a", Self.elsewhere)
            #expect(scenario.lines == ["60 raised red \(Self.area)"])
        }
    }

    @Test func `the list of sources moves the one heard last to the front`() {
        func list(_ heard: [Int32]) -> [Int32] {
            var sources = KeySources()
            for source in heard { sources.heard(source) }
            var list: [Int32] = []
            sources.visit { list.append($0) }
            #expect(sources.isSound(among: 9))
            return list
        }
        #expect(list([]) == [] && list([3]) == [3] && list([3, 3]) == [3] && list([3, 4]) == [4, 3])
        #expect(list([1, 2, 3, 4]) == [4, 3, 2, 1] && list([1, 2, 3, 4, 5]) == [5, 4, 3, 2])
        #expect(
            list([1, 2, 3, 4, 1]) == [1, 4, 3, 2] && list([1, 2, 3, 1]) == [1, 3, 2] && list([1, 2, 1]) == [1, 2])
        #expect(list([1, 2, 3, 4, 2]) == [2, 4, 3, 1] && list([1, 2, 3, 4, 3]) == [3, 4, 2, 1])
    }

    @Test(arguments: [0, 5] as [Int64]) func `own: streams of three sources are decided alike however they are cut`(
        lateness: Int64
    ) throws {
        func run(_ size: Int, restarts: Bool = false) throws -> [String] {
            var scenario = Scenario(
                Self.rule(4) {
                    $0.lateness = .seconds(lateness)
                    $0.ladder[0].at = .number(120)
                }, timing: Timing(clock: .events, idleTimeout: .seconds(9)))
            var random = WindowStreamTests.Random(6)
            var batch = EventBatch()
            for index in 0..<900 {
                // c pauses now and then for longer than the idle time-out.
                let source = ["a", "b", index / 100 % 2 == 0 ? "c" : "a"][random.below(3)]
                let time = Double(index) / 4 - (source == "b" ? 3 : 0)
                batch.add(
                    time: Scenario.seconds(time), value: Double(random.below(600)), subject: "x", source: source,
                    area: [Self.area, Self.elsewhere][random.below(2)])
                guard batch.count == size || index == 899 else { continue }
                scenario.apply(.events(batch), at: 10_000)
                batch = EventBatch()
                if restarts { try scenario.restart() }
            }
            return scenario.lines
        }
        let one = try run(1)
        #expect(one.count > 10)
        #expect(try run(100) == one)
        #expect(try run(1000) == one)
        #expect(try run(7, restarts: true) == one)
    }
}

extension Scenario {
    mutating func read(_ seconds: Double, _ value: Double, from source: String, _ area: String) {
        self.source = source
        read(seconds, value, subject: "x", area: area)
    }
}
