import Events
import Testing

@testable import Engine

/// S44: levels that change too often.
struct FlapTests {
    /// Kapacitor's: info below 95, warn below 94, crit below 93.
    static func falling(_ change: (inout Rule) -> Void = { _ in }) -> Rule {
        .threshold(
            "r", .init(level: .blue, compare: .less, at: .number(95)),
            .init(level: .yellow, compare: .less, at: .number(94)), .init(level: .red, compare: .less, at: .number(93))
        ) { rule in
            rule.flap = .init(low: 0.25, high: 0.5, history: 21)
            change(&rule)
        }
    }

    static let vector = [97.1, 92.6, 95.6, 93.1, 92.6, 95.8, 92.7, 96.0, 93.4, 95.3, 92.4, 95.1]

    static func played(_ rule: Rule = falling()) -> Scenario {
        var scenario = Scenario(rule)
        for (second, value) in vector.enumerated() { scenario.read(Double(second), value) }
        return scenario
    }

    @Test func `S44 Kapacitor's vector gives nine notices, then the start of flapping`() {
        #expect(
            Self.played().lines == [
                "1 raised red", "2 resolved", "3 raised yellow", "4 escalated red", "5 resolved", "6 raised red",
                "7 resolved", "8 raised yellow", "9 resolved", "10 flapping_started red",
            ])
    }

    @Test func `S44 the end of flapping carries the level, and is followed by the resolve where that is none`() throws {
        for (value, expected) in [(97.0, ["flapping_ended", "resolved"]), (93.5, ["flapping_ended yellow"])] {
            for cut in [nil, 14, 20] {
                var scenario = Self.played()
                for second in 12..<60 {
                    if second == cut { try scenario.restart() }
                    scenario.read(Double(second), value)
                }
                let rest = scenario.decisions.dropFirst(10)
                #expect(rest.map { $0.transition.name + ($0.level.map { " " + $0.name } ?? "") } == expected)
                #expect(rest.allSatisfy { $0.episode == scenario.decisions[9].id })
                #expect(rest.first?.previous == .red)
            }
        }
    }

    @Test func `after the end changes are told again, and the peak is that of all the while`() {
        var scenario = Self.played()
        for second in 12..<60 { scenario.read(Double(second), second == 13 ? 92 : 94.5) }
        scenario.read(60, 97)
        #expect(
            scenario.lines.suffix(3) == [
                "10 flapping_started red", "\(Self.end(scenario)) flapping_ended blue", "60 resolved",
            ])
        #expect(scenario.decisions.last?.peak == .red)
    }

    private static func end(_ scenario: Scenario) -> Int64 {
        (scenario.decisions.first { $0.transition == .flappingEnded }?.at.microseconds ?? 0) / 1_000_000
    }

    @Test func `it starts above high and ends below low, not at them`() {
        // Of two levels the one step weighs 0.8.
        for (high, expected) in [(0.8, "1 raised red"), (0.79, "1 flapping_started red")] {
            var scenario = Scenario(Self.falling { $0.flap = .init(low: 0.1, high: high, history: 2) })
            scenario.read(0, 97)
            scenario.read(1, 90)
            #expect(scenario.lines == [expected])
        }
    }

    @Test func `the share of change is weighted from 0.8 at the oldest step`() {
        var history = LevelHistory()
        #expect(history.change(over: 21) == 0)
        history.push(.red)
        #expect(abs(history.change(over: 21) - 1.18 / 20) < 1e-12)
        for _ in 0..<19 { history.push(.red) }
        #expect(abs(history.change(over: 21) - 0.8 / 20) < 1e-12)
        history.push(.red)
        #expect(history.change(over: 21) == 0)
        #expect((0..<21).allSatisfy { history[$0] == 4 })
        #expect(LevelHistory(word: history.word) == history)
        #expect(LevelHistory(word: 7) == nil && LevelHistory(word: 1 << 63) == nil)
    }

    @Test func `a rule that loses its flap ends the flapping with it`() {
        var scenario = Self.played()
        scenario.reload(Self.falling { $0.flap = nil })
        #expect(scenario.lines.suffix(3) == ["10 flapping_started red", "11 flapping_ended", "11 resolved"])
        scenario.read(20, 90)
        #expect(scenario.lines.last == "20 raised red")
    }

    @Test func `removal and silence end a flapping alarm once`() {
        var removed = Self.played()
        removed.reload()
        #expect(removed.lines.suffix(2) == ["10 flapping_started red", "11 resolved rule_removed"])
        var silent = Self.played(Self.falling { $0.noData = .init(after: .seconds(60), action: .resolve) })
        silent.read(200, 1, subject: "other", metric: "z")
        silent.read(300, 97)
        #expect(silent.lines.suffix(2) == ["10 flapping_started red", "71 resolved no_data"])
    }

    @Test func `flapping muted in between: what is told at the end of the mute is how things are`() {
        let rule = Self.falling { $0.active = CalendarTests.calendar((0, 10), (12, 24)) }
        let base = CalendarTests.clock("10:30")
        var scenario = Scenario(rule, timing: Timing(clock: .wall))
        for (second, value) in Self.vector.enumerated() { scenario.read(base + Double(second), value) }
        #expect(scenario.sent == [])
        scenario.tick(CalendarTests.clock("12:00"))
        #expect(scenario.decisions.last?.transition == .flappingStarted && scenario.sent.count == 1)
        for second in 0..<40 { scenario.read(CalendarTests.clock("12:01") + Double(second), 97) }
        #expect(scenario.decisions.suffix(2).map(\.transition) == [.flappingEnded, .resolved])
        #expect(scenario.sent.count == 3)
    }

    @Test func `an alarm inhibited by a flapping one stays so until the flapping is over`() {
        var scenario = Scenario(
            Self.falling { $0.input.metric = "n" },
            SendingTests.rule("a", "m") { $0.inhibitedBy = [.init(rule: "r")] })
        for (second, value) in Self.vector.enumerated() { scenario.read(Double(second), value, metric: "n") }
        scenario.read(12, 60)
        for second in 13..<16 { scenario.read(Double(second), second == 14 ? 90 : 97, metric: "n") }
        #expect(scenario.lines.last == "12 raised red (inhibited)")
        for second in 16..<60 { scenario.read(Double(second), 97, metric: "n") }
        #expect(scenario.sent.last == "a \(Self.end(scenario)) raised red")
    }

    @Test func `a flapping alarm at no level ends with its rule's dates`() {
        var scenario = Self.played(Self.falling { $0.effectiveUntil = .init(seconds: 1000) })
        scenario.read(12, 97)
        scenario.read(5000, 97, subject: "y")
        #expect(scenario.lines.suffix(2) == ["10 flapping_started red", "1000 resolved expired"])
    }

    @Test
    func `the end of a flapping alarm that nobody heard of is not told, though one reading ends its inhibition too`() {
        let inhibitor = SendingTests.rule("b", "n")
        var scenario = Scenario(Self.falling { $0.inhibitedBy = [.init(rule: "b")] }, inhibitor)
        scenario.read(0, 60, metric: "n")
        for (second, value) in Self.vector.enumerated() { scenario.read(Double(second), value) }
        for second in 12..<31 { scenario.read(Double(second), 97) }
        #expect(scenario.sent == ["b 0 raised red"])
        // The flapping ends within the next readings; each of them ends the inhibition, too.
        for second in 31..<60 {
            scenario.read(Double(second), [("n", 0), ("m", 97)])
        }
        #expect(
            scenario.lines.contains { $0.contains("flapping_ended") }
                && scenario.lines.contains { $0.hasPrefix("6") == false })
        #expect(scenario.sent.filter { $0.hasPrefix("r ") } == [])
    }
}
