import Engine
import Events
import Testing

/// `Engine.explain`: what a key's state says about itself, and that asking changes nothing.
struct ExplanationTests {
    private static func ladder() -> Rule {
        Rule.threshold(
            "r", .init(level: .blue, at: .number(10), clear: .number(8), hold: .seconds(600)),
            .init(level: .yellow, at: .limit("h", fallback: 25), clear: .number(15), clearHold: .seconds(60)),
            .init(level: .red, at: .limit("hh", fallback: nil)))
    }

    private static func time(_ second: Double) -> Timestamp { Scenario.seconds(second) }

    private func state(_ scenario: Scenario, _ key: String = "x") throws -> Explanation.State {
        try #require(scenario.engine.explain(rule: "r", key: key)?.state)
    }

    @Test func `a pending level says since when and until when, and a quiet one why`() throws {
        var scenario = Scenario(Self.ladder())
        scenario.read(0, 12)
        scenario.read(60, 13)
        let state = try state(scenario)
        #expect(state.level == nil && state.newest == Self.time(60) && state.values.map(\.value) == [13])
        #expect(state.rungs.map(\.signal) == [.enter, .clear, .unknown])
        #expect(state.rungs.map(\.at.origin) == [.number, .fallback("h"), .missing("hh")])
        #expect(state.rungs[0].phase == .pending(since: Self.time(0), until: Self.time(600)))
        #expect(state.rungs[1].phase == .out)
        #expect(state.timer == Self.time(600))
    }

    @Test func `an absence says when it will be one`() throws {
        var scenario = AbsenceTests.scenario()
        scenario.read(0, 1)
        scenario.read(50, 1)
        #expect(try state(scenario).timer == Self.time(350))
        scenario.tick(400)
        let raised = try state(scenario)
        #expect(raised.level == .yellow && raised.timer == Self.time(1250))
    }

    @Test func `a hold that was broken off has no timer any more`() throws {
        var scenario = Scenario(Self.ladder())
        scenario.read(0, 12)
        scenario.read(60, 5)
        let state = try state(scenario)
        #expect(state.rungs[0].phase == .out && state.timer == nil)
    }

    @Test func `a firing key names its episode, and a clearing level the end of its hold`() throws {
        let registry = Registry(subjects: [.init(id: "x", limits: [.init(name: "h", value: 20)])])
        var scenario = Scenario(Self.ladder(), registry: registry)
        scenario.read(0, 21)
        scenario.read(30, 9)
        let state = try state(scenario)
        #expect(state.level == .yellow && state.peak == .yellow && state.startedAt == Self.time(0))
        #expect(state.episode == scenario.decisions.first?.episode && state.isRegistered)
        #expect(state.rungs[1].at == .init(value: 20, origin: .limit("h")))
        #expect(state.rungs[0].signal == .stay)
        #expect(state.rungs[1].phase == .clearing(since: Self.time(30), until: Self.time(90)))
    }

    @Test func `what may be told now: calendar, inhibitors, flapping, answers`() throws {
        let rule = SendingTests.rule("r", "m") { rule in
            rule.active = CalendarTests.calendar((0, 10), (12, 24))
            rule.inhibitedBy = [.init(rule: "b")]
            rule.flap = .init(low: 0.25, high: 0.5)
            rule.response = .init(acknowledgeWithin: .minutes(5))
        }
        var scenario = Scenario(rule, SendingTests.inhibitor, timing: Timing(clock: .wall))
        let nine = CalendarTests.clock("09:00")
        scenario.read(nine, 60)
        var sending = try state(scenario).sending
        #expect(sending.withheld == .none && sending.mutedUntil == nil && sending.inhibitors == [])
        #expect(sending.isAnnounced && sending.answerDue == Self.time(nine + 300))
        #expect(!sending.isFlapping && abs((sending.change ?? 0) - 1.18 / 20) < 1e-12)
        scenario.acknowledge(nine + 60, scenario.decisions[0].id)
        scenario.read(nine + 120, 60, metric: "n")
        sending = try state(scenario).sending
        #expect(sending.withheld == .inhibited && sending.inhibitors == ["b"])
        #expect(sending.isAcknowledged && sending.answerDue == nil)
        scenario.read(CalendarTests.clock("10:30"), 10, metric: "n")
        sending = try state(scenario).sending
        #expect(sending.withheld == .muted && sending.mutedUntil == CalendarTests.moment("2026-07-01T12:00:00+08:00"))
    }

