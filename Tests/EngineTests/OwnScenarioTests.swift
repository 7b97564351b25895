import CivilTime
import Engine
import Events
import Testing

/// What users of Kapacitor, Prometheus and Grafana would find next: of each group of RULES beyond its numbers. Event time has its
/// own in LatenessStreamTests and WatermarkTests, the tester in RuleFilesTests.
struct OwnScenarioTests {
    // MARK: state

    @Test func `own: two keys of a rule keep their own holds over a restart`() throws {
        var scenario = Scenario(.over50(for: 600))
        for time in stride(from: 0.0, through: 1200, by: 60) {
            scenario.read(time, 60, subject: "a")
            if time >= 300 { scenario.read(time, 60, subject: "b") }
            if time == 420 { try scenario.restart() }
        }
        #expect(scenario.lines == ["600 raised red a", "900 raised red b"])
    }

    @Test func `own: a renamed rule ends its episodes and begins clean under its new name`() {
        var scenario = Scenario(.over50(for: 0))
        scenario.read(0, 60)
        scenario.reload(.threshold("q", .init(level: .red, compare: .greater, at: .number(50))))
        #expect(scenario.lines == ["0 raised red", "0 resolved rule_removed"])
        scenario.read(60, 60)
        #expect(scenario.decisions.last?.rule == "q" && scenario.decisions.last?.startedAt == Scenario.seconds(60))
    }

    @Test func `own: a rule that was paused ends what is over with the first reading after it`() {
        var scenario = Scenario(.over50(for: 0))
        scenario.read(0, 60)
        scenario.reload(.over50(for: 0) { $0.status = .disabled })
        scenario.read(60, 10)
        scenario.reload(.over50(for: 0))
        #expect(scenario.lines == ["0 raised red"], "nobody looked at 60")
        scenario.read(120, 10)
        #expect(scenario.lines == ["0 raised red", "120 resolved"])
    }

    // MARK: no data

    static let watched = Rule.over50(for: 0) { $0.noData = .init(after: .seconds(120), action: .alarm) }

    @Test func `own: one of two gateways that falls silent is no silence of the sensor`() {
        var scenario = Scenario(Self.watched, timing: Timing(clock: .wall))
        for time in stride(from: 0.0, through: 600, by: 60) {
            scenario.source = time < 200 && time.truncatingRemainder(dividingBy: 120) == 0 ? "a" : "b"
            scenario.read(time, 10)
        }
        #expect(scenario.lines == [])
    }

    @Test func `own: the silence of one key is not that of another, and ends by itself alone`() {
        var scenario = Scenario(Self.watched, timing: Timing(clock: .wall))
        scenario.read(0, 60, subject: "a")
        for time in stride(from: 0.0, through: 300, by: 60) { scenario.read(time, 10, subject: "b") }
        scenario.read(310, 60, subject: "a")
        #expect(
            scenario.lines == ["0 raised red a", "120 raised blue no_data a", "310 resolved no_data a"])
    }

    // MARK: life-cycle

    @Test func `own: one high reading starts the way to the end anew`() {
        let rule = Rule.threshold(
            "r", .init(level: .red, compare: .greater, at: .number(50), clearHold: .seconds(300)))
        var scenario = Scenario(rule)
        for (time, value) in [(0.0, 60.0), (60, 10), (300, 60), (360, 10), (600, 10), (660, 10)] {
            scenario.read(time, value)
        }
        #expect(scenario.lines == ["0 raised red", "660 resolved"])
    }

    @Test func `own: a level that waits delays no other`() {
        let rule = Rule.threshold(
            "r", .init(level: .orange, at: .number(20), hold: .seconds(600)), .init(level: .red, at: .number(50)))
        var scenario = Scenario(rule)
        for (time, value) in [(0.0, 30.0), (60, 60), (120, 30), (600, 30), (660, 10)] { scenario.read(time, value) }
        #expect(scenario.lines == ["60 raised red", "120 resolved", "600 raised orange", "660 resolved"])
    }

    // MARK: notices

    @Test func `own: a spike inside one message is told with its end, in order`() {
        var scenario = Scenario(.over50(for: 0))
        var batch = EventBatch()
        for (time, value) in [(0.0, 10.0), (1, 60), (2, 10)] {
            batch.add(time: Scenario.seconds(time), value: value, subject: "x")
        }
        scenario.apply(.events(batch), at: 2)
        #expect(scenario.sent == ["r 1 raised red", "r 2 resolved"])
    }

    @Test func `own: a reload inside a mute tells nothing, and its end tells once`() {
        func muted(_ title: String) -> Rule {
            .over50(for: 0) {
                $0.title.en = title
                $0.active = Rule.Calendar()
                // Shanghai's clock shows 08:00 at 0.
                $0.active?.hours = [.init(from: 8 * 60 + 30, until: 20 * 60)]
            }
        }
        var scenario = Scenario(muted("one"), timing: Timing(clock: .wall))
        scenario.read(60, 60)
        scenario.reload(muted("two"))
        scenario.tick(1799)
        #expect(scenario.sent == [])
        scenario.tick(1800)
        scenario.tick(1860)
        #expect(scenario.sent == ["r 1800 raised red"])
    }
}
