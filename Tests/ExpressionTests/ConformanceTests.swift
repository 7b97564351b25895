import CivilTime
import Foundation
import TestSupport
import Testing

@testable import Expression

/// The suite of google/cel-spec: all of its core that needs no protobuf message passes.
@Suite struct ConformanceTests {
    static let files = [
        "basic", "bindings_ext", "comparisons", "conversions", "fields", "fp_math", "integer_math", "lists", "logic",
        "macros", "macros2", "math_ext", "namespace", "optionals", "parse", "plumbing", "string", "string_ext",
        "timestamps", "type_deduction",
    ]

    static let zones = ZoneSet(
        ["Australia/Sydney", "US/Central", "America/St_Johns", "Asia/Kathmandu"].compactMap(ZoneFile.read))

    struct Tally {
        var passed = 0
        var skipped: [String: Int] = [:]
        var failures: [String] = []
    }

    private static func path(_ file: String) -> String { SharedData.path("cel-spec/json/\(file).json") }

    @Test(.enabled(if: SharedData.has("cel-spec/json")))
    func `every core conformance test without a protobuf message passes, and docs/cel.md says how many`() throws {
        var total = Tally()
        var rows: [String] = []
        for file in Self.files {
            let tally = try Self.run(file, try Data(contentsOf: URL(fileURLWithPath: Self.path(file))))
            let reasons = tally.skipped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            let skipped = reasons.isEmpty ? "0" : reasons.joined(separator: ", ")
            rows.append("| \(file) | \(tally.passed) | \(skipped) | \(tally.failures.count) |")
            total.passed += tally.passed
            total.skipped.merge(tally.skipped, uniquingKeysWith: +)
            total.failures += tally.failures
        }
        let skipped = total.skipped.values.reduce(0, +)
        rows.append("| **all** | \(total.passed) | \(skipped) | \(total.failures.count) |")
        #expect(total.failures == [], "\(total.failures.joined(separator: "\n"))")
        #expect(try Self.documented() == rows, "docs/cel.md has to say:\n\(rows.joined(separator: "\n"))")
    }

    /// The rows of docs/cel.md under `| file | passed | skipped | failed |`.
    private static func documented() throws -> [String] {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/cel.md")
        let lines = try String(contentsOf: page.standardized, encoding: .utf8).components(separatedBy: "\n")
        let head = try #require(lines.firstIndex(of: "| file | passed | skipped | failed |"))
        return Array(lines[(head + 2)...].prefix { $0.hasPrefix("|") })
    }

    private static func run(_ file: String, _ data: Data) throws -> Tally {
        let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        var tally = Tally()
        for section in root["section"] as? [[String: Any]] ?? [] {
            for fields in section["test"] as? [[String: Any]] ?? [] {
                let test = ConformanceCase(fields: fields)
                if let reason = test.needsProtobuf {
                    tally.skipped[reason, default: 0] += 1
                } else if let problem = problem(test) {
                    tally.failures.append(
                        "\(file)/\(section["name"] ?? "")/\(test.name): \(test.source.prefix(200)): \(problem)")
                } else {
                    tally.passed += 1
                }
            }
        }
        return tally
    }

    /// What is wrong; nil when the test passes. Each program also survives its encoding.
    private static func problem(_ test: ConformanceCase) -> String? {
        do {
            let (environment, slots) = try test.environment()
            let program = try Expression.compile(
                test.source, environment, mode: .conformance, expecting: [], strict: test.checks)
            if let type = test.deducedType, type != program.resultType {
                return "type \(program.resultType), not \(type)"
            }
            if test.checkOnly { return nil }
            let result = try program.evaluate(slots, zones: zones)
            if test.expectsError { return "expected an error, found \(result)" }
            return result == test.expected ? nil : "\(result), not \(test.expected)"
        } catch let error as EvaluationError {
            return test.expectsError ? nil : "\(error)"
        } catch {
            return "\(error)"
        }
    }
}
