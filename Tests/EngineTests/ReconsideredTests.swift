import CivilTime
import Events
import Testing

@testable import Engine

/// What the clock, a null, an exercise or a change of rules may do, and what they may not.
struct ReconsideredTests {
    private static func reports(_ at: Rule.Rung..., change: (inout Rule) -> Void = { _ in }) -> Rule {
        var rule = WindowKindTests.rule(.count, .sliding(over: .hours(1), step: .minutes(5)), at: 1) {
            $0.input.type = "report"
            change(&$0)
        }
        if !at.isEmpty { rule.ladder = at }
        return rule
    }

    private static func window(_ aggregate: Aggregate, _ shape: Rule.Window.Shape) -> Rule.Value {
        .init(name: "v", kind: .window(.init(aggregate: aggregate, shape: shape)))
    }

    /// Another key of the same source moves time on.
    private static func pass(_ scenario: inout Scenario, through end: Double, step: Double = 300) {
        let start = Double(scenario.engine.received.microseconds) / 1_000_000
        for time in stride(from: start, through: end, by: step) {
            scenario.read(time, 1, metric: "other", type: "report")
        }
    }

    @Test func `too few reports are noticed though none comes`() {
        var scenario = Scenario(Self.reports(.init(level: .yellow, compare: .less, at: .number(3))))
        for time in [0.0, 600, 1200] { scenario.read(time, 1, type: "report") }
        #expect(scenario.lines.last == "1200 resolved")
        Self.pass(&scenario, through: 9000)
        #expect(scenario.lines.last == "3600 raised yellow")
    }

    @Test func `the mean of the last reports rises when a pane leaves, and ends with the last report`() {
        var rule = Self.reports(.init(level: .yellow, at: .number(5)))
        rule.values = [Self.window(.min, .sliding(over: .hours(1), step: .minutes(5)))]
        var scenario = Scenario(rule)
        scenario.read(0, 1, type: "report")
        scenario.read(1800, 10, type: "report")
        #expect(scenario.lines == [])
        Self.pass(&scenario, through: 9000)
        #expect(scenario.lines == ["3600 raised yellow", "5400 resolved"])
    }

    @Test func `an alarm over reports that flaps ends once nothing new has come for long enough`() throws {
        let rule = Self.reports(.init(level: .blue, at: .number(1))) {
            $0.values = [Self.window(.count, .sliding(over: .minutes(1), step: .minutes(1)))]
            $0.flap = .init(low: 0.25, high: 0.5, history: 5)
        }
        var scenario = Scenario(rule)
        for minute in stride(from: 0.0, through: 20, by: 2) { scenario.read(minute * 60, 1, type: "report") }
        #expect(scenario.lines.filter { $0.contains("flapping_started") }.count == 1)
        try scenario.restart()
        Self.pass(&scenario, through: 20 * 60 + 3660)
        #expect(!scenario.lines.contains { $0.contains("flapping_ended") })
        Self.pass(&scenario, through: 20 * 60 + 4000)
        #expect(scenario.lines.suffix(2) == ["4860 flapping_ended", "4860 resolved"])
    }

    @Test func `a reading without a number moves no hold and no window`() {
        let hold = Rule.threshold("r", .init(level: .red, at: .number(50), hold: .seconds(600)))
        var scenario = Scenario(hold, timing: Timing(clock: .events, idleTimeout: .hours(1)))
        scenario.source = "a"
        scenario.read(0, 60)
        scenario.source = "b"
        scenario.read(700, .nan)
        scenario.source = "a"
        scenario.read(500, 10)
        scenario.read(1200, 10)
        #expect(scenario.lines == [])
    }

