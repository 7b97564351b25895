import Engine
import Events
import Testing

/// Indexes: one number per area out of other rules' worst scores and the registry, rolled up from street to city.
struct CompositeTests {
    static let (street, other, district, city) = ("320213021", "320213022", "320213", "3202")

    /// A rule over one metric by subject: 10, 20, 30, 40 are blue to red.
    static func part(_ id: String, change: (inout Rule) -> Void = { _ in }) -> Rule {
        var rule = Rule.threshold(
            id, .init(level: .blue, at: .number(10)), .init(level: .yellow, at: .number(20)),
            .init(level: .orange, at: .number(30)), .init(level: .red, at: .number(40)))
        rule.input.metric = id
        change(&rule)
        return rule
    }

    static func index(
        _ parts: [Rule.Composite.Part], _ id: String = "risk", areas: [Int] = [9, 6, 4], known: Double = 0.5,
        combination: Rule.Composite.Combination = .sum, change: (inout Rule) -> Void = { _ in }
    ) -> Rule {
        var rule = Rule.threshold(
            id, .init(level: .yellow, at: .number(50), clear: .number(40)), .init(level: .red, at: .number(80)))
        rule.kind = .index(.init(combination: combination, parts: parts, areas: areas, minimumKnown: known))
        rule.input = .init(type: "index", metric: "", unit: "")
        rule.values = [.init(name: "index", kind: .reading)]
        rule.by = .area(digits: areas[0])
        change(&rule)
        return rule
    }

    static let (a, b) = (part("a"), part("b"))
    static let both: [Rule.Composite.Part] = [.init(.rule("a"), weight: 3), .init(.rule("b"), weight: 1)]

