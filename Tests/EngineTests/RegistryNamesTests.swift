import Engine
import Events
import Testing

/// What the registry knows of a subject, in expressions; what it does not know is unknown, not false.
struct RegistryNamesTests {
    private static let registry = Registry(subjects: [
        .init(
            id: "x", area: "320213021", limits: [.init(name: "capacity", value: 200), .init(name: "hh", value: 50)],
            grade: 2, population: 500, place: "人民中路", owner: "市住建局",
            columns: [
                .init(name: "depth", text: "1.5"), .init(name: "year", text: "2009"),
                .init(name: "lined", text: "true"),
                .init(name: "material", text: "PE"),
            ]),
        .init(id: "bare"),
    ])
    private static let columns: [Formula.Field] = [
        .init(name: "depth", kind: .double), .init(name: "year", kind: .int), .init(name: "lined", kind: .bool),
        .init(name: "material", kind: .string),
    ]

    enum Answer: Equatable { case holds, fails, unknown }

    private func answer(_ condition: String, _ subject: String, columns: [Formula.Field] = columns) throws -> Answer {
        var rule = Rule.threshold("r", .init(level: .red, at: .number(1)))
        rule.condition = try Formula(event: condition, columns: columns, yield: .boolean)
        var scenario = Scenario(rule, registry: Self.registry)
        try scenario.restart()
        scenario.read(0, 60, subject: subject)
        let counters = scenario.engine.counters[0].counters
        return counters.unknown > 0 ? .unknown : counters.filtered > 0 ? .fails : .holds
    }

    @Test(arguments: [
        "value > registry.hh", "value < registry.capacity", "value > limit.hh", "registry.area.startsWith(\"320213\")",
        "registry.place == \"人民中路\"", "registry.grade <= 2", "registry.population >= 500",
        "registry.owner == \"市住建局\"", "registry.depth == 1.5", "registry.year < 2010", "registry.lined",
        "registry.material == \"PE\"",
    ])
    func `a condition reads what is registered and is unknown where nothing is`(condition: String) throws {
        #expect(try answer(condition, "x") == .holds)
        #expect(try answer("!(\(condition))", "x") == .fails)
        for subject in ["bare", "stranger"] {
            #expect(try answer(condition, subject) == .unknown)
            #expect(try answer("!(\(condition))", subject) == .unknown)
        }
    }

    @Test func `subjects are told apart by their bytes, as keys are`() {
        // U+F90A is canonically equivalent to U+91D1.
        let (plain, other) = ("阀\u{91D1}", "阀\u{F90A}")
        #expect(plain == other)
        let both = Registry(subjects: [plain, other].map { .init(id: $0, owner: $0) })
        for id in [plain, other] { #expect(both.subject(id)?.owner.utf8.elementsEqual(id.utf8) == true) }
        #expect(Registry(subjects: [.init(id: plain)]).subject(other) == nil)
    }

    @Test func `has asks whether the registry says`() throws {
        #expect(try answer("has(registry.grade) && registry.grade <= 2", "x") == .holds)
        #expect(try answer("has(registry.grade) && registry.grade <= 2", "bare") == .fails)
        #expect(try answer("has(registry.grade) && registry.grade <= 2", "stranger") == .fails)
    }

    @Test func `a column that is not of the declared kind is unknown`() throws {
        let wrong: [Formula.Field] = [.init(name: "material", kind: .double), .init(name: "depth", kind: .int)]
        #expect(try answer("registry.material > 0.0", "x", columns: wrong) == .unknown)
        #expect(try answer("registry.depth > 0", "x", columns: wrong) == .unknown)
    }

    @Test func `names and kinds are checked when the expression is compiled`() {
        for wrong in ["registry.gradee <= 2", "registry.grade == \"2\"", "registry.depth > 1.0", "registry > 1.0"] {
            #expect(throws: (any Error).self) { try Formula(event: wrong, yield: .boolean) }
            #expect(throws: (any Error).self) { try Formula(values: wrong, names: ["value"]) }
        }
    }

    @Test func `a value is a share of the registered capacity`() throws {
        var rule = Rule.threshold("r", .init(level: .red, at: .number(0.5)))
        rule.values = [
            .init(name: "value", kind: .formula(try Formula(event: "value / registry.capacity", yield: .number)))
        ]
        var scenario = Scenario(rule, registry: Self.registry)
        scenario.read(0, 99)
        scenario.read(1, 1000, subject: "stranger")
        scenario.read(2, 100)
        #expect(scenario.lines == ["2 raised red"])
        #expect(scenario.decisions[0].value == 0.5 && scenario.engine.counters[0].counters.unknown == 1)
    }

    @Test func `score and only_while read the registry of the key's subject`() throws {
        var rule = Rule.threshold("r", .init(level: .red, at: .number(10)))
        rule.score = try Formula(
            values: "value + double(registry.population) / 100.0", names: ["value"], yield: .number)
        rule.onlyWhile = try Formula(values: "registry.population > 100", names: ["value"])
        var scenario = Scenario(rule, registry: Self.registry)
        scenario.read(0, 20)
        scenario.read(1, 20, subject: "bare")
        #expect(scenario.lines == ["0 raised red"])
        #expect(scenario.decisions[0].score == 25 && scenario.engine.counters[0].counters.unknown == 1)
        try scenario.restart()
        scenario.read(2, 5)
        #expect(scenario.lines == ["0 raised red", "2 resolved"])
    }

    @Test func `a key of several subjects has the registry of the newest`() throws {
        var rule = Rule.threshold("r", .init(level: .red, at: .limit("hh", fallback: nil)))
        rule.by = .area(digits: 6)
        var scenario = Scenario(rule, registry: Self.registry)
        scenario.read(0, 60, subject: "bare", area: "320213021")
        scenario.read(1, 60, subject: "x", area: "320213021")
        #expect(scenario.lines == ["1 raised red 320213"])
    }

    @Test(arguments: [(2, "320000"), (4, "320200"), (6, "320213"), (9, "320213021")])
    func `an alarm of an area bears the code of the area, not the street of its last event`(digits: Int, code: String) {
        var rule = Rule.threshold("r", .init(level: .red, at: .number(1)))
        rule.by = .area(digits: digits)
        var scenario = Scenario(rule, registry: Registry(subjects: [.init(id: "x", area: "320213021007")]))
        scenario.read(0, 60, subject: "x", area: "320213021007")
        scenario.read(1, 0, subject: "bare", area: "320213021008")
        #expect(scenario.decisions.map(\.area) == [code, code])
    }

    @Test func `a changed registry is seen by the next reading`() throws {
        var rule = Rule.threshold("r", .init(level: .red, at: .number(1)))
        rule.condition = try Formula(event: "registry.grade <= 2", yield: .boolean)
        var scenario = Scenario(rule, registry: Self.registry)
        scenario.read(0, 5, subject: "bare")
        let changed = Registry(subjects: [.init(id: "bare", grade: 1)])
        scenario.apply(.registry(changed.encoded()), at: 1)
        scenario.read(2, 5, subject: "bare")
        #expect(scenario.lines == ["2 raised red bare"])
    }

    @Test func `further columns survive the registry's bytes`() throws {
        #expect(try Registry(decoding: Self.registry.encoded()) == Self.registry)
        #expect(Self.registry.subject("x")?.columns.map(\.name) == ["depth", "lined", "material", "year"])
    }
}
