import Engine
import Events
import Foundation
import RuleFiles
import Testing

struct RuleReaderTests {
    @Test func `a ladder with registry limits is read as written`() throws {
        let loading = load([("gas/gas-lel.yml", gasRule)])
        #expect(loading.findings == [])
        let rule = try #require(loading.ruleSet?.rules.first)
        #expect(
            rule.ladder == [
                .init(
                    level: .blue, at: .number(10), clear: .number(8), hold: .minutes(10), clearHold: .minutes(2),
                    cite: "project default"),
                .init(
                    level: .yellow, at: .number(20), clear: .number(15), clearHold: .minutes(2), cite: "project default"
                ),
                .init(
                    level: .orange, at: .limit("h", fallback: 25), clear: .number(20), clearHold: .minutes(2),
                    cite: "GB/T 50493-2019 lower alarm"),
                .init(
                    level: .red, compare: .greater, at: .number(50), clear: .number(40), clearHold: .minutes(2),
                    cite: "GB/T 50493-2019 upper alarm"),
            ])
        #expect(rule.condition?.source == "quality == \"good\"")
        #expect(rule.values == [.init(name: "value", kind: .reading)])
        #expect(rule.noData == .init(after: .minutes(15), action: .alarm, level: .yellow))
        #expect(rule.maxGap == .minutes(5))
        #expect(rule.support == ["市应急管理局", "市消防救援支队"])
        #expect(rule.by == .subject)
        #expect(rule.version == contentHash(Array(gasRule.utf8)))
    }

    @Test(arguments: [
        ("limit.h or 25", "limit.HH or 25", "write limit.hh"),
        ("limit.h or 25", "limit.Capacity", "write limit.capacity"),
        ("by: subject", "by: subject\nactive: {zone: Asia/Shanghai, weekdays: Mon-Fri}", "write 'mon-fri'"),
        ("by: subject", "by: subject\nactive: {zone: Asia/Shanghai, weekdays: Friday}", "write 'fri'"),
        (
            "by: subject", "by: subject\nactive: {zone: Asia/Shanghai, weekdays: daily}",
            "write it like mon-fri, or [sat, sun]"
        ),
    ]) func `capital letters are told with what to write`(right: String, wrong: String, help: String) {
        #expect(gasRule.contains(right))
        let findings = load([("gas/gas-lel.yml", gasRule.replacing(right, with: wrong))]).findings
        #expect(findings.filter { $0.severity == .error }.map(\.suggestion) == [help])
    }

    @Test func `a limit that only the registry knows is no mistake`() {
        #expect(
            load([("gas/gas-lel.yml", gasRule.replacing("limit.h or 25", with: "limit.Warnung or 25"))]).findings == [])
    }

    @Test func `one run tells every mistake of a file, whatever part is missing`() {
        var text = gasRule
        for (right, wrong) in [
            ("domain: gas", "domian: gas"), ("unit: \"%LEL\"}", "unit: \"%VOL\"}"), ("by: subject", "by: subjct"),
            ("quality ==", "qualty =="), ("clear: 15", "clear: 25"), ("max_gap: 5m", "max_gap: 5x"),
            ("do: alarm", "do: alrm"), ("issue: review", "response: {level: rde, acknowledge_within: 10m}"),
        ] {
            #expect(text.contains(right))
            text = text.replacing(right, with: wrong)
        }
        let codes = load([("gas/gas-lel.yml", text)]).findings.filter { $0.severity == .error }.map(\.code)
        #expect(
            codes == [
                "missing_field", "unknown_key", "unknown_unit", "bad_key", "expression", "clear_side",
                "not_a_span",
                "unknown_word", "unknown_word",
            ])
    }

    @Test(arguments: [
        ("by: subject", "by: plaec\nmax_keys: 100", ["bad_key"]),
        ("by: subject", "by: place\nmax_keys: 100", []),
        ("by: subject", "by: number\nmax_keys: 100", ["bad_key"]),
        // What registry limits lie between is compared all the same.
        (
            "blue:   {at: 10, clear: 8, for: 10m, cite: project default}", "blue: {at: 30, cite: project default}",
            ["level_order"]
        ),
        // Advice for one date hides no mistake of another.
        (
            "yellow: {at: 20, clear: 15, cite: project default}",
            "yellow: {at: [{is: 20}, {from: \"2026-06-01T00:00:00+08:00\", is: 60}], clear: 15, cite: project default}",
            ["level_order"]
        ),
        ("value: value", "values: {m: {avg: value, over: 30d, step: 1d}}", ["short_ttl"]),
        ("value: value", "value: {avg: value, gap: 2h, longest: 1h}", ["window_kind"]),
        ("value: value", "value: {avg: value, gap: 1h, longest: 1h}", []),
    ]) func `what would never fire, or at the wrong level, is told`(right: String, wrong: String, codes: [String]) {
        var text = gasRule.replacing("unit: \"%LEL\"}", with: "unit: \"%LEL\", fields: {place: string, number: int}}")
        if codes == ["level_order"] {
            // A limit of the registry between the two, and advice for the first of the dates.
            text = text.replacing(
                "yellow: {at: 20, clear: 15",
                with: wrong.hasPrefix("blue") ? "yellow: {at: limit.l, clear: 5" : "yellow: {at: 20, clear: 15")
            text = text.replacing("clear: 20, cite: \"GB", with: "clear: 12, cite: \"GB")
        }
        text = text.replacing(right, with: wrong)
        let found = load([("gas/gas-lel.yml", text)]).findings.filter { $0.severity == .error }.map(\.code)
        #expect(found == codes)
    }

    @Test(arguments: [("orange", []), ("red", ["unreachable"])])
    func `an inhibitor that never comes to the level is told`(level: String, codes: [String]) {
        let other = gasRule.replacing("id: gas-lel", with: "id: low").replacing(
            "  red:    {at: \"> 50\", clear: 40, cite: \"GB/T 50493-2019 upper alarm\"}\n", with: "")
        let rule = gasRule + "\ninhibited_by: [{rule: low, level: \(level)}]"
        let found = load([("gas/gas-lel.yml", rule), ("gas/low.yml", other)]).findings.map(\.code)
        #expect(found.filter { $0 == "unreachable" } == codes)
    }

    @Test func `each level can look at its own window`() throws {
        let loading = load([("flood/rain-signal.yml", rainRule)])
        #expect(loading.findings == [])
        let rule = try #require(loading.ruleSet?.rules.first)
        #expect(rule.values.map(\.name) == ["r1", "r3", "r6", "r12"])
        #expect(rule.ladder.map(\.of) == [3, 2, 1, 1])
        #expect(rule.values[3].kind == .window(.init(aggregate: .sum, over: .hours(12), step: .minutes(15))))
        #expect(rule.issue == .never)
        #expect(rule.onlyWhile?.source == "r1 >= 1")
    }

    @Test func `a falling ladder, a report, and a key by area`() throws {
        let text = """
            id: complaints
            title: {zh: 投诉, en: Complaints}
            domain: dispute
            input: {type: report, category: gas-leak}
            by: area(6)
            value: {count: value, over: 1h, step: 1m}
            levels:
              blue: {at: "< 10", clear: 12}
              red: {at: "<= limit.l or 5", clear: "> 8"}
            effective: {from: "2026-03-01T00:00:00+08:00"}
            """
        let loading = load([("dispute/complaints.yml", text)])
        #expect(loading.findings == [])
        let rule = try #require(loading.ruleSet?.rules.first)
        #expect(rule.input == .init(type: "report", metric: "gas-leak", unit: ""))
        #expect(rule.by == .area(digits: 6))
        #expect(rule.ladder[0] == .init(level: .blue, compare: .less, at: .number(10), clear: .number(12)))
        #expect(
            rule.ladder[1]
                == .init(level: .red, compare: .lessOrEqual, at: .limit("l", fallback: 5), clear: .number(8)))
        #expect(rule.effectiveFrom.formatted() == "2026-03-01T00:00:00+08:00")
        #expect(rule.effectiveUntil == .distantFuture)
    }

    @Test(arguments: [(8, true), (9, false)])
    func `a rule has at most as many values as the engine keeps`(count: Int, loads: Bool) throws {
        let values = (1...count).map { "  v\($0): value * \($0)" }.joined(separator: "\n")
        let text = gasRule.replacingOccurrences(of: "value: value", with: "values:\n\(values)")
            .replacingOccurrences(of: "blue:   {at", with: "blue: {of: v1, at")
        let loading = load([("gas/gas-lel.yml", text)])
        #expect(loading.findings.contains { $0.code == "no_value" } == !loads)
        let ruleSet = loading.ruleSet
        #expect((ruleSet != nil) == loads)
        guard let ruleSet else { return }
        let test = "rule: gas-lel\ncases: [{name: a, readings: [0s 21, 1m 21], expect: [0s raised yellow]}]"
        let files = [("gas/gas-lel.yml", text), ("gas/gas-lel.test.yml", test)]
        let report = RuleTests.run(
            files: files.map { .init(path: $0.0, bytes: Array($0.1.utf8)) }, metrics: catalogue())
        #expect(report.passed, "\(ruleSet.version) \(report.table)")
    }

    @Test func `declared fields and limits can be used in expressions`() throws {
        let text = """
            id: injuries
            title: {zh: 伤亡, en: Injuries}
            domain: fire
            input: {type: report, category: fire, fields: {injured: int, place: string}}
            where: injured > 0 && place.startsWith("school") && value < limit.h
            value: {sum: injured * 2, over: 1h, step: 1m}
            levels: {red: {at: 4}}
            """
        let loading = load([("fire/injuries.yml", text)])
        #expect(loading.findings.map(\.rendered).joined() == "")
        let rule = try #require(loading.ruleSet?.rules.first)
        #expect(rule.condition?.source == "injured > 0 && place.startsWith(\"school\") && value < limit.h")
        guard case .window(let window) = rule.values[0].kind else { preconditionFailure("a window was written") }
        #expect(window.of?.source == "injured * 2")
    }

    @Test func `what the registry knows can be used in expressions over events and over values`() throws {
        let text = """
            id: pipes
            title: {zh: 管道, en: Pipes}
            domain: gas
            input: {type: reading, metric: gas.lel, unit: "%LEL"}
            registry: {laid: int}
            where: registry.grade <= 2 && registry.laid < 2000
            value: value / registry.capacity
            only_while: registry.population > 100
            score: value * 100.0 + double(registry.laid)
            levels: {red: {at: 4}}
            """
        let loading = load([("gas/pipes.yml", text)])
        #expect(loading.findings.map(\.rendered).joined() == "")
        let rule = try #require(loading.ruleSet?.rules.first)
        #expect(try RuleSet(decoding: loading.ruleSet?.encoded() ?? []).rules == [rule])
    }

    @Test func `a set is one unit: one bad file, no rule set, and every finding`() {
        let bad = gasRule.replacingOccurrence(of: "clear: 8", with: "clera: 8")
        let worse = rainRule.replacingOccurrence(of: "over: 1h", with: "over: 7m")
        let loading = load([("gas/gas-lel.yml", bad), ("flood/rain-signal.yml", worse)])
        #expect(loading.ruleSet == nil)
        #expect(
            loading.findings.map { "\($0.path):\($0.line) \($0.code)" } == [
                "flood/rain-signal.yml:8 window_step", "gas/gas-lel.yml:12 unknown_key",
            ])
    }

    @Test func `the set's version follows paths and contents, not the order of reading`() {
        let files = [("gas/gas-lel.yml", gasRule), ("flood/rain-signal.yml", rainRule)]
        let version = load(files).ruleSet?.version
        #expect(version?.hasPrefix("sha256:") == true)
        #expect(load(files.reversed()).ruleSet?.version == version)
        #expect(load([("a/" + files[0].0, gasRule), files[1]]).ruleSet?.version != version)
        #expect(load([(files[0].0, gasRule + "\n# a comment\n"), files[1]]).ruleSet?.version != version)
        #expect(load([files[0]]).ruleSet?.rules == load(files).ruleSet.map { [$0.rules[0]] })
    }

    @Test func `SHA-256 gives the standard's digest`() {
        #expect(
            contentHash(Array("abc".utf8))
                == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}

extension String {
    /// The first occurrence replaced; it must be there.
    func replacingOccurrence(of text: String, with other: String) -> String {
        guard let range = self.firstRange(of: text) else { preconditionFailure("no '\(text)' to replace") }
        return replacingCharacters(in: range, with: other)
    }

    private func replacingCharacters(in range: Range<Index>, with other: String) -> String {
        String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
