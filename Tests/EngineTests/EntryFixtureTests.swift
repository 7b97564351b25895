import Engine
import Events
import Foundation
import Testing

/// Entries of the journal as every version wrote them: later ones must read them, for a journal is kept and replayed.
///
/// A fixture is written once, when its form is new, by running this test with FENGHUO_WRITE_FIXTURE=1, and never again: what a
/// rule gains later goes into the fixture of its own form.
struct EntryFixtureTests {
    private static func rule(_ id: String, _ kind: Rule.Kind, change: (inout Rule) -> Void = { _ in }) -> Rule {
        .threshold(id, .init(level: .yellow, at: .number(2)), .init(level: .red, compare: .greater, at: .number(3))) {
            $0.kind = kind
            change(&$0)
        }
    }

    private static func windows() throws -> [Rule] {
        let shapes: [(Aggregate, Rule.Window.Shape)] =
            Aggregate.allCases.filter { $0 != .quantile && $0 != .ewma }
            .map { ($0, .sliding(over: .minutes(1), step: .seconds(5))) } + [
                (.sum, .tumbling(every: .hours(1))), (.count, .session(gap: .seconds(30), longest: .seconds(90))),
                (.quantile, .samples(9)), (.min, .exact(over: .seconds(30))), (.ewma, .halfLife(.seconds(10))),
                (.ewma, .weight(0.3)),
            ]
        return try shapes.enumerated().map { index, window in
            let of = try Formula(
                event: window.0 == .distinct ? "subject" : "value * 2", yield: window.0 == .distinct ? .scalar : .number
            )
            return rule("window-\(index)", .value) {
                $0.values = [
                    .init(
                        name: "w",
                        kind: .window(
                            .init(
                                aggregate: window.0, of: index.isMultiple(of: 2) ? of : nil, shape: window.1,
                                quantile: window.0 == .quantile ? 0.5 : 0)))
                ]
            }
        }
    }

    /// A rule of every kind, key and window, with everything that one can have.
    private static func ruleSet() throws -> RuleSet {
        let set = try EncodingTests.everything()
        let a = Rule.Step(
            input: .init(type: "reading", metric: "a", unit: "m"),
            condition: try Formula(event: "value > 1", yield: .boolean))
        let b = Rule.Step(input: .init(type: "report", metric: "b", unit: ""))
        let not = Rule.Step(input: b.input, isNegated: true)
        let kinds = [
            rule("absence", .absence(.init(expect: ["north", "south"]))),
            rule("steps", .sequence(.init(steps: [a, b, not], within: .minutes(9), clear: a))),
            rule("any", .sequence(.init(order: .any, steps: [a, b], within: .hours(1)))),
            rule("near", .proximity(.init(within: 500, during: .minutes(10)))),
            rule(
                "hazard",
                .proximity(.init(measure: .hazards, within: 900, during: .minutes(3), grade: 2, maximumPoints: 100))),
            rule("of", .proximity(.init(measure: .subjects, within: 1, during: .days(1), of: a))),
            rule(
                "sum",
                .index(.init(parts: [.init(.rule("any")), .init(.population(full: 9)), .init(.grade, weight: 2)]))
            ) {
                $0.by = .area(digits: 9)
            },
            rule(
                "most",
                .index(.init(combination: .maximum, parts: [.init(.rule("sum"))], areas: [4, 2], minimumKnown: 1))
            ) {
                $0.by = .area(digits: 4)
                $0.score = try! Formula(values: "value * 3", names: ["value"], yield: .number)
            },
        ]
        return RuleSet(
            rules: set.rules + kinds + (try windows()), version: set.version, timing: set.timing, files: set.files,
            activation: .init(by: "王敏", why: "审定"), zones: set.zones)
    }

    private static let registry = Registry(
        subjects: [
            .init(
                id: "x", name: .init(zh: "井", en: "well"), area: "320213021", longitude: 120.3, latitude: -0.0,
                unit: "m",
                limits: [.init(name: "hh", value: 2), .init(name: "h", value: 1)], grade: 2, population: 500,
                place: "人民中路", owner: "市住建局",
                columns: [.init(name: "depth", text: "1.5"), .init(name: "material", text: "PE")]),
            .init(id: "bare"),
        ], areas: [.init(code: "320200", name: .init(zh: "无锡市", en: "Wuxi"), population: 7_500_000)])

    private static let acknowledgement = OperatorRequest(
        key: "k-1", actor: "王敏", note: "已通知抢修", act: .acknowledge(episode: DecisionID(position: 88_190, ordinal: 3)))

    private static func file(_ name: String) -> URL {
        SnapshotFixtureTests.folder.appendingPathComponent(name + ".bytes")
    }

    private static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: file(name))) }

    @Test func `a rule set of every form is read as it was, and the newest written as it was`() throws {
        let bytes = try Self.bytes("rule-set-2")
        let set = try RuleSet(decoding: bytes)
        #expect(try set == Self.ruleSet())
        #expect(set.encoded() == bytes)
    }

    @Test func `a registry of every form is read as it was, and the newest written as it was`() throws {
        let bytes = try Self.bytes("registry-2")
        let registry = try Registry(decoding: bytes)
        #expect(registry == Self.registry)
        #expect(registry.encoded() == bytes)
    }

    @Test func `an operator's request of every form is read as it was, and the newest written as it was`() throws {
        let bytes = try Self.bytes("acknowledgement-1")
        let request = try OperatorRequest(decoding: bytes)
        #expect(request == Self.acknowledgement)
        #expect(request.encoded == bytes)
        // A new act needs a fixture of its own.
        switch request.act {
        case .acknowledge: break
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["FENGHUO_WRITE_FIXTURE"] != nil))
    func `writes the fixtures of the newest forms`() throws {
        try Data(Self.ruleSet().encoded()).write(to: Self.file("rule-set-2"))
        try Data(Self.registry.encoded()).write(to: Self.file("registry-2"))
        try Data(Self.acknowledgement.encoded).write(to: Self.file("acknowledgement-1"))
    }
}