    @Test func `an index rolls up from street to district and city`() {
        var scenario = Scenario(Self.a, Self.b, Self.index(Self.both))
        scenario.read(0, 20, metric: "a", area: Self.street)
        #expect(
            scenario.index == [
                "0 raised yellow 50.0 320213021", "0 raised yellow 50.0 320213", "0 raised yellow 50.0 3202",
            ])
        scenario.read(1, 45, subject: "y", metric: "a", area: Self.other)
        #expect(
            scenario.index.dropFirst(3) == [
                "1 escalated red 95.0 320213", "1 escalated red 95.0 3202", "1 raised red 95.0 320213022",
            ])
        scenario.read(2, 0, subject: "y", metric: "a", area: Self.other)
        #expect(
            scenario.index.dropFirst(6) == [
                "2 deescalated yellow 50.0 320213", "2 deescalated yellow 50.0 3202", "2 resolved 0.0 320213022",
            ])
    }

    @Test func `a city's alarm bears the city's whole code`() {
        var scenario = Scenario(Self.a, Self.index([.init(.rule("a"))], areas: [9, 6, 4, 2]))
        scenario.read(0, 20, metric: "a", area: Self.street)
        #expect(scenario.decisions.dropFirst().map(\.area) == ["320213021", "320213", "320200", "320000"])
    }

    @Test func `what is not known is no zero: the mean is over what is known`() {
        var scenario = Scenario(Self.a, Self.b, Self.index(Self.both, areas: [9]))
        scenario.read(0, 20, metric: "a", area: Self.street)
        #expect(scenario.index == ["0 raised yellow 50.0 320213021"])
        scenario.read(1, 0, subject: "y", metric: "b", area: Self.street)
        #expect(scenario.index.dropFirst() == ["1 resolved 37.5 320213021"])
    }

    @Test func `who is only expected of a chain is not known, nor where the index is added later`() {
        let chain = SequenceTests.rule(["a", "c"].map { SequenceTests.step($0) }) {
            $0.id = "a"
            $0.noData = .init(after: .hours(1), action: .keep, expect: ["expected"])
        }
        let index = Self.index([.init(.rule("a"), weight: 1), .init(.rule("b"), weight: 1)], areas: [9])
        let registry = Registry(subjects: [.init(id: "expected", area: Self.street)])
        for rules in [[chain, Self.b], [chain, Self.b, index]] {
            var scenario = Scenario(Self.b, registry: registry)
            scenario.reload(set: rules)
            scenario.read(0, 45, metric: "b", area: Self.street)
            scenario.reload(set: [chain, Self.b, index])
            #expect(scenario.index == ["0 raised red 95.0 320213021"])
        }
    }

    @Test func `where less than the least share of the weights is known the index is unknown`() {
        var scenario = Scenario(Self.a, Self.b, Self.index(Self.both, areas: [9]))
        scenario.read(0, 50, metric: "b", area: Self.street)
        #expect(scenario.index == [] && scenario.counters.unknown == 1)
        var exact = Scenario(Self.a, Self.b, Self.index(Self.both, areas: [9], known: 0.25))
        exact.read(0, 50, metric: "b", area: Self.street)
        #expect(exact.index == ["0 raised red 100.0 320213021"])
    }

    @Test func `the maximum takes each part by its weight beside the heaviest`() {
        var scenario = Scenario(Self.a, Self.b, Self.index(Self.both, areas: [9], known: 0, combination: .maximum))
        scenario.read(0, 50, metric: "b", area: Self.street)
        #expect(scenario.counters.evaluated == 1 && scenario.index == [])
        scenario.read(1, 20, subject: "y", metric: "a", area: Self.street)
        #expect(scenario.index == ["1 raised yellow 50.0 320213021"])
    }

    @Test func `a part over reports is zero where nothing was reported`() {
        let reports = Self.part("b") { $0.input.type = "report" }
        var scenario = Scenario(Self.a, reports, Self.index(Self.both, areas: [9], known: 1))
        scenario.read(0, 50, metric: "a", area: Self.street)
        #expect(scenario.index == ["0 raised yellow 75.0 320213021"])
    }

    @Test func `an unknown reading leaves the score of its key as it was`() {
        var scenario = Scenario(Self.a, Self.index([.init(.rule("a"))], areas: [9]))
        scenario.read(0, 20, metric: "a", area: Self.street)
        scenario.read(1, .nan, metric: "a", area: Self.street)
        #expect(scenario.index == ["0 raised yellow 50.0 320213021"])
    }

    @Test func `only_while that does not hold counts as nothing, a rule's own score as it says`() {
        let gated = Self.part("a") { $0.onlyWhile = try! Formula(values: "value < 45.0", names: ["value"]) }
        var scenario = Scenario(gated, Self.index([.init(.rule("a"))], areas: [9]))
        scenario.read(0, 40, metric: "a", area: Self.street)
        scenario.read(1, 50, metric: "a", area: Self.street)
        #expect(scenario.index == ["0 raised red 90.0 320213021", "1 resolved 0.0 320213021"])
        let own = Self.part("a") { $0.score = try! Formula(values: "value * 2.0", names: ["value"], yield: .number) }
        var scored = Scenario(own, Self.index([.init(.rule("a"))], areas: [9]))
        scored.read(0, 30, metric: "a", area: Self.street)
        #expect(scored.index == ["0 raised yellow 60.0 320213021"])
    }

    @Test func `scores count in whole points, rounded down`() {
        var scenario = Scenario(Self.a, Self.index([.init(.rule("a"))], areas: [9]))
        scenario.read(0, 19.9, metric: "a", area: Self.street)
        scenario.read(1, 21.3, metric: "a", area: Self.street)
        #expect(scenario.index == ["1 raised yellow 53.0 320213021"])
    }

    @Test func `a subject without a known area counts nowhere, one of a district not in a street`() {
        var scenario = Scenario(Self.a, Self.index([.init(.rule("a"))]))
        scenario.read(0, 50, metric: "a")
        scenario.read(1, 50, metric: "a", area: "nowhere")
        #expect(scenario.index == [] && scenario.engine.keys(of: "risk") == [])
        scenario.read(2, 50, subject: "y", metric: "a", area: "320213000")
        #expect(scenario.index == ["2 raised red 100.0 320213", "2 raised red 100.0 3202"])
    }

    @Test func `the registry's area wins, and a changed registry moves the subject at once`() {
        func registry(_ area: String) -> Registry { Registry(subjects: [.init(id: "x", area: area)]) }
        var scenario = Scenario(Self.a, Self.index([.init(.rule("a"))], areas: [9]), registry: registry(Self.other))
        scenario.read(0, 20, metric: "a", area: Self.street)
        scenario.apply(.registry(registry("320281001").encoded()), at: 1)
        #expect(
            scenario.index == [
                "0 raised yellow 50.0 320213022", "0 resolved no_data 320213022", "0 raised yellow 50.0 320281001",
            ])
    }

    @Test func `a subject that moves counts where it is`() {
        var scenario = Scenario(Self.a, Self.index([.init(.rule("a"))], areas: [9]))
        scenario.read(0, 20, metric: "a", area: Self.street)
        scenario.read(1, 20, metric: "a", area: Self.other)
        #expect(
            scenario.index == [
                "0 raised yellow 50.0 320213021", "1 resolved no_data 320213021", "1 raised yellow 50.0 320213022",
            ])
    }

    @Test func `people and hazards of the registry are parts; a district has the worst of its streets`() {
        let registry = Registry(
            subjects: [
                .init(id: "x", area: Self.street, grade: 2, population: 300),
                .init(id: "y", area: Self.street, population: 200), .init(id: "z", area: Self.other, grade: 4),
            ],
            areas: [.init(code: Self.other, name: .init(zh: "", en: ""), population: 2000)])
        let parts: [Rule.Composite.Part] = [
            .init(.rule("a"), weight: 2), .init(.population(full: 1000)), .init(.grade),
        ]
        var scenario = Scenario(Self.a, Self.index(parts), registry: registry)
        scenario.read(0, 20, metric: "a", area: Self.street)
        scenario.read(1, 0, subject: "z", metric: "a", area: Self.other)
        // Street: (2·50 + 50 + 75) / 4; the other: (0 + 100 + 25) / 4; the district has 50, 100 and 75.
        #expect(scenario.value(Self.street) == 56.25)
        #expect(scenario.value(Self.other) == 31.25)
        #expect(scenario.value(Self.district) == 68.75)
        scenario.read(2, 0, subject: "w", metric: "a", area: "320281001")
        // Nobody has counted people there: (0 + 0) / 3.
        #expect(scenario.value("320281001") == 0)
        #expect(scenario.parts("320281001") == ["a 0.0 w", "population ?", "grade 0.0"])
    }

    @Test func `an index is a part of another, and a ring is refused`() throws {
        var scenario = Scenario(
            Self.a, Self.index([.init(.rule("zone"))], "city", areas: [4]),
            Self.index([.init(.rule("a"))], "zone", areas: [9, 6]))
        scenario.read(0, 45, metric: "a", area: Self.street)
        #expect(
            scenario.decisions.filter { $0.rule != "a" }.map { "\($0.rule) \($0.key) \($0.value)" } == [
                "zone 320213021 95.0", "zone 320213 95.0", "city 3202 95.0",
            ])
        let ring = RuleSet(rules: [
            Self.index([.init(.rule("q"))], "p"), Self.index([.init(.rule("p"))], "q"),
        ])
        #expect(throws: (any Error).self) { try RuleSet(decoding: ring.encoded()) }
    }

    @Test func `a removed part rule is unknown, and an index without any ends with reason no_data`() {
        let index = Self.index(Self.both, areas: [9])
        var scenario = Scenario(Self.a, Self.b, index)
        scenario.read(0, 40, metric: "a", area: Self.street)
        scenario.read(1, 20, subject: "y", metric: "b", area: Self.street)
        scenario.reload(Self.a, index)
        scenario.reload(index)
        #expect(scenario.index == ["0 raised red 90.0 320213021", "1 resolved no_data 320213021"])
    }

    @Test func `a rule that becomes a part brings the score that it has`() {
        var scenario = Scenario(Self.a)
        scenario.read(0, 45, metric: "a", area: Self.street)
        scenario.reload(Self.a, Self.index([.init(.rule("a"))], areas: [9]))
        #expect(scenario.index == ["0 raised red 95.0 320213021"])
        scenario.reload(Self.a)
        #expect(scenario.index.dropFirst() == ["0 resolved rule_removed 320213021"])
    }

    @Test func `changed weights and levels are judged at once, changed texts not at all`() {
        var scenario = Scenario(Self.a, Self.b, Self.index(Self.both, areas: [9]))
        scenario.read(0, 20, metric: "a", area: Self.street)
        scenario.read(0, 0, subject: "y", metric: "b", area: Self.street)
        #expect(scenario.index == ["0 raised yellow 50.0 320213021", "0 resolved 37.5 320213021"])
        scenario.reload(Self.a, Self.b, Self.index(Self.both, areas: [9]) { $0.title.en = "other" })
        #expect(scenario.counters.evaluated == 2)
        let even: [Rule.Composite.Part] = [.init(.rule("a"), weight: 9), .init(.rule("b"), weight: 0.001)]
        scenario.reload(Self.a, Self.b, Self.index(even, areas: [9], change: { $0.ladder[0].at = .number(49) }))
        #expect(scenario.index.dropFirst(2) == ["0 raised yellow 49.99 320213021"])
    }

    @Test func `holds of an index run on the clock of the source that moved it`() {
        let index = Self.index([.init(.rule("a"))], areas: [9]) { $0.ladder[0].hold = .seconds(600) }
        var scenario = Scenario(Self.a, index)
        scenario.read(0, 20, metric: "a", area: Self.street)
        scenario.read(601, 21, metric: "a", area: Self.street)
        #expect(scenario.index == ["600 raised yellow 50.0 320213021"])
    }

    @Test func `a silent key counts on, one that no_data resolves is unknown`() {
        for action in [Rule.NoData.Action.keep, .resolve] {
            let part = Self.part("a") { $0.noData = .init(after: .seconds(60), action: action) }
            var scenario = Scenario(part, Self.index([.init(.rule("a"))], areas: [9]), timing: Timing(clock: .wall))
            scenario.read(0, 20, metric: "a", area: Self.street)
            scenario.tick(100)
            let ends = action == .resolve ? ["60 resolved no_data 320213021"] : []
            #expect(scenario.index == ["0 raised yellow 50.0 320213021"] + ends)
            if action == .keep { #expect(scenario.parts(Self.street) == ["a 50.0 x stale"]) }
            scenario.read(101, 20, metric: "a", area: Self.street)
            #expect(scenario.value(Self.street) == 50)
        }
    }

    @Test func `an area lives as long as its keys, and is forgotten after them`() {
        let part = Self.part("a") { $0.keyTTL = .seconds(100) }
        let index = Self.index([.init(.rule("a"))], areas: [9]) {
            $0.keyTTL = .seconds(60)
            $0.ladder[0] = .init(level: .yellow, at: .number(20))
        }
        var scenario = Scenario(part, index, timing: Timing(clock: .wall))
        scenario.read(0, 9, metric: "a", area: Self.street)
        scenario.tick(99)
        #expect(scenario.engine.keys(of: "risk") == [Self.street])
        scenario.tick(101)
        #expect(scenario.index == ["0 raised yellow 22.0 320213021", "100 resolved no_data 320213021"])
        scenario.tick(300)
        #expect(scenario.engine.keys(of: "risk") == [])
    }

    @Test func `areas beyond the most are refused and counted`() {
        var scenario = Scenario(Self.a, Self.index([.init(.rule("a"))], areas: [9]) { $0.maximumKeys = 1 })
        scenario.read(0, 50, metric: "a", area: Self.street)
        scenario.read(1, 50, subject: "y", metric: "a", area: Self.other)
        #expect(scenario.index == ["0 raised red 100.0 320213021"] && scenario.counters.refusedKeys == 1)
    }

    @Test func `a disabled part is unknown`() {
        let index = Self.index(Self.both, areas: [9])
        var scenario = Scenario(Self.a, Self.b, index)
        scenario.read(0, 20, metric: "a", area: Self.street)
        scenario.read(1, 0, subject: "y", metric: "b", area: Self.street)
        scenario.reload(Self.a, Self.part("b") { $0.status = .disabled }, index)
        #expect(scenario.value(Self.street) == 50)
    }

    @Test func `an explanation names each part, its worst key and what it adds`() {
        var scenario = Scenario(Self.a, Self.b, Self.index(Self.both, areas: [9, 6]))
        scenario.read(0, 20, metric: "a", area: Self.street)
        scenario.read(1, 45, subject: "y", metric: "a", area: Self.other)
        scenario.read(2, 10, subject: "z", metric: "b", area: Self.other)
        #expect(scenario.parts(Self.district) == ["a 95.0 y", "b 25.0 z"])
        let parts = scenario.engine.explain(rule: "risk", key: Self.district)?.state?.parts ?? []
        #expect(parts.map(\.share) == [71.25, 6.25] && scenario.value(Self.district) == 77.5)
        #expect(scenario.parts(Self.street) == ["a 50.0 x", "b ?"])
    }
}

extension Scenario {
    /// Decisions of indexes: moment, transition, level, index, area.
    var index: [String] {
        decisions.filter { $0.valueName == "index" || $0.rule == "risk" }.map { decision in
            let level = decision.level.map { " \($0.name)" } ?? ""
            let why = decision.value.isNaN ? " \(decision.reason.name)" : " \(decision.value)"
            return
                "\(decision.at.microseconds / 1_000_000) \(decision.transition.name)\(level)\(why) \(decision.key)"
        }
    }

    var counters: RuleCounters { engine.counters.first { $0.rule == "risk" }?.counters ?? RuleCounters() }

    func value(_ area: String) -> Double? { engine.explain(rule: "risk", key: area)?.state?.values.first?.value }

    func parts(_ area: String) -> [String] {
        (engine.explain(rule: "risk", key: area)?.state?.parts ?? []).map { part in
            let key = part.key.isEmpty ? "" : " \(part.key)"
            return "\(part.name) \(part.score.map { "\($0)" } ?? "?")\(key)\(part.isStale ? " stale" : "")"
        }
    }
}
