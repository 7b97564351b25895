import ArgumentParser
import Foundation
import RuleFiles

extension RulesCommand {
    /// `fenghuo rules test`: every case beside the rules, on a virtual clock.
    struct TestCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test", abstract: "Run every rule's tests on a virtual clock.",
            discussion: "Exit code 1 where a test fails, 2 where a file has an error.")
        @OptionGroup var options: Options
        @Option(help: "table, json or junit.") var format = TestFormat.table

        func run() throws {
            let report = RuleTests.run(options.directory, metrics: try options.catalogue())
            switch format {
            case .table: print(report.table)
            case .json: print(report.json)
            case .junit: print(report.junit)
            }
            if report.hasErrors { throw Exit.ruleError }
            if !report.passed { throw Exit.findings }
        }
    }

    enum TestFormat: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
        case junit
    }
}
