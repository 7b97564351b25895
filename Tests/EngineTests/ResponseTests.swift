import Engine
import Events
import Testing

/// S45: alarms that nobody answers, and people who do.
struct ResponseTests {
    static let rule = SendingTests.rule("a", "m") { rule in
        rule.response = .init(
            acknowledgeWithin: .minutes(5), handleWithin: .minutes(20), escalateTo: ["市应急管理局"])
    }

    func scenario(_ rules: Rule...) -> Scenario {
        var scenario = Scenario(timing: Timing(clock: .wall))
        scenario.apply(
            .ruleSet(RuleSet(rules: rules, timing: Timing(clock: .wall), zones: [.shanghai]).encoded()), at: 0)
        return scenario
    }

    @Test func `S45 nobody acknowledges: the next unit is told at 300, once`() throws {
        for isRestarted in [false, true] {
            var scenario = scenario(Self.rule)
            scenario.read(0, 60)
            if isRestarted { try scenario.restart() }
            scenario.tick(299)
            #expect(scenario.lines == ["0 raised red"])
            scenario.tick(300)
            scenario.tick(900)
            #expect(scenario.lines == ["0 raised red", "300 unacknowledged red"])
            #expect(scenario.decisions[1].escalateTo == ["市应急管理局"])
            #expect(scenario.decisions[1].withheld == .none)
        }
    }

    @Test func `S45 acknowledged at 240: nobody else is told`() throws {
        var scenario = scenario(Self.rule)
        scenario.read(0, 60)
        scenario.acknowledge(240, scenario.decisions[0].id)
        try scenario.restart()
        scenario.tick(900)
        #expect(scenario.lines == ["0 raised red", "240 acknowledged red"])
        #expect(scenario.decisions[1].actor == "王敏" && scenario.decisions[1].note == "已通知")
        #expect(scenario.engine.outcomes.isEmpty)
    }

    /// Silence ends or the rule's dates end the alarm in the very microsecond in which people should have answered.
    @Test(arguments: [true, false])
    func `nobody is asked about an alarm that ends in the same instant, and the next one is asked about`(
        acknowledge: Bool
    ) throws {
        var rule = NoDataTests.rule(.resolve) { rule in
            rule.noData = .init(after: .seconds(300), action: .resolve)
            let within = TimeSpan.seconds(300)
            rule.response = .init(
                acknowledgeWithin: acknowledge ? within : nil, handleWithin: acknowledge ? nil : within,
                escalateTo: ["市应急管理局"])
        }
        for isDated in [false, true] {
            if isDated {
                rule.noData = .init(after: .seconds(300), action: .alarm, level: .yellow)
                rule.effectiveUntil = .init(seconds: 600)
            }
            var scenario = scenario(rule)
            scenario.read(0, isDated ? 1 : 90)
            for second in [299.0, 300, 301, 599, 600, 601] {
                scenario.tick(second)
                if second == 301 { try scenario.restart() }
            }
            let ended =
                isDated
                ? ["300 raised yellow no_data", "600 resolved no_data expired"]
                : ["0 raised red", "300 resolved no_data"]
            #expect(scenario.lines == ended)
            guard !isDated else { continue }
            scenario.read(700, 90)
            scenario.read(800, 90)
            scenario.tick(1000)
            let asked = acknowledge ? "1000 unacknowledged red" : "1000 unhandled red"
            #expect(scenario.lines == ended + ["700 raised red", asked])
        }
    }

    @Test func `a rule that asked for nothing in between asks from then on`() {
        var scenario = scenario(Self.rule)
        scenario.read(0, 60)
        var silent = Self.rule
        silent.response = nil
        scenario.tick(100)
        scenario.reload(silent)
        scenario.tick(400)
        scenario.reload(Self.rule)
        scenario.tick(699)
        #expect(scenario.lines == ["0 raised red"])
        scenario.tick(700)
        #expect(scenario.lines == ["0 raised red", "700 unacknowledged red"])
    }

