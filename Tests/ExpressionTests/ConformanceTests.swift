import CivilTime
import Foundation
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

    @Test func `every core conformance test without a protobuf message passes`() throws {
        var total = Tally()
        var table = "file | passed | skipped | failed\n"
        for file in Self.files {
            guard let data = SharedData.read("cel-spec/json/\(file).json") else { return }
            let tally = try Self.run(file, data)
            let reasons = tally.skipped.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            table += "\(file) | \(tally.passed) | \(reasons.joined(separator: ", ")) | \(tally.failures.count)\n"
            total.passed += tally.passed
            total.failures += tally.failures
        }
        print(table + "total passed \(total.passed), failed \(total.failures.count)")
        #expect(total.failures == [], "\(total.failures.joined(separator: "\n"))")
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