    @Test func `a flapping key names its episode, though no level is held`() throws {
        var scenario = Scenario(FlapTests.falling())
        for (second, value) in FlapTests.vector.enumerated() { scenario.read(Double(second), value) }
        let state = try state(scenario)
        #expect(state.level == nil && state.sending.isFlapping && (state.sending.change ?? 0) > 0.5)
        #expect(state.episode == scenario.decisions.last?.episode && state.peak == .red)
    }

    @Test func `silence has its clock and then its alarm`() throws {
        let rule = Rule.threshold("r", .init(level: .red, at: .number(80))) {
            $0.noData = .init(after: .seconds(300), action: .alarm, level: .yellow)
        }
        var scenario = Scenario(rule)
        scenario.read(0, 1)
        #expect(try state(scenario).silence?.due == Self.time(300))
        #expect(try state(scenario).silence?.since == nil)
        scenario.read(400, 1, subject: "y")
        let silence = try #require(try state(scenario).silence)
        #expect(silence.since == Self.time(300) && silence.episode == scenario.decisions.first?.episode)
    }

    @Test func `a gate that is false counts as below every clear, and each part of it has its value`() throws {
        var rule = Self.ladder()
        rule.values = [
            .init(name: "v", kind: .reading),
            .init(name: "n", kind: .window(.init(aggregate: .count, over: .seconds(60), step: .seconds(60)))),
        ]
        rule.onlyWhile = try Formula(values: "n >= 2.0 && v < 100.0", names: ["v", "n"])
        var scenario = Scenario(rule)
        scenario.read(0, 30)
        let gated = try state(scenario)
        #expect(gated.rungs.map(\.signal) == [.gated, .gated, .gated] && gated.level == nil)
        let gate = try #require(gated.gate)
        #expect(
            gate.parts.map { "\($0.text) = \($0.result)" } == [
                "n >= 2.0 && v < 100.0 = false", "n >= 2.0 = false", "n = 1.0", "v < 100.0 = true", "v = 30.0",
            ])
        scenario.read(1, 30)
        #expect(try state(scenario).level == .yellow)
    }

    @Test func `asking changes nothing, in the state or in what is decided afterwards`() throws {
        var rule = Self.ladder()
        rule.values = [.init(name: "n", kind: .window(.init(aggregate: .sum, over: .seconds(60), step: .seconds(10))))]
        var (asked, silent) = (Scenario(rule), Scenario(rule))
        for second in stride(from: 0.0, to: 2000, by: 7) {
            asked.read(second, second.truncatingRemainder(dividingBy: 50))
            silent.read(second, second.truncatingRemainder(dividingBy: 50))
            _ = asked.engine.explain(rule: "r", key: "x")
        }
        #expect(asked.lines == silent.lines && !asked.lines.isEmpty)
        #expect(asked.engine.snapshot() == silent.engine.snapshot())
    }

    @Test func `unknown rules and keys that were never heard of are told apart`() throws {
        var scenario = Scenario(Self.ladder())
        scenario.read(0, 1)
        #expect(scenario.engine.explain(rule: "q", key: "x") == nil)
        let unseen = try #require(scenario.engine.explain(rule: "r", key: "y"))
        #expect(unseen.state == nil && unseen.counters.evaluated == 1)
        #expect(scenario.engine.keys(of: "r") == ["x"])
        #expect(scenario.engine.explain(rule: "r", key: "x", exercise: true)?.state == nil)
    }

    @Test func `an event shows its key, whether where lets it in, and what every expression comes to`() throws {
        var rule = Self.ladder()
        rule.condition = try Formula(event: "quality == \"good\" && has(limit.h)", yield: .boolean)
        rule.values = [.init(name: "value", kind: .formula(try Formula(event: "value * 2.0", yield: .number)))]
        let registry = Registry(subjects: [.init(id: "x", limits: [.init(name: "h", value: 20)])])
        let scenario = Scenario(rule, registry: registry)
        var batch = EventBatch()
        batch.add(time: Self.time(5), value: 4, subject: "x")
        batch.add(time: Self.time(5), value: 4, subject: "y")
        batch.add(time: Self.time(5), value: 4, subject: "y", metric: "other")
        let known = try #require(scenario.engine.explain(rule: "r", batch, event: 0).first)
        #expect(known.key == "x" && known.condition?.result == "true")
        #expect(known.values.first?.expression.parts.map(\.result) == ["8.0", "4.0"])
        let unknown = try #require(scenario.engine.explain(rule: "r", batch, event: 1).first)
        #expect(unknown.condition?.result == "false")
        #expect(scenario.engine.explain(rule: "r", batch, event: 2) == [])
    }
}
