import CivilTime
import Engine
import Events
import Testing

struct EncodingTests {
    static func everything() throws -> RuleSet {
        let formula = try Formula(event: "value > limit.h && quality == \"good\"", yield: .boolean)
        let rule = Rule.threshold(
            "all",
            .init(
                level: .blue, of: 1, compare: .lessOrEqual,
                at: .dated([
                    .init(from: .distantPast, threshold: .number(-0.0)),
                    .init(from: Timestamp(seconds: 9), threshold: .limit("ll", fallback: 2)),
                ]), clear: .number(1)),
            .init(
                level: .red, of: 2, compare: .less, at: .limit("ll", fallback: nil),
                clear: .limit("l", fallback: 3), hold: .minutes(1), clearHold: .seconds(2), cite: "GB")
        ) { rule in
            rule.status = .sandbox
            rule.issue = .never
            (rule.lead, rule.support, rule.cites) = ("甲", ["乙", "丙"], ["a", ""])
            rule.by = .field("grid")
            rule.condition = formula
            rule.values = [
                .init(name: "value", kind: .reading),
                .init(
                    name: "f",
                    kind: .formula(
                        try! Formula(
                            event: "value * 2 + double(n)", fields: [.init(name: "n", kind: .int)], yield: .number))),
                .init(name: "w", kind: .window(.init(aggregate: .slope, over: .hours(1), step: .minutes(1)))),
            ]
            rule.onlyWhile = try! Formula(values: "w >= 1", names: ["value", "f", "w"])
            rule.maxGap = .minutes(5)
            rule.lateness = .seconds(7)
            rule.noData = .init(after: .hours(1), action: .alarm, level: .yellow, expect: ["a", "b"])
            (rule.effectiveFrom, rule.effectiveUntil) = (Timestamp(seconds: 1), Timestamp(seconds: 2))
            (rule.maximumKeys, rule.keyTTL) = (9, .days(3))
            rule.inhibitedBy = [.init(rule: "area"), .init(rule: "gone", level: .red, same: .area(digits: 6))]
            rule.active = Rule.Calendar()
            rule.active?.hours = [.init(from: 600, until: 1440), .init(from: 1320, until: 360)]
            rule.active?.weekdays = 0x1F
            rule.active?.except = [.init(first: 1, last: 2)]
            rule.active?.also = [.init(first: 5, last: 5)]
            rule.flap = .init(low: 0.25, high: 0.5, history: 7)
            rule.response = .init(acknowledgeWithin: .minutes(5), handleWithin: .hours(2), escalateTo: ["丁"])
        }
        let byArea = Rule.threshold("area", .init(level: .red, at: .number(1))) { $0.by = .area(digits: 6) }
        let bySource = Rule.threshold("source", .init(level: .red, at: .number(1))) { $0.by = .source }
        return RuleSet(
            rules: [rule, byArea, bySource], version: "sha256:x", timing: Timing(clock: .events),
            files: [.init(path: "gas/all.yml", text: "id: all\n")], zones: [.shanghai, .berlin])
    }

    @Test func `a rule set reads back equal`() throws {
        let set = try Self.everything()
        #expect(try RuleSet(decoding: set.encoded()) == set)
    }

    @Test func `a damaged rule set is an error and never a trap`() throws {
        let bytes = try Self.everything().encoded()
        for length in 0..<bytes.count {
            #expect(throws: ByteReader.Failure.self) { try RuleSet(decoding: Array(bytes[..<length])) }
        }
        var seed: UInt64 = 3
        for _ in 0..<3000 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var copy = bytes
            copy[Int(seed >> 33) % copy.count] ^= UInt8(truncatingIfNeeded: seed >> 20) | 1
            // Reading it may succeed with other words; what counts is that nothing traps.
            _ = try? RuleSet(decoding: copy)
        }
    }

    @Test func `a registry reads back equal`() throws {
        let registry = Registry(
            subjects: [
                .init(id: "x", name: .init(zh: "井", en: "well"), area: "320213", limits: [.init(name: "h", value: 1)]),
                .init(id: "a", longitude: 120, latitude: 31, unit: "m"),
            ], areas: [.init(code: "320200", name: .init(zh: "无锡市", en: "Wuxi"))])
        #expect(try Registry(decoding: registry.encoded()) == registry)
    }

    static func busy() -> Scenario {
        var scenario = Scenario(
            .threshold("a", .init(level: .blue, at: .number(5), hold: .seconds(30), clearHold: .seconds(20))) {
                $0.noData = .init(after: .seconds(40), action: .alarm)
            }, WindowTests.rule(.stddev, over: 60, step: 5, at: 4))
        var seed: UInt64 = 11
        for index in 0..<400 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            scenario.read(Double(index), Double(seed >> 60), subject: "s\((seed >> 50) % 9)")
        }
        return scenario
    }

    @Test func `a snapshot reads back to the same bytes and the same future`() throws {
        var one = Self.busy()
        var other = one
        try other.restart()
        #expect(one.engine.snapshot() == other.engine.snapshot())
        for index in 400..<800 {
            let value = Double((index * 7919) % 16)
            one.read(Double(index), value, subject: "s\(index % 11)")
            other.read(Double(index), value, subject: "s\(index % 11)")
        }
        #expect(one.decisions == other.decisions && one.engine.snapshot() == other.engine.snapshot())
    }

    @Test func `what is set aside is of its position, whatever comes later`() {
        var scenario = Self.busy()
        let before = scenario.engine.snapshot()
        let setAside = scenario.engine.setAside()
        for index in 400..<500 { scenario.read(Double(index), 9, subject: "s\(index % 11)") }
        scenario.reload(.threshold("b", .init(level: .red, at: .number(1))))
        #expect(setAside.nextPosition == 401 && setAside.encoded() == before && scenario.engine.snapshot() != before)
    }

    @Test func `a damaged snapshot is an error and never a trap`() {
        let bytes = Self.busy().engine.snapshot()
        for length in stride(from: 0, to: bytes.count, by: 97) {
            #expect(throws: ByteReader.Failure.self) { try Engine(snapshot: Array(bytes[..<length])) }
        }
        var seed: UInt64 = 5
        for _ in 0..<500 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var copy = bytes
            copy[Int(seed >> 33) % copy.count] ^= UInt8(truncatingIfNeeded: seed >> 20) | 1
            _ = try? Engine(snapshot: copy)
        }
    }
}