    @Test func `S45 the acknowledgement belongs to the episode`() {
        var scenario = scenario(Self.rule)
        scenario.read(0, 60)
        scenario.acknowledge(60, scenario.decisions[0].id)
        scenario.read(120, 10)
        scenario.read(180, 60)
        scenario.tick(480)
        #expect(
            scenario.lines == [
                "0 raised red", "60 acknowledged red", "120 resolved", "180 raised red", "480 unacknowledged red",
            ])
    }

    @Test func `an alarm that is not over in time is told, acknowledged or not`() {
        var scenario = scenario(Self.rule)
        scenario.read(0, 60)
        scenario.acknowledge(60, scenario.decisions[0].id)
        for second in stride(from: 100.0, to: 1300, by: 100) { scenario.read(second, 60) }
        #expect(scenario.lines == ["0 raised red", "60 acknowledged red", "1200 unhandled red"])
    }

    @Test func `time to answer runs from when the alarm was told`() {
        var scenario = scenario(
            SendingTests.rule("a", "m") { rule in
                rule.inhibitedBy = [.init(rule: "b")]
                rule.response = Self.rule.response
            }, SendingTests.inhibitor)
        scenario.read(0, [("m", 60), ("n", 60)])
        scenario.read(400, 10, metric: "n")
        scenario.tick(699)
        #expect(scenario.sent.last == "a 400 raised red")
        scenario.tick(700)
        #expect(scenario.sent.last == "a 700 unacknowledged red")
    }

    @Test func `a response for red runs from the first telling at red, and not below`() throws {
        for isRestarted in [false, true] {
            let rule = SendingTests.rule("a", "m") { rule in
                rule.response = .init(level: .red, acknowledgeWithin: .minutes(5))
            }
            var scenario = scenario(rule)
            scenario.read(0, 30)
            scenario.tick(900)
            scenario.read(1000, 60)
            if isRestarted { try scenario.restart() }
            scenario.read(1100, 30)
            scenario.tick(1299)
            #expect(scenario.lines == ["0 raised yellow", "1000 escalated red", "1100 deescalated yellow"])
            scenario.tick(1300)
            #expect(scenario.lines.last == "1300 unacknowledged yellow")
        }
    }

    @Test func `a rule that comes to ask for an answer asks from then on`() {
        var bare = Self.rule
        bare.response = nil
        var scenario = scenario(bare)
        scenario.read(0, 60)
        scenario.tick(1000)
        var red = Self.rule
        red.response = .init(level: .red, acknowledgeWithin: .minutes(5))
        scenario.reload(red)
        scenario.tick(1299)
        scenario.tick(1300)
        #expect(scenario.lines.count == 2 && scenario.lines.last?.hasSuffix("unacknowledged red") == true)
    }

    @Test func `refusals: never open, over, acknowledged already; each has its record`() {
        var scenario = scenario(Self.rule)
        var verdicts: [RequestOutcome.Verdict] = []
        func ask(_ scenario: inout Scenario, _ second: Double, _ episode: DecisionID) {
            scenario.acknowledge(second, episode)
            verdicts += scenario.engine.outcomes.map(\.verdict)
        }
        ask(&scenario, 0, DecisionID(position: 99, ordinal: 0))
        scenario.read(1, 60)
        let episode = scenario.decisions[0].id
        ask(&scenario, 2, episode)
        ask(&scenario, 3, episode)
        scenario.read(4, 10)
        ask(&scenario, 5, episode)
        scenario.apply(.request([1, 2, 3]), at: 6)
        verdicts += scenario.engine.outcomes.map(\.verdict)
        #expect(verdicts == [.notOpen, .accepted, .alreadyAcknowledged, .notOpen, .malformed])
        #expect(scenario.lines == ["1 raised red", "2 acknowledged red", "4 resolved"])
    }

    @Test func `a repeated key hears the first verdict and has no second effect, over a restart too`() throws {
        var scenario = scenario(Self.rule)
        scenario.read(0, 60)
        let first = scenario.decisions[0].id
        scenario.acknowledge(10, first, key: "k")
        let outcome = scenario.engine.outcomes
        try scenario.restart()
        scenario.read(20, 10)
        scenario.read(30, 60)
        scenario.acknowledge(40, scenario.decisions.last!.id, key: "k")
        #expect(scenario.engine.outcomes.map(\.position) == outcome.map(\.position))
        #expect(scenario.engine.outcomes.map(\.isRepeat) == [true])
        #expect(scenario.lines.last == "30 raised red")
    }

    @Test func `an alarm about silence is acknowledged on its own`() {
        var rule = Self.rule
        rule.noData = .init(after: .seconds(60), action: .alarm, level: .blue)
        var scenario = scenario(rule)
        scenario.read(0, 60)
        scenario.tick(60)
        scenario.acknowledge(61, scenario.decisions[1].id)
        scenario.tick(400)
        #expect(
            scenario.lines == [
                "0 raised red", "60 raised blue no_data", "61 acknowledged blue no_data", "300 unacknowledged red",
            ])
    }

    @Test func `a request reads back equal and damage is an error`() throws {
        let request = OperatorRequest(
            key: "k", actor: "王敏", note: "", act: .acknowledge(episode: .init(position: 7, ordinal: 1)))
        let bytes = request.encoded
        #expect(try OperatorRequest(decoding: bytes) == request)
        for length in 0..<bytes.count {
            #expect(throws: ByteReader.Failure.self) { try OperatorRequest(decoding: Array(bytes[..<length])) }
        }
        var nameless = request
        nameless.actor = ""
        #expect(throws: ByteReader.Failure.self) { try OperatorRequest(decoding: nameless.encoded) }
    }
}
