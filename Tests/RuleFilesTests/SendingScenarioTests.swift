import Foundation
import RuleFiles
import Testing

/// fixtures/scenarios/sending: what is told of alarms and what is not, as an operator writes and tests it.
struct SendingScenarioTests {
    @Test func `S24, S26, S27, S44 and S45 have the outcome their users expect`() {
        let folder = BadRulesTests.root.appendingPathComponent("fixtures/scenarios").path
        let report = RuleTests.run(folder, metrics: nil)
        let passed = report.passed
        #expect(passed, "\(report.table)")
        for number in ["S24", "S26", "S27", "S44", "S45"] {
            #expect(report.cases.contains { $0.name.hasPrefix(number + " ") }, "\(number) has no case")
        }
    }
}