    @Test func `a reading that is older than its key's newest is heard all the same`() {
        var scenario = Scenario(NoDataTests.rule(.alarm), timing: Timing(clock: .wall))
        scenario.read(1000, 1)
        for second in stride(from: 60.0, through: 1200, by: 60) {
            scenario.read(second / 2, 1, received: 1000 + second)
            scenario.tick(1001 + second)
        }
        #expect(scenario.lines == [])
        for second in 2202...2700 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["2620 raised yellow no_data"])
        scenario.read(700, 1, received: 2701)
        #expect(scenario.lines.last == "2620 resolved no_data")
    }

    @Test(arguments: [true, false]) func `a hold that a changed threshold no longer enters raises nothing`(
        isRule: Bool
    ) {
        func rule(_ at: Double) -> Rule {
            .threshold(
                "r",
                .init(
                    level: .red, at: isRule ? .number(at) : .limit("h", fallback: nil), hold: .seconds(600)))
        }
        func registry(_ limit: Double) -> Registry {
            Registry(subjects: [.init(id: "x", limits: [.init(name: "h", value: limit)])])
        }
        for (at, expected) in [(60.0, []), (54, ["600 raised red"])] {
            var scenario = Scenario(rule(50), registry: registry(50), timing: Timing(clock: .wall))
            scenario.read(0, 55)
            if isRule { scenario.reload(rule(at)) } else { scenario.apply(.registry(registry(at).encoded()), at: 1) }
            scenario.tick(2000)
            #expect(scenario.lines == expected)
        }
    }

    @Test func `a rule that begins to alarm about silence does so about who is silent`() throws {
        var scenario = Scenario(NoDataTests.rule(.resolve), timing: Timing(clock: .wall))
        scenario.read(0, 90)
        for second in 1...500 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["0 raised red", "420 resolved no_data"])
        scenario.reload(NoDataTests.rule(.alarm))
        scenario.tick(501)
        #expect(scenario.lines.last == "420 raised yellow no_data")
    }

    @Test func `an absence whose dates have come to an end is over, though nobody was ever heard`() {
        var scenario = Scenario(timing: Timing(clock: .wall))
        scenario.tick(0)
        scenario.reload(AbsenceTests.rule(expect: ["north"]))
        for second in 1...400 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["300 raised yellow north"])
        scenario.reload(AbsenceTests.rule(expect: ["north"]) { $0.effectiveUntil = .init(seconds: 350) })
        scenario.tick(401)
        #expect(scenario.lines.last == "350 resolved expired north")
    }

    @Test func `who is expected no more and was never heard is not missed`() {
        var scenario = Scenario(timing: Timing(clock: .wall))
        scenario.tick(0)
        scenario.reload(AbsenceTests.rule(expect: ["north", "south"]))
        scenario.tick(100)
        scenario.reload(AbsenceTests.rule(expect: ["south"]))
        for second in 101...2000 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["300 raised yellow south", "1200 escalated orange south"])
    }

    /// The key of a source is its department and its name, with a blank between them.
    @Test func `a source that is expected is the one that reports`() {
        var scenario = Scenario(timing: Timing(clock: .wall))
        scenario.tick(0)
        scenario.reload(AbsenceTests.rule(expect: ["d s"]) { $0.by = .source })
        for second in stride(from: 100.0, through: 1000, by: 100) {
            scenario.read(second, 1)
            scenario.tick(second + 1)
        }
        #expect(scenario.lines == [])
        for second in 1001...1400 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["1300 raised yellow d s"])
    }

    @Test func `a sandboxed rule reminds nobody, and the end of what was told is told`() {
        var scenario = ResponseTests().scenario(ResponseTests.rule)
        scenario.read(0, 60)
        var sandboxed = ResponseTests.rule
        sandboxed.status = .sandbox
        scenario.reload(sandboxed)
        scenario.tick(400)
        scenario.read(500, 1)
        #expect(scenario.sent == ["a 0 raised red", "a 500 resolved"])
    }

    @Test func `a response for a higher level asks nothing of what was told below it`() {
        var scenario = ResponseTests().scenario(ResponseTests.rule)
        scenario.read(0, 30)
        var higher = ResponseTests.rule
        higher.response?.level = .red
        scenario.reload(higher)
        scenario.tick(2000)
        #expect(scenario.lines == ["0 raised yellow"])
        scenario.read(2001, 60)
        scenario.tick(2301)
        #expect(scenario.lines.suffix(2) == ["2001 escalated red", "2301 unacknowledged red"])
    }

    /// a ← b ← c, where b is heard by nobody: c explains it, and from its night on it explains nothing itself.
    @Test func `what a rule explains by day is told when its day ends`() throws {
        let middle = SendingTests.rule("b", "n") {
            $0.inhibitedBy = [.init(rule: "c")]
            $0.active = CalendarTests.calendar((8, 22))
        }
        let inhibited = SendingTests.rule("a", "m") { $0.inhibitedBy = [.init(rule: "b")] }
        var scenario = Scenario(inhibited, middle, SendingTests.rule("c", "o"), timing: Timing(clock: .wall))
        // 1970-01-01T18:00+08:00
        let evening = 10.0 * 3600
        scenario.read(evening, 60, metric: "o")
        scenario.read(evening + 1, 60, metric: "n")
        scenario.read(evening + 2, 60, metric: "m")
        try scenario.restart()
        let night = 14.0 * 3600
        scenario.tick(night - 1)
        #expect(scenario.sent.count == 1)
        scenario.tick(night)
        #expect(scenario.sent.last == "a \(Int(night)) raised red")
    }

    @Test func `a key with a NUL is none, as no text can end with it`() {
        var rule = Rule.threshold("r", .init(level: .red, at: .number(50)))
        rule.by = .field("zone")
        var scenario = Scenario(rule)
        for zone in ["A", "A\0B"] {
            var batch = EventBatch()
            batch.add(time: .init(seconds: 1), value: 60, subject: "x")
            batch.fieldNames.append(batch.strings.intern("zone"))
            batch.fieldValues.append(.string(batch.strings.intern(zone)))
            batch.fieldEnds[0] = 1
            scenario.apply(.events(batch), at: 1)
        }
        #expect(scenario.lines == ["1 raised red A"] && scenario.engine.counters[0].counters.noKey == 1)
    }

    @Test func `a calendar whose season is far away ends nowhere near, and stops nothing`() {
        var rule = SendingTests.inhibitor
        rule.active = CalendarTests.calendar((8, 22))
        rule.active?.season = .init(first: 33_000, last: 33_100)
        var scenario = Scenario(SendingTests.inhibited, rule, timing: Timing(clock: .wall))
        scenario.read(0, [("m", 60), ("n", 60)])
        scenario.tick(86_400)
        #expect(scenario.sent == ["a 0 raised red"])
        let calendar = CalendarTests.calendar((8, 22))
        for (hour, end) in [(0.0, 14), (10, 14), (13.999, 14), (14, 38)] {
            let ends = calendar.nextEnd(after: Scenario.seconds(hour * 3600), in: .shanghai)
            #expect(ends == Timestamp(seconds: Int64(end) * 3600))
        }
    }

    @Test func `very many keys that nobody expects any more are forgotten at once, and an alarm about one ends`() throws
    {
        let names = (0..<1100).map { "k\($0)" }
        var scenario = Scenario(timing: Timing(clock: .wall))
        scenario.tick(0)
        scenario.reload(AbsenceTests.rule(expect: names))
        scenario.reload(AbsenceTests.rule(expect: names.dropLast()))
        scenario.tick(300)
        #expect(scenario.decisions.count == 1099)
        scenario.reload(AbsenceTests.rule(expect: ["k0"]))
        #expect(scenario.decisions.count == 2197 && scenario.engine.counters[0].keys == 1)
        #expect(scenario.decisions.dropFirst(1099).allSatisfy { $0.reason == .ruleChanged })
        try scenario.restart()
        scenario.tick(1200)
        #expect(scenario.lines.last == "1200 escalated orange k0")
    }

    @Test func `another rule's change asks for no answer twice, and forgets none`() {
        var rule = ResponseTests.rule
        rule.response?.level = .red
        for reload in [120.0, 360] {
            var scenario = ResponseTests().scenario(rule)
            scenario.read(0, 60)
            scenario.read(60, 30)
            scenario.tick(reload - 1)
            scenario.reload(rule, SendingTests.inhibitor)
            scenario.tick(300)
            scenario.read(420, 60)
            scenario.tick(1199)
            scenario.tick(1200)
            #expect(
                scenario.lines.filter { $0.contains("un") } == ["300 unacknowledged yellow", "1200 unhandled red"])
        }
    }

    @Test func `a null that is old ends no silence, held or not`() {
        for lateness in [0, 30] as [Int64] {
            var scenario = Scenario(
                NoDataTests.rule(.alarm) {
                    $0.lateness = .seconds(lateness)
                    $0.ladder[0].hold = .seconds(60)
                }, timing: Timing(clock: .wall))
            scenario.read(100, 1, received: 100)
            for second in 101...600 { scenario.tick(Double(second)) }
            scenario.read(90, .nan, received: 601)
            scenario.tick(602)
            #expect(scenario.lines == ["520 raised yellow no_data"])
        }
    }

    @Test func `an event of a spool is heard by a sequence, too`() {
        let rule = SequenceTests.rule(["a", "b"].map { SequenceTests.step($0) }, within: 900) {
            $0.by = .subject
            $0.noData = .init(after: .seconds(600), action: .alarm)
        }
        var scenario = Scenario(rule, timing: Timing(clock: .wall))
        scenario.read(5000, 1, metric: "a")
        for second in stride(from: 120.0, through: 3000, by: 120) {
            scenario.read(second, 1, metric: "a", received: 5000 + second)
            scenario.tick(5001 + second)
        }
        #expect(scenario.lines == [])
        scenario.tick(8700)
        #expect(scenario.lines == ["8600 raised blue no_data"])
    }

    /// A, and no B within 900 s: the key is waited for as long, though it would be forgotten after as long.
    @Test func `a step that is waited for keeps its key`() {
        let rule = SequenceTests.rule([SequenceTests.step("a"), SequenceTests.not("b")], within: 900) {
            $0.by = .subject
            $0.keyTTL = .seconds(900)
        }
        var scenario = Scenario(rule, timing: Timing(clock: .wall))
        for second in 0...1000 {
            scenario.read(Double(second), 1, subject: second == 0 ? "x" : "y", metric: second == 0 ? "a" : "c")
        }
        #expect(scenario.lines == ["900 raised red"])
    }

    @Test func `each window over reports ends what it holds by itself`() {
        func window(_ name: String, _ aggregate: Aggregate, _ hours: Int64) -> Rule.Value {
            .init(
                name: name,
                kind: .window(.init(aggregate: aggregate, shape: .sliding(over: .hours(hours), step: .minutes(5)))))
        }
        for second in [window("n", .count, 1), window("long", .avg, 4)] {
            var rule = Self.reports(.init(level: .yellow, at: .number(5)))
            rule.values = [window("mean", .avg, 1), second]
            var scenario = Scenario(rule)
            scenario.read(0, 10, type: "report")
            Self.pass(&scenario, through: 30_000)
            #expect(scenario.lines == ["0 raised yellow", "3600 resolved"])
        }
    }

    /// A window over the reports above 1 beside one that counts them all.
    private static func ofSome(
        _ aggregate: Aggregate, _ shape: Rule.Window.Shape, beside hours: Int64 = 4, flap: Rule.Flap? = nil
    ) throws -> Rule {
        let some = try Formula(event: "value > 1.0 ? value : 0.0 / 0.0", yield: .number)
        return Self.reports(.init(level: .yellow, at: .number(5))) {
            $0.values = [.init(name: "some", kind: .window(.init(aggregate: aggregate, of: some, shape: shape)))]
            if hours > 0 {
                let all = Rule.Window(aggregate: .count, shape: .sliding(over: .hours(hours), step: .minutes(5)))
                $0.values.append(.init(name: "all", kind: .window(all)))
            }
            $0.flap = flap
        }
    }

    @Test(arguments: [0, 4] as [Int64])
    func `a window is empty when what it counts has left it, whatever else comes`(beside: Int64) throws {
        for shape in [
            .sliding(over: .hours(1), step: .minutes(5)), .exact(over: .hours(1)),
            .session(gap: .hours(1), longest: .hours(9)),
        ] as [Rule.Window.Shape] {
            var scenario = Scenario(try Self.ofSome(.max, shape, beside: beside))
            scenario.read(60, 10, type: "report")
            for minute in stride(from: 30.0, through: 600, by: 30) { scenario.read(minute * 60, 1, type: "report") }
            let end = if case .sliding = shape { 3600 } else { 3660 }
            #expect(scenario.lines == ["60 raised yellow", "\(end) resolved"], "\(shape)")
        }
    }

    /// A session that is cut at its longest goes on from one report, which has no difference.
    @Test(arguments: [0, 4] as [Int64])
    func `a window whose value has no meaning is not empty`(beside: Int64) throws {
        var scenario = Scenario(
            try Self.ofSome(.delta, .session(gap: .hours(1), longest: .hours(2)), beside: beside))
        for (minute, value) in [(0.0, 2.0), (30, 10), (60, 10), (90, 10), (121, 10), (150, 30)] {
            scenario.read(minute * 60, value, type: "report")
        }
        Self.pass(&scenario, through: 30_000)
        #expect(scenario.lines == ["1800 raised yellow", "12600 resolved"])
    }

    @Test func `a window over reports that a reload has emptied ends what it held once it would have`() throws {
        for (shape, changed) in [
            (.exact(over: .hours(1)), .exact(over: .hours(2))),
            (.session(gap: .hours(1), longest: .hours(9)), .session(gap: .hours(2), longest: .hours(9))),
            (.sliding(over: .hours(1), step: .minutes(5)), .sliding(over: .hours(2), step: .minutes(5))),
            (.tumbling(every: .minutes(5)), .tumbling(every: .hours(1))),
        ] as [(Rule.Window.Shape, Rule.Window.Shape)] {
            var scenario = Scenario(try Self.ofSome(.max, shape, beside: 0))
            scenario.read(0, 10, type: "report")
            scenario.read(300, 1, metric: "other", type: "report")
            scenario.read(301, 1, metric: "other", type: "report")
            scenario.reload(try Self.ofSome(.max, changed, beside: 0))
            Self.pass(&scenario, through: 30_000)
            #expect(scenario.lines.count == 2 && scenario.lines[1] == "7200 resolved", "\(shape): \(scenario.lines)")
        }
    }

    @Test func `a session over reports that flaps does so no longer than an hour beyond its longest`() throws {
        let flap = Rule.Flap(low: 0.25, high: 0.5, history: 5)
        var scenario = Scenario(
            try Self.ofSome(.last, .session(gap: .hours(1), longest: .hours(2)), beside: 0, flap: flap))
        for minute in 0...10 { scenario.read(Double(minute) * 60, minute % 2 == 0 ? 6 : 2, type: "report") }
        scenario.read(660, 2, type: "report")
        #expect(scenario.lines.last?.contains("flapping_started") == true)
        Self.pass(&scenario, through: 30_000)
        #expect(scenario.lines.suffix(2) == ["11460 flapping_ended", "11460 resolved"])
    }

    @Test func `reports of a plain value that flap come to an end`() {
        var rule = Self.reports(.init(level: .blue, at: .number(2)))
        rule.values = [.init(name: "value", kind: .reading)]
        rule.flap = .init(low: 0.25, high: 0.5, history: 5)
        var scenario = Scenario(rule)
        for minute in 0...10 { scenario.read(Double(minute) * 60, minute % 2 == 0 ? 3 : 1, type: "report") }
        scenario.read(660, 1, type: "report")
        #expect(scenario.lines.last?.contains("flapping_started") == true)
        Self.pass(&scenario, through: 9000)
        #expect(scenario.lines.suffix(2) == ["4260 flapping_ended", "4260 resolved"])
    }

    @Test func `reports of a plain value hold no longer than the changed threshold lets them`() {
        func rule(_ at: Double) -> Rule {
            var rule = Self.reports(.init(level: .yellow, at: .number(at), hold: .minutes(10)))
            rule.values = [.init(name: "value", kind: .reading)]
            return rule
        }
        var scenario = Scenario(rule(20))
        scenario.read(0, 25, type: "report")
        scenario.read(300, 1, metric: "other", type: "report")
        scenario.reload(rule(30))
        Self.pass(&scenario, through: 9000)
        #expect(scenario.lines == [])
    }

    @Test func `a window that a reload has emptied holds its level as long as a report stays in it`() {
        func window(_ name: String, _ aggregate: Aggregate, _ hours: Int64) -> Rule.Value {
            .init(
                name: name,
                kind: .window(.init(aggregate: aggregate, shape: .sliding(over: .hours(hours), step: .minutes(5)))))
        }
        func rule(_ hours: Int64) -> Rule {
            var rule = Self.reports(.init(level: .red, of: 1, at: .number(5)))
            rule.values = [window("n", .count, hours), window("mean", .avg, 2)]
            return rule
        }
        var scenario = Scenario(rule(1))
        scenario.read(0, 10, type: "report")
        scenario.reload(rule(3))
        Self.pass(&scenario, through: 20_000)
        #expect(scenario.lines.count == 2 && scenario.lines[1] == "7200 resolved", "\(scenario.lines)")
    }

    @Test func `flapping whose last level is left late ends all the same`() {
        let rule = SequenceTests.rule(["a", "b"].map { SequenceTests.step($0) }, within: 60, at: [2, 1]) {
            $0.by = .subject
            for index in $0.ladder.indices where $0.ladder[index].level != .red {
                $0.ladder[index].clearHold = .hours(3)
            }
            $0.flap = .init(low: 0.25, high: 0.5, history: 5)
        }
        var scenario = Scenario(rule)
        for minute in 0..<20 { scenario.read(Double(minute) * 60, 1, metric: minute % 2 == 0 ? "a" : "b") }
        for hour in 1...24 { scenario.read(Double(hour) * 3600, 1, subject: "y", metric: "other") }
        #expect(scenario.lines.suffix(3) == ["120 flapping_started red", "11940 flapping_ended", "11940 resolved"])
    }

    @Test func `an index hears that the last report has left its part's window`() {
        var part = Self.reports(.init(level: .blue, at: .number(10)), .init(level: .red, at: .number(40))) {
            $0.id = "a"
            $0.values = [
                .init(
                    name: "mean",
                    kind: .window(.init(aggregate: .avg, shape: .sliding(over: .hours(1), step: .minutes(5)))))
            ]
        }
        part.input.metric = "m"
        var scenario = Scenario(part, CompositeTests.index([.init(.rule("a"))], areas: [9]))
        scenario.read(0, 50, type: "report", area: CompositeTests.street)
        Self.pass(&scenario, through: 7200)
        #expect(scenario.index == ["0 raised red 93.0 320213021", "3600 resolved 0.0 320213021"])
    }

    // MARK: A silence that resolves is final

    @Test func `who is given up raises nothing before the next reading`() {
        let resolve = Rule.NoData(after: .minutes(15), action: .resolve)
        var tumbling = WindowKindTests.rule(.avg, .tumbling(every: .minutes(10)), at: 40)
        (tumbling.noData, tumbling.ladder[0].hold) = (resolve, .minutes(8))
        var scenario = Scenario(tumbling, timing: Timing(clock: .wall, idleTimeout: .seconds(60)))
        for second in [0.0, 60] { scenario.read(second, 60) }
        for second in stride(from: 120.0, through: 9000, by: 60) { scenario.tick(second) }
        #expect(scenario.lines == [])

        let reports = Self.reports(.init(level: .yellow, at: .number(2))) {
            $0.noData = .init(after: .minutes(30), action: .resolve)
            let window = Rule.Window(aggregate: .sum, shape: .sliding(over: .hours(1), step: .minutes(5)))
            $0.values = [.init(name: "sum", kind: .window(window))]
        }
        for reloads in [false, true] {
            var scenario = Scenario(reports, timing: Timing(clock: .wall, idleTimeout: .seconds(60)))
            for second in [0.0, 60] { scenario.read(second, 1, type: "report") }
            for second in stride(from: 120.0, through: 1920, by: 60) { scenario.tick(second) }
            if reloads { scenario.reload(reports) }
            for second in stride(from: 1980.0, through: 9000, by: 60) { scenario.tick(second) }
            #expect(scenario.lines == ["60 raised yellow", "1860 resolved no_data"])
            scenario.read(9060, 1, type: "report")
            scenario.read(9061, 1, type: "report")
            #expect(scenario.lines.last == "9061 raised yellow")
        }
    }

    // MARK: Windows that close

    @Test func `a hold over a window is not met at the end of one that says otherwise`() {
        var scenario = Scenario(
            WindowKindTests.rule(.avg, .tumbling(every: .minutes(10)), at: 20) {
                ($0.ladder[0].hold, $0.ladder[0].clearHold) = (.minutes(10), .minutes(10))
            })
        for minute in 0...40 { scenario.read(Double(minute) * 60, minute < 10 ? 25 : 5) }
        #expect(scenario.lines == [])
        for minute in 40...70 { scenario.read(Double(minute) * 60, 25) }
        #expect(scenario.lines == ["3600 raised red"])
    }

    @Test(arguments: [.avg, .max, .increase, .count] as [Aggregate])
    func `closed windows over reports end what they hold once one was empty`(aggregate: Aggregate) {
        var scenario = Scenario(
            WindowKindTests.rule(aggregate, .tumbling(every: .minutes(10)), at: 1) { $0.input.type = "report" })
        for (second, value) in [(0.0, 2.0), (60, 3)] { scenario.read(second, value, type: "report") }
        var other = scenario
        Self.pass(&scenario, through: 9000)
        #expect(scenario.lines == ["600 raised red", "1200 resolved"])
        // A report at the very end belongs to the next.
        other.read(1200, 5, type: "report")
        #expect(other.lines == ["600 raised red", "1200 resolved"])
    }

    @Test func `an exact window knows what was there when a report comes late`() {
        var scenario = Scenario(
            Self.reports(.init(level: .yellow, at: .number(2))) {
                $0.values = [
                    .init(name: "n", kind: .window(.init(aggregate: .sum, shape: .exact(over: .minutes(30)))))
                ]
            }, timing: Timing(clock: .wall, idleTimeout: .seconds(300)))
        scenario.read(0, 1, type: "report", received: 0)
        for second in stride(from: 60.0, through: 1860, by: 60) { scenario.tick(second) }
        scenario.read(1500, 1, type: "report", received: 1861)
        #expect(scenario.lines == ["1500 raised yellow"])
        for second in stride(from: 1920.0, through: 9000, by: 60) { scenario.tick(second) }
        #expect(scenario.lines == ["1500 raised yellow", "1800 resolved"])
    }

    // MARK: Moments

    /// What the end of a moment arms comes in its turn, whatever the engine has armed before: as after a restart.
    @Test func `timers of one event come in order of time, as after a restart`() throws {
        let reports = Self.reports(.init(level: .blue, at: .number(1)), .init(level: .red, at: .number(6))) {
            $0.id = "reports"
            $0.input.metric = "leaks"
            $0.by = .area(digits: 9)
            let window = Rule.Window(aggregate: .sum, shape: .sliding(over: .minutes(10), step: .minutes(1)))
            $0.values = [.init(name: "n", kind: .window(window))]
        }
        let index = CompositeTests.index([.init(.rule("reports"), weight: 1)], areas: [9]) {
            $0.ladder = [.init(level: .blue, at: .number(25), clear: .number(20), clearHold: .seconds(30))]
        }
        let holds = Rule.threshold(
            "holds", .init(level: .blue, at: .number(10), hold: .minutes(10)),
            .init(level: .red, at: .number(50), hold: .minutes(1)))
        func play(restarts: Bool) throws -> [Decision] {
            var scenario = Scenario(reports, index, holds, timing: Timing(clock: .wall))
            scenario.read(30, 2, metric: "leaks", type: "report", area: "320213021000")
            for (second, value, subject) in [
                (40, 20, "H"), (41, 60, "H"), (42, 5, "H"), (50, 20, "K"), (120, 5, "Z"), (1200, 5, "Z"),
            ] as [(Double, Double, String)] {
                if restarts { try scenario.restart() }
                scenario.read(second, value, subject: subject)
            }
            return scenario.decisions
        }
        let decisions = try play(restarts: false)
        #expect(try decisions == play(restarts: true))
        #expect(decisions.map(\.at) == decisions.map(\.at).sorted())
        #expect(decisions.map(\.rule) == ["reports", "risk", "reports", "risk", "holds"])
    }

    // MARK: Room

    @Test func `a key that an index had no room for counts as after a restart, once its area has a place`() throws {
        func play(restarts: Bool) throws -> [String] {
            let index = CompositeTests.index([.init(.rule("a"), weight: 1)], areas: [9]) {
                $0.maximumKeys = 1
                $0.keyTTL = .seconds(60)
            }
            var scenario = Scenario(CompositeTests.part("a"), index)
            for (second, value, subject, area) in [
                (0, 5, "S1", "320213021000"), (10, 60, "S2", "320213022000"), (20, 5, "S1", "320211001000"),
                (300, 5, "S3", "320213022000"), (360, 5, "S4", "320214000000"), (420, 6, "S3", "320213022000"),
            ] as [(Double, Double, String, String)] {
                if restarts { try scenario.restart() }
                scenario.read(second, value, subject: subject, metric: "a", area: area)
            }
            return scenario.lines
        }
        let lines = try play(restarts: false)
        #expect(try lines == play(restarts: true))
        #expect(
            lines.contains { $0.contains("risk") || $0.hasPrefix("300 raised") || $0.hasPrefix("420 raised") },
            "\(lines)")
    }

    // MARK: A window that ends with an event

    @Test func `what ends with an event is judged with it`() {
        func tumbling(_ minutes: Int64) -> Rule.Value {
            .init(name: "m", kind: .window(.init(aggregate: .count, shape: .tumbling(every: .minutes(minutes)))))
        }
        for shape in [.session(gap: .minutes(10), longest: .hours(6)), .exact(over: .minutes(11))]
            as [Rule.Window.Shape]
        {
            var scenario = Scenario(
                Self.reports(.init(level: .yellow, at: .number(1))) {
                    $0.values = [.init(name: "n", kind: .window(.init(aggregate: .sum, shape: shape))), tumbling(10)]
                })
            for minute in stride(from: 0.0, through: 40, by: 10) { scenario.read(minute * 60, 1, type: "report") }
            #expect(scenario.lines == ["0 raised yellow"], "\(shape)")
        }
        let holds = Rule.threshold("r", .init(level: .yellow, at: .number(40), hold: .minutes(1))) {
            $0.values.append(tumbling(1))
        }
        var scenario = Scenario(holds)
        for (second, value) in [(0.0, 60.0), (60, 5), (600, 5)] { scenario.read(second, value) }
        #expect(scenario.lines == [])
        scenario = Scenario(
            Self.reports(.init(level: .yellow, at: .number(1), hold: .minutes(10), clearHold: .minutes(5))) {
                let window = Rule.Window(aggregate: .count, shape: .sliding(over: .minutes(10), step: .minutes(1)))
                $0.values = [.init(name: "n", kind: .window(window)), tumbling(30)]
            })
        scenario.read(0, 1, type: "report")
        Self.pass(&scenario, through: 9000)
        #expect(scenario.lines == [])
    }

    @Test(arguments: ["reading", "report"], [0, 60] as [Int64])
    func `who was given up is judged by no window of before`(type: String, lateness: Int64) {
        var scenario = Scenario(
            WindowKindTests.rule(.avg, .tumbling(every: .minutes(10)), at: 40) {
                $0.input.type = type
                $0.lateness = .seconds(lateness)
                $0.noData = .init(after: .minutes(5), action: .resolve)
            }, timing: Timing(clock: .wall, idleTimeout: .seconds(60)))
        for second in [0.0, 60] { scenario.read(second, 60, type: type) }
        for second in stride(from: 120.0, through: 1140, by: 60) { scenario.tick(second) }
        for second in [1200.0, 1800, 1860] { scenario.read(second, 5, type: type) }
        for second in stride(from: 1920.0, through: 9000, by: 60) { scenario.tick(second) }
        #expect(scenario.lines == [])
    }

    @Test func `a report of before opens no window that is over`() throws {
        let some = try Formula(event: "value > 1.0 ? value : 0.0 / 0.0", yield: .number)
        var scenario = Scenario(
            Self.reports(.init(level: .blue, of: 1, at: .number(1)), .init(level: .red, at: .number(2))) {
                $0.values = [
                    .init(
                        name: "p",
                        kind: .window(.init(aggregate: .sum, of: some, shape: .tumbling(every: .minutes(5))))),
                    .init(name: "q", kind: .window(.init(aggregate: .count, shape: .exact(over: .minutes(5))))),
                ]
                $0.by = .area(digits: 6)
            })
        scenario.read(1000, 1, type: "report", area: "320213")
        scenario.source = "other"
        scenario.read(300, 2, type: "report", area: "320213", received: 1010)
        #expect(scenario.engine.counters[0].counters.late == 2)
        scenario.source = "s"
        scenario.read(9000, 1, type: "report", area: "320214")
        #expect(scenario.lines == ["1000 raised blue 320213", "1300 resolved 320213", "9000 raised blue 320214"])
    }

    // MARK: Sources and dates

    /// x says that the area has an emergency from 30 s on, and falls idle; y is past all of it.
    @Test func `what a slow source held up comes in its turn`() {
        let emergency = Rule.threshold("inhibitor", .init(level: .blue, at: .number(10), hold: .seconds(30))) {
            $0.input.metric = "n"
            $0.by = .area(digits: 6)
        }
        let inhibited = Rule.threshold(
            "a", .init(level: .blue, at: .number(10), hold: .seconds(10)),
            .init(level: .red, at: .number(20), hold: .seconds(50))
        ) {
            $0.by = .area(digits: 6)
            $0.inhibitedBy = [.init(rule: "inhibitor", level: .blue, same: .area(digits: 6))]
        }
        var scenario = Scenario(inhibited, emergency, timing: Timing(clock: .wall, idleTimeout: .seconds(60)))
        scenario.source = "x"
        scenario.read(0, 50, metric: "n", area: "320213")
        scenario.read(0, 60, area: "320213")
        scenario.source = "y"
        scenario.read(0, 60, area: "320213")
        for second in [55.0, 57, 58] { scenario.read(second, 1, area: "320214") }
        for second in 59...120 { scenario.tick(Double(second)) }
        let red = scenario.decisions.first { $0.level == .red }
        #expect(red?.at == Scenario.seconds(50) && red?.withheld == .inhibited, "\(scenario.sent)")
    }

    @Test func `a key at rest is forgotten though its rule ends some day`() {
        for ends in [false, true] {
            let rule = Rule.threshold("r", .init(level: .red, at: .number(50))) {
                $0.maximumKeys = 2
                $0.keyTTL = .seconds(60)
                if ends { $0.effectiveUntil = Scenario.seconds(1_000_000) }
            }
            var scenario = Scenario(rule, timing: Timing(clock: .wall))
            for (second, value) in [(0.0, 60.0), (1, 10)] {
                for subject in ["A", "B"] { scenario.read(second, value, subject: subject) }
            }
            for second in stride(from: 60.0, through: 3540, by: 60) { scenario.tick(second) }
            scenario.read(3600, 60, subject: "C")
            #expect(scenario.lines.last == "3600 raised red C")
            // What is open ends with the rule all the same.
            scenario.read(1_000_001, 60, subject: "C")
            #expect((scenario.lines.last == "1000000 resolved expired C") == ends)
        }
    }

    @Test func `timers that nobody is armed for are no more than the others, and some`() {
        let rule = Rule.threshold("r", .init(level: .red, at: .number(50))) {
            $0.maxGap = .seconds(30)
            $0.effectiveUntil = Scenario.seconds(10_000_000)
        }
        var scenario = Scenario(rule)
        for second in 0..<5000 { scenario.read(Double(second) * 31, 60) }
        #expect(scenario.lines == ["0 raised red"])
        #expect(scenario.engine.sources[0].timers.timers.count <= 1024)
    }

    // MARK: A reload

    @Test func `a reload of what is the same revives no hold that a silence has ended`() {
        let rule = Rule.threshold("r", .init(level: .yellow, at: .number(20), hold: .minutes(4))) {
            $0.maxGap = .minutes(5)
        }
        for change in [false, true] {
            var other = rule
            other.version = "other"
            if change { other.ladder[0].at = .number(21) }
            var scenario = Scenario(rule, timing: Timing(clock: .events, idleTimeout: .hours(1)))
            scenario.read(0, 25, subject: "quiet")
            scenario.read(60, 5)
            scenario.read(1860, 5)
            scenario.reload(other)
            for second in stride(from: 1920.0, through: 3000, by: 60) { scenario.read(second, 5) }
            #expect(scenario.lines == [])
        }
    }

    @Test func `a reload judges no window at a moment that has passed`() {
        let rule = Self.reports(.init(level: .blue, at: .number(1)), .init(level: .yellow, at: .number(5)))
        var other = rule
        other.ladder[1].at = .number(3)
        var scenario = Scenario(rule)
        for second in [0.0, 20, 40, 50] { scenario.read(second, 1, type: "report") }
        Self.pass(&scenario, through: 2400, step: 10)
        scenario.reload(other)
        Self.pass(&scenario, through: 7200)
        #expect(scenario.lines == ["0 raised blue", "2400 escalated yellow", "3600 resolved"])

        // What has left the windows by then is left once.
        other.values[0].kind = .window(.init(aggregate: .count, shape: .sliding(over: .minutes(10), step: .minutes(1))))
        scenario = Scenario(rule)
        for second in [0.0, 20, 40, 50] { scenario.read(second, 1, type: "report") }
        Self.pass(&scenario, through: 2400, step: 10)
        scenario.reload(other)
        Self.pass(&scenario, through: 7200)
        #expect(scenario.lines == ["0 raised blue", "660 resolved"])
    }

    @Test func `an alarm whose threshold has changed by date is told once, whatever is reloaded since`() {
        let rule = Self.reports(
            .init(
                level: .yellow,
                at: .dated([
                    .init(from: Scenario.seconds(0), threshold: .number(20)),
                    .init(from: Scenario.seconds(1200), threshold: .number(10)),
                ]))
        ) {
            $0.values = [Self.window(.sum, .sliding(over: .hours(1), step: .minutes(1)))]
        }
        var other = rule
        other.message = .init(zh: "乙", en: "b")
        var scenario = Scenario(rule)
        scenario.read(0, 15, type: "report")
        Self.pass(&scenario, through: 2400, step: 10)
        scenario.reload(other)
        Self.pass(&scenario, through: 7200)
        #expect(scenario.lines == ["1200 raised yellow", "3600 resolved"])
    }

    @Test func `a report without the rule's number is none for a reload either`() {
        let rule = Self.reports(.init(level: .yellow, compare: .lessOrEqual, at: .number(3)))
        var other = rule
        other.ladder[0].at = .number(2)
        var scenario = Scenario(rule)
        scenario.read(1_790_000_000, .nan, type: "report")
        for set in [rule, other] { scenario.reload(set) }
        scenario.read(1_790_000_001, 1, metric: "other")
        #expect(scenario.lines == [])
    }

    @Test func `a reload judges nothing of a rule whose dates are over`() {
        let rule = Self.reports(.init(level: .yellow, at: .number(1))) {
            $0.effectiveUntil = Scenario.seconds(2000)
        }
        var texts = rule
        texts.message = .init(zh: "乙", en: "b")
        var less = texts
        less.ladder.insert(.init(level: .blue, compare: .less, at: .number(1)), at: 0)
        var scenario = Scenario(rule)
        scenario.read(600, 1, type: "report")
        Self.pass(&scenario, through: 4200)
        #expect(scenario.lines == ["600 raised yellow", "2000 resolved expired"])
        for set in [texts, less] {
            scenario.reload(set)
            Self.pass(&scenario, through: Double(scenario.engine.received.microseconds) / 1_000_000 + 9000)
        }
        #expect(scenario.lines.count == 2)
    }

    @Test func `a hold whose moment has not come goes on after a reload, whatever the gap was`() {
        let rule = Rule.threshold("r", .init(level: .red, at: .number(50), hold: .seconds(60), clearHold: .seconds(60)))
        {
            $0.maxGap = .seconds(30)
        }
        var shorter = rule
        (shorter.ladder[0].hold, shorter.ladder[0].clearHold) = (.seconds(20), .seconds(20))
        var longer = rule
        longer.maxGap = .minutes(10)
        for (other, due) in [(shorter, 80), (longer, 120)] {
            var scenario = Scenario(rule)
            scenario.read(60, 60)
            scenario.read(65, 1, subject: "y")
            scenario.reload(other)
            scenario.read(300, 1, subject: "y")
            #expect(scenario.lines == ["\(due) raised red"])
        }
        var scenario = Scenario(rule)
        for second in [0.0, 25, 50, 75] { scenario.read(second, 60) }
        scenario.read(80, 10)
        scenario.read(85, 1, subject: "y")
        scenario.reload(shorter)
        scenario.read(300, 1, subject: "y")
        #expect(scenario.lines == ["60 raised red", "100 resolved"])
    }

    /// A report at the beginning, and the rule switched off and on again.
    private static func switched(_ rule: Rule, off: Double, on: Double) -> [String] {
        var scenario = Scenario(rule)
        scenario.read(0, 1, type: "report")
        for (end, next) in [(off, rule.disabled), (on, rule)] {
            pass(&scenario, through: end, step: 10)
            scenario.reload(next)
        }
        pass(&scenario, through: 9000, step: 10)
        return scenario.lines
    }

    @Test func `an alarm over reports ends by itself though its rule was off for a while, and a hold runs`() {
        let rule = Self.reports(.init(level: .yellow, at: .number(1), clearHold: .minutes(10)))
        #expect(Self.switched(rule, off: 3720, on: 3780) == ["0 raised yellow", "4200 resolved"])
    }

    @Test func `a hold that passed while its rule was off raises nothing when the rule is on again`() {
        let reports = Self.reports(.init(level: .red, at: .number(2), hold: .minutes(10)))
        let chain = SequenceTests.rule(.any, ["m", "n"].map { SequenceTests.step($0) }, within: 1800) {
            $0.ladder[0].hold = .minutes(10)
        }
        let mean = Rule.threshold("r", .init(level: .red, at: .number(25), hold: .minutes(10))) {
            $0.values = [Self.window(.avg, .tumbling(every: .minutes(5)))]
        }
        let plain = Rule.threshold("r", .init(level: .red, at: .number(25), hold: .minutes(10)))
        for (rule, readings, isRaised) in [
            (plain, [(0.0, "m"), (60, "m")], "600 raised red"), (reports, [(0.0, "m"), (60, "m")], "660 raised red"),
            (chain, [(0.0, "m"), (60, "n")], "660 raised red"),
            (mean, [(0.0, "m"), (299, "m"), (300, "m")], "900 raised red"),
        ] as [(Rule, [(Double, String)], String)] {
            for off in [nil, 301.0, 30.0] {
                var scenario = Scenario(rule)
                var events = readings.map { (at: $0.0, metric: $0.1, subject: "x") }
                for second in stride(from: 310.0, through: 7200, by: 10) { events.append((second, "m", "y")) }
                var (toOff, toOn) = (off, off.map { _ in 3600.0 })
                for event in events {
                    if let at = toOff, event.at > at {
                        scenario.reload(rule.disabled)
                        toOff = nil
                    }
                    if let at = toOn, event.at > at {
                        scenario.reload(rule)
                        toOn = nil
                    }
                    // Who moves time on does so for the source, and is no key of the rule.
                    scenario.read(
                        event.at, 60, subject: event.subject, metric: event.subject == "y" ? "other" : event.metric,
                        type: rule.input.type)
                }
                #expect(scenario.lines.first == (off == nil ? isRaised : nil), "\(scenario.lines)")
                guard off != nil else { continue }
                // Nor with the next reading, which says otherwise.
                scenario.read(7210, 1, type: rule.input.type)
                #expect(scenario.lines == [])
            }
        }
    }

    @Test
    func `a window over readings that is open when its rule is on again is waited for, whatever cleared meanwhile`() {
        let rule = Rule.threshold(
            "r", .init(level: .yellow, at: .number(25), clearHold: .minutes(3)), .init(level: .red, at: .number(75))
        ) { $0.values = [Self.window(.avg, .tumbling(every: .minutes(5)))] }
        for isOff in [false, true] {
            var scenario = Scenario(rule)
            for (second, value) in [(0.0, 50.0), (360, 1), (630, 90)] { scenario.read(second, value) }
            for second in [660.0, 840] {
                scenario.read(second, 1, metric: "other")
                if isOff { scenario.reload(second == 660 ? rule.disabled : rule) }
            }
            scenario.read(960, 1, metric: "other")
            #expect(scenario.lines == ["300 raised yellow", "780 resolved", "900 raised red"])
        }
    }

    @Test func `a longer window keeps what it said last when a shorter one ended while the rule was off`() {
        let rule = Rule.threshold("r", .init(level: .red, of: 1, at: .number(50))) {
            $0.values = [
                .init(name: "hour", kind: .window(.init(aggregate: .max, shape: .tumbling(every: .hours(1))))),
                .init(name: "short", kind: .window(.init(aggregate: .max, shape: .tumbling(every: .minutes(5))))),
            ]
            $0.onlyWhile = try! Formula(values: "hour > 10.0", names: ["hour", "short"])
        }
        var scenario = Scenario(rule)
        for second in stride(from: 0.0, through: 3780, by: 60) { scenario.read(second, 20) }
        scenario.reload(rule.disabled)
        for second in stride(from: 3840.0, through: 4020, by: 60) { scenario.read(second, 20) }
        scenario.reload(rule)
        for second in stride(from: 4200.0, through: 4560, by: 60) { scenario.read(second, 60) }
        #expect(scenario.lines == ["4500 raised red"])
    }

    @Test func `an index that was off is judged as of now when it is on again`() {
        let part = CompositeTests.part("a")
        let index = CompositeTests.index([.init(.rule("a"), weight: 1)], areas: [9]) {
            $0.ladder = [.init(level: .yellow, at: .number(20), hold: .minutes(10), clearHold: .minutes(10))]
        }
        for (high, offAt, expected) in [
            // As it stays; as it begins and as it ends while off; high for a while.
            (0.0...9000, 300.0, ["risk 2400 raised yellow 320213021"]),
            (600.0...9000, 300.0, ["risk 2400 raised yellow 320213021"]),
            (0.0...1200, 300.0, []),
            (1740.0...1900, 300.0, []),
            (0.0...1200, 900.0, ["risk 600 raised yellow 320213021", "risk 2400 resolved 320213021"]),
        ] as [(ClosedRange<Double>, Double, [String])] {
            var scenario = Scenario(part, index)
            for second in stride(from: 0.0, through: 5400, by: 60) {
                scenario.read(second, high.contains(second) ? 60 : 0, metric: "a", area: "320213021000")
                if second == offAt { scenario.reload(part, index.disabled) }
                if second == 1800 { scenario.reload(part, index) }
            }
            #expect(scenario.sent.filter { $0.hasPrefix("risk") } == expected, "\(high)")
        }
    }

    @Test func `a hold of a count that stays begins anew when its rule is on again`() {
        let rule = Self.reports(.init(level: .red, at: .number(1), hold: .minutes(10)))
        #expect(Self.switched(rule, off: 300, on: 900) == ["1500 raised red", "3600 resolved"])
    }

    /// Of samples, which have no next pane that would tell.
    @Test func `what left a window over reports unseen is judged as of now by a reload`() {
        func exact(_ aggregate: Aggregate, _ rung: Rule.Rung) -> Rule {
            Self.reports(rung) {
                $0.id = "a"
                $0.by = .area(digits: 6)
                $0.values = [Self.window(aggregate, .exact(over: .hours(6)))]
            }
        }
        func passed(_ rule: Rule, _ reports: [(Double, Double)], _ reloads: [(Double, [Rule])]) -> [String] {
            let lines = [false, true].map { isRestarted in
                var scenario = Scenario(rule, timing: Timing(clock: .wall))
                for second in stride(from: 0.0, through: 36000, by: 10) {
                    if let report = reports.first(where: { $0.0 == second }) {
                        scenario.read(second, report.1, type: "report", area: "320213")
                    } else {
                        scenario.read(second - 35, 1, metric: "other", type: "report", received: second)
                    }
                    guard let reload = reloads.first(where: { $0.0 == second }) else { continue }
                    scenario.reload(set: reload.1)
                    if isRestarted { try? scenario.restart() }
                }
                return scenario.lines
            }
            #expect(lines[0] == lines[1])
            return lines[0]
        }
        let index = CompositeTests.index([.init(.rule("a"), weight: 1)], areas: [6]) {
            $0.ladder = [.init(level: .yellow, at: .number(25))]
        }
        let counted = exact(.count, .init(level: .yellow, at: .number(3)))
        let few = exact(.count, .init(level: .yellow, compare: .less, at: .number(3)))
        let many = exact(.count, .init(level: .yellow, at: .number(5)))
        // The first one leaves at 21660; the reload comes 20 s later, at which the source's clock stands 15 s before it.
        let reports = [(60.0, 1.0), (10800, 1), (10860, 1)]
        #expect(
            passed(many, reports, [(21680, [many, index])])
                == ["10860 raised yellow 320213", "21680 resolved 320213"])
        #expect(passed(many, reports, [(21680, [few])]) == ["21680 raised yellow 320213"])
        #expect(
            passed(counted, reports, [(21640, [counted.disabled]), (21700, [counted])])
                == ["10860 raised yellow 320213", "21665 resolved 320213"])
        let mean = exact(.avg, .init(level: .red, at: .number(60)))
        #expect(
            passed(mean, [(60, 0), (10800, 100)], [(21640, [mean.disabled]), (21700, [mean])])
                == ["21665 raised red 320213", "32400 resolved 320213"])
        // What had not come by the key's clock is told at its own moment, however far that lags.
        var slow = mean
        slow.lateness = .minutes(10)
        for (rule, times) in [(mean, (21640.0, 21650.0)), (slow, (21640, 22200)), (slow, (22000, 22280))] {
            #expect(
                passed(rule, [(60, 0), (10800, 100)], [(times.0, [rule.disabled]), (times.1, [rule])])
                    == ["21660 raised red 320213", "32400 resolved 320213"])
        }
        // So is what has cleared meanwhile, and a part of an index.
        let cleared = exact(.avg, .init(level: .yellow, at: .number(40), clearHold: .minutes(8)))
        #expect(
            passed(
                cleared, [(120, -200), (240, 200), (20000, 150), (21200, -90)],
                [(21300, [cleared.disabled]), (22400, [cleared])]) == [
                    "20000 raised yellow 320213", "22365 resolved 320213",
                ])
        #expect(
            passed(
                counted, [(60, 1), (120, 1), (180, 1)],
                [(200, [counted, index]), (21000, [counted.disabled, index]), (25000, [counted, index])]) == [
                    "180 raised yellow 320213", "180 raised yellow 320213", "180 resolved no_data 320213",
                    "21780 resolved 320213",
                ])
        // Of what is long gone nothing is said.
        let lower = exact(.sum, .init(level: .yellow, at: .number(1)))
        let sum = exact(.sum, .init(level: .yellow, at: .number(5)))
        #expect(passed(sum, [(60, 1)], [(30000, [lower])]) == [])
        // Nor of what was judged with less lateness, or off.
        let mild = exact(.avg, .init(level: .red, at: .number(60)))
        var late = mild
        late.lateness = .minutes(10)
        let ended = ["60 raised red 320213", "21660 resolved 320213"]
        #expect(passed(mild, [(60, 100)], [(21900, [late])]) == ended)
        #expect(passed(mild, [(60, 100)], [(21720, [late.disabled]), (21960, [late])]) == ended)
        let before = passed(mild, [(60, 100), (120, 0), (180, 0), (18000, 10)], [])
        #expect(passed(mild, [(60, 100), (120, 0), (180, 0), (18000, 10)], [(21720, [late])]) == before)
        // A hold begins anew only where its number is in the level.
        let held = exact(.avg, .init(level: .red, at: .number(60), hold: .minutes(1)))
        #expect(
            passed(held, [(60, 300), (21620, 100), (21630, -500)], [(21640, [held.disabled]), (21700, [held])])
                == passed(held, [(60, 300), (21620, 100), (21630, -500)], []))
    }

    @Test(arguments: [0, 10] as [Int64])
    func `what was judged before a rule was off is not judged anew, with a source behind or more lateness`(
        minutes: Int64
    ) {
        var rule = Self.reports(.init(level: .blue, at: .number(1)), .init(level: .red, at: .number(3)))
        rule.values = [Self.window(.count, .exact(over: .hours(1)))]
        var later = rule
        later.lateness = .minutes(minutes)
        for (next, isOff) in [(rule, false), (rule, true), (later, true)] {
            var scenario = Scenario(rule, timing: Timing(clock: .wall))
            for second in stride(from: 0.0, through: 6000, by: 10) {
                if [0, 300, 600, 1200].contains(second) {
                    scenario.read(second, 1, type: "report")
                } else if second == 3960, minutes == 0 {
                    // Its source was idle, by whose clock a level is gone at 3900.
                    scenario.read(3480, 1, metric: "other", type: "report", received: second)
                } else if minutes > 0 {
                    scenario.read(second, 1, metric: "other", type: "report")
                } else {
                    scenario.tick(second)
                }
                guard isOff, second == 3970 || second == 3980 else { continue }
                scenario.reload(second == 3970 ? rule.disabled : next)
            }
            #expect(
                scenario.lines
                    == ["0 raised blue", "600 escalated red", "3900 deescalated blue", "4800 resolved"])
        }
    }

    @Test func `that something did not come is not said of what nobody heard`() {
        let rule = SequenceTests.rule([SequenceTests.step("a"), SequenceTests.not("b")], within: 600)
        for isOff in [false, true] {
            var scenario = Scenario(rule)
            scenario.read(0, 1, metric: "a")
            scenario.read(120, 1, metric: "other")
            if isOff { scenario.reload(rule.disabled) }
            scenario.read(300, 1, metric: isOff ? "b" : "other")
            if isOff { scenario.reload(rule) }
            scenario.read(700, 1, metric: "other")
            #expect(scenario.lines == (isOff ? [] : ["600 raised red"]))
        }
    }

    @Test func `an alarm that the idle clock has ended is not raised again by a reload when its source is behind`() {
        var rule = Self.reports(.init(level: .red, at: .number(3)))
        rule.values = [Self.window(.sum, .exact(over: .hours(1)))]
        var other = rule
        other.ladder[0].at = .number(2.5)
        for isReloaded in [false, true] {
            var scenario = Scenario(rule, timing: Timing(clock: .wall))
            for (second, subject, received) in [
                (0.0, "x", 0.0), (600, "x", 600), (1200, "x", 1200), (1800, "x", 1800), (3570, "y", 4530),
            ] {
                for moment in stride(from: max(0, received - 1000), to: received, by: 1) { scenario.tick(moment) }
                scenario.read(second, 1, subject: subject, type: "report", received: received)
            }
            if isReloaded { scenario.reload(other) }
            for second in stride(from: 4531.0, through: 9000, by: 1) { scenario.tick(second) }
            #expect(scenario.lines == ["1200 raised red", "4200 resolved"])
        }
    }

    /// A reload that changes nothing of the rule's judgement: as without it.
    @Test func `what a reload finds is as it was without it: a spool behind an outage, a key given up`() throws {
        var rules: [(Rule, [(Double, Double, String)])] = []
        rules.append(
            (
                .threshold("r", .init(level: .red, at: .number(25), hold: .minutes(10))) { $0.maxGap = .minutes(15) },
                [(0, 50, "x"), (1800, 1, "y"), (300, 50, "x"), (720, 50, "x"), (780, 1, "x"), (1810, 1, "y")]
            ))
        rules.append(
            (
                Self.means {
                    $0.values = [Self.window(.max, .tumbling(every: .minutes(5)))]
                    $0.noData = .init(after: .minutes(1), action: .resolve)
                    $0.ladder = [.init(level: .red, at: .number(50))]
                }, [(0, 1, "x"), (60, 90, "x"), (500, 1, "y"), (180, 2, "x"), (240, 2, "x"), (510, 1, "y")]
            ))
        for (rule, readings) in rules {
            var other = rule
            other.ladder.append(.init(level: .yellow, at: .number(1000)))
            var lines: [[String]] = []
            for isReloaded in [false, true] {
                var scenario = Scenario(rule, timing: Timing(clock: .wall))
                var now = 0.0
                for (number, reading) in readings.enumerated() {
                    let outage = rule.maxGap != nil && number == 1
                    if outage { scenario.apply(.started(deaf: .seconds(1700)), at: reading.0) }
                    while !outage, now + 1 < reading.0 { (now, _) = (now + 1, scenario.tick(now + 1)) }
                    now = max(now, reading.0)
                    if isReloaded, number == 2 { scenario.reload(other) }
                    scenario.read(reading.0, reading.1, subject: reading.2, received: now)
                }
                lines.append(scenario.lines)
            }
            #expect(lines[0] == lines[1] && !lines[0].isEmpty, "\(lines)")
        }
    }

    @Test func `a hold that an outage stopped is not taken up by a reload, whatever else its key waits for`() {
        let rule = Rule.threshold("r", .init(level: .red, at: .number(25), hold: .minutes(10))) {
            ($0.maxGap, $0.lateness) = (.minutes(15), .minutes(5))
        }
        var other = rule
        other.ladder.append(.init(level: .yellow, at: .number(1000)))
        var scenario = Scenario(rule, timing: Timing(clock: .wall))
        for (second, value, subject) in [(0.0, 50.0, "x"), (60, 1, "y"), (360, 1, "y")] {
            scenario.read(second, value, subject: subject)
        }
        scenario.apply(.started(deaf: .seconds(1400)), at: 1790)
        scenario.read(1800, 1, subject: "y")
        // Held for lateness.
        scenario.read(1860, 1)
        scenario.reload(other)
        for second in stride(from: 1870.0, through: 3000, by: 10) { scenario.read(second, 1, subject: "y") }
        #expect(scenario.lines == [])
    }

    @Test func `a hold over reports that an outage stopped is not taken up by a reload`() {
        let rule = Self.reports(.init(level: .red, at: .number(2), hold: .minutes(10))) { $0.maxGap = .minutes(15) }
        for isDated in [false, true] {
            var dated = rule
            if isDated {
                dated.effectiveUntil = Scenario.seconds(86400)
                dated.ladder.insert(.init(level: .yellow, at: .number(1)), at: 0)
            }
            var other = dated
            other.ladder[0].hold = .minutes(11)
            var later = dated
            later.effectiveUntil = isDated ? Scenario.seconds(86401) : .distantFuture
            for reloaded in [nil, dated, other, later] {
                var scenario = Scenario(dated, timing: Timing(clock: .wall))
                for second in [0.0, 60] { scenario.read(second, 1, type: "report") }
                scenario.apply(.started(deaf: .seconds(2220)), at: 2340)
                scenario.read(2341, 1, metric: "other", type: "report")
                if let reloaded { scenario.reload(reloaded) }
                Self.pass(&scenario, through: 3000, step: 10)
                #expect(scenario.lines == (isDated ? ["0 raised yellow"] : []))
                scenario.read(86410, 1, metric: "other", type: "report")
                let end = reloaded?.effectiveUntil == later.effectiveUntil ? 86401 : 86400
                #expect(scenario.lines.dropFirst() == (isDated ? ["\(end) resolved expired"] : []))
            }
        }
    }

    @Test func `an index counts nothing of what a silence has ended, though the next reading says nothing yet`() {
        for (value, last) in [
            (Self.window(.avg, .tumbling(every: .minutes(10))), 600.0),
            (Self.window(.delta, .sliding(over: .minutes(10), step: .minutes(1))), 300),
        ] {
            let part = CompositeTests.part("a") {
                $0.values = [value]
                $0.noData = .init(after: .minutes(10), action: .resolve)
            }
            let index = CompositeTests.index([.init(.rule("a"), weight: 1)], areas: [9]) {
                $0.ladder = [.init(level: .yellow, at: .number(20))]
            }
            for isRestarted in [false, true] {
                var scenario = Scenario(part, index, timing: Timing(clock: .wall))
                for (second, value) in [(0.0, 0.0), (120, 60), (last, 60)] {
                    scenario.read(second, value, metric: "a", area: "320213021000")
                }
                for second in stride(from: 610.0, through: 2400, by: 10) { scenario.tick(second) }
                let ended = scenario.sent
                #expect(ended.last?.hasSuffix("resolved no_data 320213021") == true, "\(ended)")
                if isRestarted { try? scenario.restart() }
                // Nor does an index that is judged anew meanwhile.
                var lower = index
                lower.ladder[0].at = .number(19)
                scenario.reload(part, lower)
                scenario.read(2410, 1, metric: "a", area: "320213021000")
                for second in stride(from: 2420.0, through: 2600, by: 10) { scenario.tick(second) }
                #expect(scenario.sent == ended)
                var added = Scenario(part, timing: Timing(clock: .wall))
                for (second, value) in [(0.0, 0.0), (120, 60), (last, 60)] {
                    added.read(second, value, metric: "a", area: "320213021000")
                }
                for second in stride(from: last + 10, through: 2400, by: 10) { added.tick(second) }
                added.reload(part, index)
                added.read(2410, 1, metric: "a", area: "320213021000")
                #expect(!added.sent.contains { $0.hasPrefix("risk") }, "\(added.sent)")
            }
        }
    }

    @Test func `a part that was off counts for its index as it did, where no clock moves it`() {
        // What its second value says is not known before the next reading.
        let part = Rule.threshold(
            "a", .init(level: .yellow, at: .number(90)), .init(level: .red, of: 1, at: .number(50))
        ) {
            $0.values.append(.init(name: "b", kind: .reading))
        }
        let index = CompositeTests.index([.init(.rule("a"), weight: 1)], areas: [6])
        var scenario = Scenario(part, index)
        scenario.read(60, 60, area: "320213021000")
        scenario.reload(part.disabled, index)
        scenario.reload(part, index)
        #expect(
            scenario.sent.filter { $0.hasPrefix("risk") } == [
                "risk 60 raised red 320213", "risk 60 resolved no_data 320213", "risk 60 raised red 320213",
            ])
    }

    @Test func `an index is raised by nothing that has gone while its part was off`() {
        func risk(_ part: Rule, _ indexes: [Rule], off: Rule, _ events: [(Double, String, Double)]) -> [String] {
            var scenario = Scenario(part)
            scenario.reload(set: [part] + indexes)
            for (second, metric, value) in events { scenario.read(second, value, metric: metric, area: "320213021000") }
            Self.pass(&scenario, through: 240, step: 10)
            scenario.reload(set: ([part] + indexes).map { $0.id == off.id ? $0.disabled : $0 })
            Self.pass(&scenario, through: 1800, step: 10)
            scenario.reload(set: [part] + indexes)
            Self.pass(&scenario, through: 2400, step: 10)
            return scenario.sent.filter { $0.hasPrefix("risk") }
        }
        let chain = SequenceTests.rule(["a", "b"].map { SequenceTests.step($0) }, within: 600) { $0.id = "a" }
        let index = CompositeTests.index([.init(.rule("a"), weight: 1)], areas: [6])
        #expect(
            risk(chain, [index], off: chain, [(0, "a", 1), (120, "b", 1)])
                == ["risk 120 raised red 320213", "risk 120 resolved no_data 320213"])
        // The chain itself ends as without an index.
        let three = SequenceTests.rule(.any, ["a", "b", "c"].map { SequenceTests.step($0) }, within: 1800, at: [2, 3]) {
            $0.id = "a"
            $0.ladder[0].clearHold = .minutes(10)
        }
        let ends = [[three], [three, index]].map { rules in
            var scenario = Scenario(three)
            scenario.reload(set: rules)
            for (second, metric) in [(60.0, "a"), (1260, "b"), (1320, "c")] {
                scenario.read(second, 1, metric: metric, area: "320213021000")
            }
            Self.pass(&scenario, through: 1500, step: 10)
            scenario.reload(set: rules.map { $0.id == "a" ? $0.disabled : $0 })
            Self.pass(&scenario, through: 3330, step: 10)
            scenario.reload(set: rules)
            Self.pass(&scenario, through: 6000, step: 10)
            return scenario.lines.filter { !$0.hasSuffix(" 320213") }
        }
        #expect(ends[0] == ends[1] && ends[0].last == "3660 resolved", "\(ends)")
        // Of an index that has no level and no key any more.
        let part = CompositeTests.part("a") { $0.noData = .init(after: .minutes(5), action: .resolve) }
        let inner = CompositeTests.index([.init(.rule("a"), weight: 1)], "inner", areas: [6]) {
            $0.ladder = [.init(level: .red, at: .number(85))]
        }
        let outer = CompositeTests.index([.init(.rule("inner"), weight: 1)], areas: [4]) {
            $0.ladder = [.init(level: .yellow, at: .number(40))]
        }
        #expect(
            risk(part, [inner, outer], off: inner, [(0, "a", 24)])
                == ["risk 0 raised yellow 3202", "risk 0 resolved no_data 3202"])
    }

    @Test func `an index that is added sees reports leave their window`() {
        let part = Self.reports(.init(level: .yellow, at: .number(100))) {
            $0.id = "a"
            $0.by = .area(digits: 6)
        }
        let index = CompositeTests.index([.init(.rule("a"), weight: 1)], areas: [6]) {
            $0.ladder = [.init(level: .yellow, at: .number(10))]
        }
        var scenario = Scenario(part)
        for second in 0..<31 { scenario.read(Double(second), 1, type: "report", area: "320213") }
        Self.pass(&scenario, through: 1200, step: 10)
        scenario.reload(part, index)
        Self.pass(&scenario, through: 9000)
        #expect(scenario.lines.last == "3600 resolved 320213", "\(scenario.lines)")
    }

    @Test func `what a silence has ended stays ended though silence ends nothing any more`() {
        for lateness in [0, 60] as [Int64] {
            let rule = Self.means {
                $0.lateness = .seconds(lateness)
                $0.noData = .init(after: .minutes(5), action: .resolve)
            }
            var keep = rule
            keep.noData = .init(after: .minutes(5), action: .keep)
            var none = rule
            none.noData = nil
            for other in [keep, none] {
                var scenario = Scenario(rule, timing: Timing(clock: .wall))
                for second in [60.0, 120] { scenario.read(second, 25) }
                for second in stride(from: 121.0, through: 1800, by: 1) { scenario.tick(second) }
                scenario.reload(other)
                for second in stride(from: 1801.0, through: 3000, by: 1) { scenario.tick(second) }
                #expect(scenario.lines == [])
            }
        }
        let sum = Self.reports(.init(level: .yellow, at: .number(1))) {
            $0.values = [Self.window(.sum, .sliding(over: .hours(1), step: .minutes(5)))]
            $0.noData = .init(after: .minutes(10), action: .resolve)
        }
        var kept = sum
        kept.noData = .init(after: .minutes(10), action: .keep)
        var reports = Scenario(sum, timing: Timing(clock: .wall))
        reports.read(0, 1, type: "report")
        for second in stride(from: 1.0, through: 960, by: 1) { reports.tick(second) }
        reports.reload(kept)
        for second in stride(from: 961.0, through: 4000, by: 1) { reports.tick(second) }
        #expect(reports.lines == ["0 raised yellow", "600 resolved no_data"])
        let pattern = SequenceTests.rule(.any, ["a", "b"].map { SequenceTests.step($0) }, within: 3600) {
            $0.noData = .init(after: .minutes(5), action: .resolve)
        }
        var keep = pattern
        keep.noData = .init(after: .minutes(5), action: .keep)
        var scenario = Scenario(pattern, timing: Timing(clock: .wall))
        scenario.read(60, 1, metric: "a")
        for second in stride(from: 61.0, through: 900, by: 1) { scenario.tick(second) }
        scenario.reload(keep)
        #expect(scenario.lines == [])
        // Heard in order it goes on, as it would have.
        scenario.read(1000, 1, metric: "b")
        #expect(scenario.lines == ["1000 raised red"])
    }

    @Test func `a reload of what is the same asks for no answer, and loses none`() {
        let rule = Rule.threshold(
            "r", .init(level: .yellow, at: .number(1)), .init(level: .red, at: .number(50))
        ) {
            $0.flap = .init(low: 0.1, high: 0.3, history: 3)
            $0.response = .init(level: .red, acknowledgeWithin: .seconds(60))
        }
        for isReloaded in [false, true] {
            var scenario = Scenario(rule)
            for (second, value) in [(0.0, 0.0), (10, 5), (20, 60)] { scenario.read(second, value) }
            if isReloaded { scenario.reload(rule) }
            for second in stride(from: 30.0, through: 300, by: 10) { scenario.read(second, 60) }
            #expect(
                scenario.lines.suffix(2) == ["40 flapping_ended red", "100 unacknowledged red"], "\(scenario.lines)")
        }
    }

    @Test func `no silence is told anew of a rule that is over`() {
        let rule = Rule.threshold("r", .init(level: .red, at: .number(50))) {
            $0.effectiveUntil = Scenario.seconds(400)
            $0.noData = .init(after: .seconds(30), action: .alarm, hold: .seconds(30), level: .yellow)
        }
        var other = rule
        other.noData?.hold = .seconds(60)
        var scenario = Scenario(rule, timing: Timing(clock: .wall))
        scenario.read(120, 1)
        for second in 121...1200 { scenario.tick(Double(second)) }
        scenario.reload(other)
        for second in 1201...1400 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["180 raised yellow no_data", "400 resolved no_data expired"])
    }

    @Test func `a hold of an index ends with the last key of its area, though a reload came while it was unknown`() {
        let parts = [("a", 10), ("b", 5)].map { name, minutes in
            CompositeTests.part(name) { $0.noData = .init(after: .minutes(Int64(minutes)), action: .resolve) }
        }
        let index = CompositeTests.index(
            [.init(.rule("a"), weight: 1), .init(.rule("b"), weight: 1)], areas: [9], known: 1
        ) { $0.ladder = [.init(level: .yellow, at: .number(20), hold: .hours(1))] }
        var shorter = index
        shorter.ladder[0].hold = .minutes(50)
        var scenario = Scenario(parts[0], parts[1], index, timing: Timing(clock: .wall))
        for metric in ["a", "b"] { scenario.read(0, 30, metric: metric, area: "320213021000") }
        for second in stride(from: 10.0, through: 420, by: 10) { scenario.tick(second) }
        scenario.reload(parts[0], parts[1], shorter)
        for second in stride(from: 430.0, through: 7200, by: 10) { scenario.tick(second) }
        #expect(!scenario.sent.contains { $0.hasPrefix("risk") }, "\(scenario.sent)")
    }

    @Test func `an index that is added counts no report that has left its window`() {
        let part = Self.reports(.init(level: .yellow, at: .number(5))) {
            $0.id = "a"
            $0.by = .area(digits: 6)
            $0.values = [Self.window(.avg, .exact(over: .seconds(30)))]
        }
        let index = CompositeTests.index([.init(.rule("a"), weight: 1)], areas: [6]) {
            $0.ladder = [.init(level: .blue, at: .number(1), hold: .seconds(120))]
        }
        var scenario = Scenario(part)
        scenario.read(210, 10, type: "report", area: "320213")
        Self.pass(&scenario, through: 1100, step: 10)
        let before = scenario.lines
        scenario.reload(part, index)
        Self.pass(&scenario, through: 9000)
        #expect(scenario.lines == before)
    }

    // MARK: Two sources of one key

    @Test func `a step out of order gives nothing back, and its source is waited for`() {
        let rule = SequenceTests.rule(.any, ["a", "b"].map { SequenceTests.step($0) }, within: 600) {
            $0.lateness = .minutes(20)
            $0.noData = .init(after: .minutes(5), action: .resolve)
        }
        var scenario = Scenario(rule, timing: Timing(clock: .wall))
        scenario.read(60, 1, metric: "a")
        for second in stride(from: 61.0, through: 570, by: 1) { scenario.tick(second) }
        scenario.read(30, 1, metric: "b", received: 571)
        #expect(scenario.lines == [])

        // 240 s behind, and never in order: its step comes when the fast source is long past the first one's span.
        var waiting = rule
        (waiting.noData, waiting.ladder[0].at, waiting.lateness) = (nil, .number(3), .minutes(1))
        waiting.kind = .sequence(
            .init(order: .any, steps: ["a", "b", "c"].map { SequenceTests.step($0) }, within: .seconds(600)))
        scenario = Scenario(waiting, timing: Timing(clock: .wall))
        for second in stride(from: 0.0, through: 1800, by: 10) {
            scenario.source = "fast"
            if second == 300 {
                scenario.read(second, 1, metric: "a")
            } else {
                scenario.read(second, 1, subject: "y", metric: "a")
            }
            guard second >= 240 else { continue }
            scenario.source = "slow"
            let event = [180.0: "b", 720: "c"][second - 240]
            scenario.read(second - 240, 1, subject: event == nil ? "z" : "x", metric: event ?? "a", received: second)
        }
        #expect(scenario.lines.first == "720 raised red", "\(scenario.lines)")
    }

    @Test func `a slow source counts though the key was heard from a fast one first`() {
        let rule = Rule.threshold("r", .init(level: .red, at: .number(70), hold: .seconds(30))) {
            $0.lateness = .seconds(10)
        }
        for isFastFirst in [false, true] {
            var scenario = Scenario(rule, timing: Timing(clock: .wall))
            for second in stride(from: 0.0, through: 600, by: 5) {
                if second.truncatingRemainder(dividingBy: 10) == 0, isFastFirst || second >= 60 {
                    scenario.source = "fast"
                    scenario.read(second, 80)
                } else if second >= 55 {
                    scenario.source = "slow"
                    scenario.read(second - 40, 5, received: second)
                }
            }
            let start = isFastFirst ? ["30 raised red", "35 resolved"] : []
            #expect(scenario.lines == start)
        }
    }

    // MARK: Given up, and heard again out of order

    private static func means(_ change: (inout Rule) -> Void = { _ in }) -> Rule {
        WindowKindTests.rule(.avg, .tumbling(every: .minutes(10)), at: 20, change: change)
    }

    @Test func `a reading within lateness counts in its window though a newer one has ended the silence`() {
        let rule = Self.means {
            $0.lateness = .minutes(10)
            $0.noData = .init(after: .minutes(5), action: .resolve)
        }
        for isLate in [false, true] {
            var scenario = Scenario(rule, timing: Timing(clock: .wall))
            scenario.read(660, 25)
            for second in stride(from: 661.0, through: 1139, by: 1) { scenario.tick(second) }
            if !isLate { scenario.read(1140, 25) }
            for second in stride(from: 1141.0, through: 1379, by: 1) { scenario.tick(second) }
            scenario.read(1380, 25)
            if isLate { scenario.read(1140, 25, received: 1400) }
            for second in stride(from: 1620.0, through: 3600, by: 240) { scenario.read(second, 25) }
            #expect(scenario.lines.first == "1200 raised red", "\(isLate): \(scenario.lines)")
        }
    }

    @Test func `a reading out of order does not give back what was given up`() throws {
        let rule = Self.means { $0.noData = .init(after: .minutes(5), action: .resolve) }
        for isRestarted in [false, true] {
            var scenario = Scenario(rule, timing: Timing(clock: .wall))
            scenario.source = "a"
            scenario.read(60, 25)
            scenario.read(120, 25)
            for second in 121...799 { scenario.tick(Double(second)) }
            scenario.source = "b"
            scenario.read(90, 25, received: 800)
            if isRestarted {
                try scenario.restart()
                scenario.reload(rule)
            }
            scenario.source = "a"
            for second in [960.0, 1260, 1560] { scenario.read(second, 5) }
            #expect(scenario.lines == [])
            for second in [1800.0, 1920, 2100, 2400] { scenario.read(second, 25) }
            #expect(scenario.lines == ["2400 raised red"])
        }
    }

    @Test func `a window that a reading out of order has begun ends by the clock`() {
        var other = Self.means()
        other.values[0].kind = .window(.init(aggregate: .max, shape: .tumbling(every: .minutes(10))))
        var scenario = Scenario(Self.means(), timing: Timing(clock: .wall))
        scenario.read(310, 1)
        scenario.reload(other)
        scenario.source = "b"
        scenario.read(305, 60, received: 315)
        for second in 316...1300 { scenario.tick(Double(second)) }
        #expect(scenario.lines == ["600 raised red"])
    }

    @Test func `a level that is left in a gap is not looked at again and again`() {
        let rule = Self.means {
            $0.maxGap = .minutes(5)
            $0.ladder[0].clearHold = .seconds(1)
        }
        var scenario = Scenario(rule)
        for second in stride(from: 0.0, through: 540, by: 60) { scenario.read(second, 25) }
        for second in [600.0, 660] { scenario.read(second, 5) }
        let climbs = scenario.engine.runtimes[0].counters.evaluated
        scenario.read(10_000, 5, subject: "y")
        #expect(scenario.lines == ["600 raised red"])
        let state = scenario.engine.runtimes[0].keys.read(0)[0]
        #expect(state.armedDue == .distantFuture && state.rungs[.red].phase == .clearing)
        #expect(scenario.engine.runtimes[0].counters.evaluated == climbs + 1)
    }

    // MARK: Flapping by the clock

    @Test func `the clock that finds the same level ends no flapping`() {
        let rule = Self.reports(.init(level: .yellow, at: .number(20))) {
            $0.values = [Self.window(.last, .sliding(over: .hours(1), step: .minutes(1)))]
            $0.flap = .init(low: 0.25, high: 0.5, history: 8)
        }
        var scenario = Scenario(rule)
        for step in 0..<6 { scenario.read(Double(step) * 10, step.isMultiple(of: 2) ? 5 : 25, type: "report") }
        Self.pass(&scenario, through: 3500, step: 10)
        #expect(scenario.lines == ["10 raised yellow", "20 resolved", "30 raised yellow", "40 flapping_started"])
        Self.pass(&scenario, through: 20_000)
        #expect(scenario.lines.last == "7250 resolved", "\(scenario.lines)")
    }

    @Test func `an alarm that the clock raises and readings clear flaps, too`() {
        let rule = Rule.threshold("r", .init(level: .red, at: .number(50), hold: .seconds(20))) {
            $0.flap = .init(low: 0.2, high: 0.5, history: 8)
        }
        var scenario = Scenario(rule)
        for second in stride(from: 0.0, through: 1800, by: 5) {
            if second.truncatingRemainder(dividingBy: 60) == 0 {
                scenario.read(second, second.truncatingRemainder(dividingBy: 120) == 0 ? 60 : 10)
            }
            scenario.read(second, 1, subject: "y")
        }
        #expect(scenario.lines == ["20 raised red", "60 resolved", "140 raised red", "180 flapping_started"])
    }

    // MARK: Patterns and indexes

    @Test func `what clears a sequence in any order takes nothing that came after it`() {
        let rule = SequenceTests.rule(
            .any, ["a", "b"].map { SequenceTests.step($0) }, within: 600, clear: SequenceTests.step("c")
        ) { $0.lateness = .seconds(60) }
        var scenario = Scenario(rule)
        for (second, metric) in [(10.0, "a"), (0, "c"), (20, "b"), (30, "c")] {
            scenario.read(second, 1, metric: metric)
        }
        #expect(scenario.lines == ["20 raised red", "30 resolved"])
    }

    @Test func `an area whose last key is gone is given up though its exposure stays`() {
        let street = "320213021000"
        let part = CompositeTests.part("a") { $0.noData = .init(after: .minutes(10), action: .resolve) }
        let index = CompositeTests.index(
            [.init(.rule("a"), weight: 1), .init(.population(full: 50_000), weight: 1)], areas: [9]
        ) { $0.ladder = [.init(level: .yellow, at: .number(40))] }
        var scenario = Scenario(
            part, index,
            registry: Registry(areas: [.init(code: "320213021", name: .init(zh: "", en: ""), population: 25_000)]),
            timing: Timing(clock: .wall))
        scenario.read(0, 20, metric: "a", area: street)
        #expect(scenario.sent.contains { $0.hasPrefix("risk 0 raised yellow") })
        for second in stride(from: 60.0, through: 660, by: 60) { scenario.tick(second) }
        #expect(scenario.sent.last == "risk 600 resolved no_data 320213021", "\(scenario.sent)")
    }
}
