import RuleFiles
import Testing

/// Scenarios that users of alerting tools found the hard way, by number, as rule tests on the real engine.
struct ScenarioTests {
    struct Scenario: Sendable, CustomTestStringConvertible {
        var name: String
        /// What differs from `value > 50 for 600s`.
        var rule: String
        var test: String

        var testDescription: String { name }
    }

    static let held = "levels: {red: {at: \"> 50\"}}\nfor: 600s"

    static let scenarios: [Scenario] = [
        .init(
            name: "S01 a hold goes on over kill and restart", rule: held + "\nmax_gap: 5m",
            test: "readings: [0s..15m/60s 60], steps: [360s restart 60s], expect: [600s raised red]"),
        .init(
            name: "S01 an outage longer than max_gap starts the hold anew", rule: held + "\nmax_gap: 5m",
            test: "readings: [0s..3h/60s 60], steps: [360s restart 1800s], expect: [2760s raised red]"),
        .init(
            name: "S02 a restart while firing makes no second notice", rule: held,
            test: "readings: [0s..720s/60s 60, 780s 10], steps: [700s restart 10s], "
                + "expect: [600s raised red, 780s resolved reason cleared]"),
        .init(
            name: "S03 the same rules again change nothing", rule: held,
            test: "readings: [0s..15m/60s 60], steps: [300s reload], expect: [600s raised red]"),
        .init(
            name: "S05 removing the rule resolves its episode", rule: held,
            test: "readings: [0s..15m/60s 60], steps: [870s remove], "
                + "expect: [600s raised red, 840s resolved reason rule_removed]"),
        .init(
            name: "S07 keep: silence is neither recovery nor a new alarm",
            rule: "levels: {red: {at: \"> 80\"}}\nno_data: {after: 5m, do: keep}",
            test: "readings: [0s 90, 60s 90, 960s 90], expect: [0s raised red]"),
        .init(
            name: "S07 resolve: the reason says no data",
            rule: "levels: {red: {at: \"> 80\"}}\nno_data: {after: 5m, do: resolve}",
            test: "readings: [0s 90, 60s 90, 960s 90], "
                + "expect: [0s raised red, 360s resolved reason no_data, 960s raised red]"),
        .init(
            name: "S07 alarm: the silence has its own alarm, the value keeps its state",
            rule: "levels: {red: {at: \"> 80\"}}\nno_data: {after: 5m, do: alarm, level: yellow}",
            test: "readings: [0s 90, 60s 90, 960s 90], "
                + "expect: [0s raised red, 360s raised yellow about no_data, 960s resolved about no_data]"),
        .init(
            name: "S09 a low value seldom sent does not toggle",
            rule: "levels: {red: {at: \"< 0.5\"}}\nno_data: {after: 10m, do: keep}",
            test: "readings: [0s 0.1, 600s 0.1, 605s 0.1, 4000s 0.1], expect: [0s raised red]"),
        .init(
            name: "S14 the hold ends at exactly its length", rule: "levels: {red: {at: \"> 10\", for: 180s}}",
            test: "readings: [0s 5, 60s 5, 120s 11, 180s 11, 240s 11, 300s 11], expect: [300s raised red]"),
        .init(
            name: "S14 exactly the threshold is not above it", rule: "levels: {red: {at: \"> 10\", for: 180s}}",
            test: "readings: [0s..15m/60s 10], expect: []"),
        .init(
            name: "S16 a value that alternates is never held", rule: "levels: {red: {at: \"> 0.5\", for: 300s}}",
            test: "readings: [0s..1h/20s 1, 10s..1h/20s 0], expect: []"),
        .init(
            name: "S17 left below its clear, not below its threshold",
            rule: "levels: {red: {at: \"> 80\", clear: 75}}",
            test: "readings: [0s 81, 1m 79, 2m 75, 3m 74, 4m 79, 5m 81], "
                + "expect: [0s raised red, 3m resolved, 5m raised red]"),
        .init(
            name: "S18 every level is held until its own clear",
            rule: """
                levels:
                  blue: {at: "> 60", clear: 50}
                  yellow: {at: "> 70", clear: 60}
                  red: {at: "> 80", clear: 70}
                """,
            test: "readings: [0s 61, 1s 73, 2s 64, 3s 85, 4s 62, 5s 56, 6s 47], "
                + "expect: [0s raised blue, 1s escalated yellow, 3s escalated red, 4s deescalated yellow, "
                + "5s deescalated blue, 6s resolved]"),
        .init(
            name: "S18 from rest to red is one alarm",
            rule: "levels: {blue: {at: 10}, yellow: {at: 20}, orange: {at: 30}, red: {at: 40}}",
            test: "readings: [0s 1, 1s 99, 2s 1], expect: [1s raised red, 2s resolved]"),
        .init(
            name: "S21 pending, firing, kept, resolved",
            rule: "levels: {red: {at: \"> 50\", for: 1m, clear_for: 1m}}",
            test: "readings: [0s 75, 1m 85, 2m 70, 3m 70, 4m 10, 5m 10], expect: [1m raised red, 5m resolved]"),
        .init(
            name: "S22 leaving goes on over a restart", rule: "levels: {red: {at: \"> 50\"}}\nclear_for: 300s",
            test: "readings: [0s..900s/100s 60, 1000s..1500s/100s 10], steps: [1100s restart 10s], "
                + "expect: [0s raised red, 1300s resolved]"),
        .init(
            name: "S39 a value that keeps changing is still one identity", rule: held,
            test: "readings: [0s 61, 2m 62, 4m 63, 6m 64, 8m 65, 10m 66], expect: [600s raised red]"),
        .init(
            name: "S40 what is not known changes nothing", rule: held,
            test: "readings: [0s 60, 1m..9m/1m null, 10m 60], expect: [600s raised red]"),
        .init(
            name: "S40 an average leaves out what is not known",
            rule: "value: {avg: value, over: 3m, step: 1m}\nlevels: {red: {at: 15, clear: 15}}",
            test: "readings: [0s 10, 1m null, 2m 20], expect: [2m raised red value 15]"),
        .init(
            name: "S15 a low reading that comes late still ends the hold before it",
            rule: "levels: {red: {at: \"> 50\", for: 2s}}",
            test: "readings: [0s 60, 1s 10 late 1500ms], expect: []"),
    ]

    @Test(arguments: scenarios) func `a scenario has the outcome its users expect`(scenario: Scenario) {
        var rule = """
            id: s
            title: {zh: 测试, en: Test}
            domain: test
            input: {type: reading, metric: m, unit: u}
            \(scenario.rule)
            """
        if !scenario.rule.hasPrefix("value:") { rule += "\nvalue: value" }
        let test = "rule: s\ncases:\n  - {name: \"\(scenario.name)\", \(scenario.test)}\n"
        let report = RuleTests.run(
            files: [.init(path: "s.yml", bytes: Array(rule.utf8)), .init(path: "s.test.yml", bytes: Array(test.utf8))],
            metrics: nil)
        #expect(report.passed, "\(report.table)")
        #expect(report.cases.count == 1)
    }
}
