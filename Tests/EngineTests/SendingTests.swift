import Engine
import Events
import Testing

/// What leaves, and what is only stored.
struct SendingTests {
    static func rule(_ id: String, _ metric: String, change: (inout Rule) -> Void = { _ in }) -> Rule {
        .threshold(
            id, .init(level: .yellow, at: .number(20)), .init(level: .red, at: .number(50))
        ) { rule in
            rule.input.metric = metric
            change(&rule)
        }
    }

    static let inhibited = rule("a", "m") { $0.inhibitedBy = [.init(rule: "b")] }
    static let inhibitor = rule("b", "n")

    @Test func `S24 what was raised before it was inhibited is resolved`() {
        var scenario = Scenario(Self.inhibited, Self.inhibitor)
        scenario.read(0, 60)
        scenario.read(60, 60, metric: "n")
        scenario.read(120, 10)
        #expect(scenario.sent == ["a 0 raised red", "b 60 raised red", "a 120 resolved"])
    }

    @Test func `S24 what is raised and over while it is inhibited is stored and never sent`() {
        var scenario = Scenario(Self.inhibited, Self.inhibitor)
        scenario.read(0, 60, metric: "n")
        scenario.read(60, 60)
        scenario.read(120, 10)
        scenario.read(180, 10, metric: "n")
        #expect(
            scenario.lines == [
                "0 raised red", "60 raised red (inhibited)", "120 resolved (inhibited)", "180 resolved",
            ])
    }

    @Test func `when the inhibitor ends, what still fires is told as it is now, once`() {
        var scenario = Scenario(Self.inhibited, Self.inhibitor)
        scenario.read(0, 60, metric: "n")
        scenario.read(60, 30)
        scenario.read(120, 60)
        scenario.read(180, 10, metric: "n")
        scenario.read(240, 60)
        scenario.read(300, 10)
        #expect(
            scenario.lines == [
                "0 raised red", "60 raised yellow (inhibited)", "120 escalated red (inhibited)", "180 resolved",
                "180 raised red", "300 resolved",
            ])
        let told = scenario.decisions[4]
        #expect(told.episode == scenario.decisions[1].id && told.startedAt == Scenario.seconds(60))
        #expect(told.previous == nil && told.value == 60 && told.decidedAt == Scenario.seconds(180))
        #expect(told.eventPosition == 3, "the reading that it rests on")
    }

    @Test
    func `an escalation withheld after the raise is told when the inhibitor ends, a return to what was told is not`() {
        for (last, expected) in [(60.0, ["a 180 escalated red"]), (30, [])] {
            var scenario = Scenario(Self.inhibited, Self.inhibitor)
            scenario.read(0, 30)
            scenario.read(60, 60, metric: "n")
            scenario.read(120, 60)
            scenario.read(150, last)
            scenario.read(180, 10, metric: "n")
            #expect(scenario.sent == ["a 0 raised yellow", "b 60 raised red"] + ["b 180 resolved"] + expected)
        }
    }

    @Test(arguments: [["m", "n"], ["n", "m"]])
    func `an inhibitor raised by the same event inhibits, whichever reading stands first`(metrics: [String]) {
        var scenario = Scenario(Self.inhibited, Self.inhibitor)
        scenario.read(0, metrics.map { ($0, 60) })
        #expect(scenario.sent == ["b 0 raised red"])
        scenario.read(60, metrics.map { ($0, 10) })
        #expect(scenario.sent == ["b 0 raised red", "b 60 resolved"])
    }

    @Test func `an inhibitor raised by the same instant's timer inhibits, though its id comes later`() {
        func held(_ rule: Rule) -> Rule {
            var rule = rule
            for index in rule.ladder.indices { rule.ladder[index].hold = .seconds(60) }
            return rule
        }
        var scenario = Scenario(held(Self.inhibited), held(Self.inhibitor))
        scenario.read(0, [("m", 60), ("n", 60)])
        scenario.read(90, 1, subject: "y")
        #expect(scenario.sent == ["b 60 raised red"])
    }

    @Test func `S26 both active at a restart, the inhibited one does not leak`() throws {
        var scenario = Scenario(Self.inhibited, Self.inhibitor)
        scenario.read(0, [("m", 60), ("n", 60)])
        try scenario.restart()
        scenario.apply(.started(deaf: .seconds(10)), at: 10)
        scenario.read(60, 60)
        scenario.read(70, 70, metric: "n")
        #expect(scenario.sent == ["b 0 raised red"])
        scenario.read(120, 10, metric: "n")
        #expect(scenario.sent == ["b 0 raised red", "b 120 resolved", "a 120 raised red"])
    }

    @Test func `only the same subject inhibits, and a drill only a drill`() {
        var scenario = Scenario(Self.inhibited, Self.inhibitor)
        scenario.read(0, 60, subject: "y", metric: "n")
        scenario.read(60, 60)
        #expect(scenario.sent.contains("a 60 raised red"))
    }

    @Test func `an inhibitor below its level lets speak, and lets go when it falls below it`() {
        var inhibited = Self.inhibited
        inhibited.inhibitedBy[0].level = .red
        var scenario = Scenario(inhibited, Self.inhibitor)
        scenario.read(0, 30, metric: "n")
        scenario.read(10, 30)
        scenario.read(20, 60, metric: "n")
        scenario.read(30, 60)
        scenario.read(40, 30, metric: "n")
        #expect(
            scenario.sent == [
                "b 0 raised yellow", "a 10 raised yellow", "b 20 escalated red", "b 40 deescalated yellow",
                "a 40 escalated red",
            ])
    }

    @Test func `areas inhibit by their digits, by whatever the rules are keyed`() {
        for (key, digits) in [(Rule.Key.subject, 6), (.area(digits: 6), 6), (.area(digits: 9), 6), (.subject, 9)] {
            var inhibited = Self.inhibited
            inhibited.inhibitedBy[0].same = .area(digits: digits)
            var inhibitor = Self.inhibitor
            inhibitor.by = key
            var scenario = Scenario(inhibited, inhibitor)
            scenario.read(0, 60, subject: "q", metric: "n", area: "320213021")
            scenario.read(10, 60, subject: "near", area: "320213021")
            scenario.read(20, 60, subject: "there", area: "320213022")
            scenario.read(30, 60, subject: "far", area: "320214021")
            scenario.read(40, 60, subject: "nowhere")
            let told = scenario.decisions.filter { $0.rule == "a" && $0.withheld == .none }.map(\.key)
            #expect(told == (digits == 6 ? ["far", "nowhere"] : ["there", "far", "nowhere"]))
        }
    }

    @Test func `who moves away from what explained it, or whose explanation moves away, is told`() {
        let (here, there) = ("320213021", "320213022")
        var inhibited = Self.inhibited
        inhibited.inhibitedBy[0].same = .area(digits: 9)
        func registry(_ areas: [String: String]) -> JournalEntry {
            .registry(Registry(subjects: areas.map { .init(id: $0.key, area: $0.value) }).encoded())
        }
        func scenario() -> Scenario {
            var scenario = Scenario(inhibited, Self.inhibitor)
            scenario.read(0, 60, subject: "q", metric: "n", area: here)
            scenario.read(10, 60, area: here)
            return scenario
        }
        let told = ["b 0 raised red q"]
        var moved = scenario()
        moved.read(20, 60, area: there)
        #expect(moved.sent == told + ["a 20 raised red"])
        var left = scenario()
        left.read(20, 60, subject: "q", metric: "n", area: there)
        #expect(left.sent == told + ["a 20 raised red"])
        var registered = scenario()
        registered.apply(registry(["x": there]), at: 20)
        #expect(registered.sent == told + ["a 20 raised red"])
        var stays = scenario()
        stays.apply(registry(["x": here, "q": here]), at: 20)
        stays.read(30, 60, area: there)
        #expect(stays.sent == told)
    }

    @Test func `in a chain the middle inhibits though it is inhibited itself`() {
        let chained = Self.rule("b", "n") { $0.inhibitedBy = [.init(rule: "c")] }
        var scenario = Scenario(Self.inhibited, chained, Self.rule("c", "o"))
        scenario.read(0, [("m", 60), ("n", 60), ("o", 60)])
        scenario.read(60, 10, metric: "o")
        scenario.read(120, 10, metric: "n")
        #expect(
            scenario.sent == [
                "c 0 raised red", "c 60 resolved", "b 60 raised red", "b 120 resolved", "a 120 raised red",
            ])
    }

    @Test func `a rule that nobody hears inhibits nothing`() {
        for status in [Rule.Status.sandbox, .disabled] {
            var inhibitor = Self.inhibitor
            inhibitor.status = status
            var scenario = Scenario(Self.inhibited, inhibitor)
            scenario.read(0, [("m", 60), ("n", 60)])
            #expect(scenario.sent == ["a 0 raised red"])
        }
    }

    @Test func `removing the inhibitor lets go, adding one keeps what was told`() {
        var scenario = Scenario(Self.inhibited, Self.inhibitor)
        scenario.read(0, [("m", 60), ("n", 60)])
        scenario.reload(Self.inhibited)
        #expect(scenario.sent == ["b 0 raised red", "b 0 resolved rule_removed", "a 0 raised red"])
        scenario.reload(Self.inhibited, Self.inhibitor)
        scenario.read(60, 60, metric: "n")
        scenario.read(120, 10)
        #expect(scenario.sent.suffix(2) == ["b 60 raised red", "a 120 resolved"])
    }

    @Test func `a silence alarm of an inhibited rule is withheld, and told when the inhibitor ends`() {
        var inhibited = Self.inhibited
        inhibited.noData = .init(after: .seconds(60), action: .alarm, level: .blue)
        var scenario = Scenario(inhibited, Self.inhibitor)
        scenario.read(0, [("m", 1), ("n", 60)])
        scenario.read(100, 60, metric: "n")
        scenario.read(200, 10, metric: "n")
        scenario.read(300, 1)
        #expect(
            scenario.lines == [
                "0 raised red", "60 raised blue no_data (inhibited)", "200 resolved", "200 raised blue no_data",
                "300 resolved no_data",
            ])
    }

    @Test func `a rule that leaves the sandbox tells what fires; one that enters it resolves what was told`() {
        var scenario = Scenario(Self.rule("a", "m") { $0.status = .sandbox })
        scenario.read(0, 60)
        scenario.reload(Self.rule("a", "m"))
        #expect(scenario.lines == ["0 raised red (sandbox)", "0 raised red"])
        scenario.reload(Self.rule("a", "m") { $0.status = .sandbox })
        scenario.read(60, 30)
        scenario.read(120, 10)
        #expect(scenario.lines.suffix(2) == ["60 deescalated yellow (sandbox)", "120 resolved"])
        #expect(scenario.decisions.map(\.revision) == [1, 2, 3, 3])
    }

    @Test func `S43 after a resolve nothing of the episode is sent`() {
        var scenario = Scenario(Self.inhibited, Self.inhibitor)
        scenario.read(0, 60)
        scenario.read(10, 60, metric: "n")
        scenario.read(20, 10)
        scenario.read(30, 60)
        scenario.read(40, 10, metric: "n")
        scenario.read(50, 10)
        for (index, decision) in scenario.decisions.enumerated() where decision.transition == .resolved {
            #expect(scenario.decisions[(index + 1)...].allSatisfy { $0.episode != decision.episode })
        }
        #expect(
            scenario.sent.filter { $0.hasPrefix("a") } == [
                "a 0 raised red", "a 20 resolved", "a 40 raised red", "a 50 resolved",
            ])
    }
}
