import Foundation

@testable import Expression

/// CEL sources: parsed, checked, evaluated.
final class Expressions: Kind {
    let name = "cel"
    let pace = 1
    var summary: String { "\(compiled) of \(count) compiled, \(values) gave a value" }

    private var (count, compiled, values) = (0, 0, 0)
    /// Ours, and those of the conformance suite, most of which name what we do not declare.
    private let own: [[UInt8]]
    private let seeds: [[UInt8]]
    private let environment: Environment
    private let mutator = Mutator(words: [
        "value", "quality", "count", "tags", "labels", "at", "limit.hh", "has(", ".all(x, ", ".exists(x, ", ".map(x, ",
        ".filter(x, ", "cel.bind(a, ", "optional.of(", ".orValue(", "duration('1h')",
        "timestamp('2024-01-01T00:00:00Z')",
        "math.greatest(", "'%s'.format([", ".matches('", "size(", "int(", "double(", "string(", "bytes(", "type(",
        " in ",
        " && ", " || ", " ? ", " : ", "[?", "{'a': ", "b'\\xff'", "r'\\d'", "'''", "1u", "0x7f", "-1", "null", "true",
        ".split(',')", ".replace('a', 'b')", ".substring(1)", ".getHours('Asia/Shanghai')", "(a|b)*", "[[:alpha:]]",
    ])

    init() throws {
        environment = try Environment([
            .init("value", .double), .init("quality", .string), .init("count", .int), .init("limit.hh", .double),
            .init("tags", .list(.string)), .init("labels", .map(.string, .string)), .init("at", .timestamp),
        ])
        own = [
            "value > 50 && quality == 'good'", "tags.exists(t, t.matches('^a+$')) ? value * 1.8 + 32.0 : -value",
            "{'a': 1u, 'b': 2u}.transformMap(k, v, v > 1u, b'\\xff')", "optional.of({'x': type(1)}).?x.orValue(int)",
            "has(limit.hh) && has(labels.area) && at.getHours('+08:00') in [7, 8]", "cel.bind(x, value, x + x)",
            "[?optional.none(), 3].map(x, x > 1, '%s'.format([x]))", "quality.split(',').map(x, x.trim())[0]",
            "duration('1h30m') + (at - timestamp('2024-01-01T00:00:00Z')) > duration('5s')",
            "math.greatest(value, limit.hh, 3.0) >= math.abs(-value)", "count % 7 == 3 || count / 2 > 9",
            "quality.replace('a', 'b').substring(1).indexOf('é')",
            "'[[:alpha:]]+(?i)x{2,3}\\\\b'.matches(r'\\d+\\p{L}')",
            "'%.3f %e %x'.format([value, value, quality])", "tags.all(a, tags.all(b, tags.all(c, a + b + c != '')))",
        ].map { Array($0.utf8) }
        let suite = Corpus.real("cel-spec/json", [".json"], upTo: 1 << 18).flatMap { Self.sources($0) }
        seeds = own + suite.map { Array($0.utf8) }
    }

    /// Every `expr` of a file of the conformance suite.
    private static func sources(_ json: [UInt8]) -> [String] {
        func collect(_ any: Any) -> [String] {
            if let object = any as? [String: Any] {
                return [object["expr"] as? String].compactMap(\.self)
                    + object.keys.sorted().flatMap { collect(object[$0]!) }
            }
            return (any as? [Any])?.flatMap(collect) ?? []
        }
        return (try? JSONSerialization.jsonObject(with: Data(json))).map(collect) ?? []
    }

    func run(_ random: inout FuzzRandom, _ report: Report) throws {
        count += 1
        let source = mutator.mutate(random.pick(random.chance(70) ? own : seeds), &random, others: seeds)
        let text = String(decoding: source, as: UTF8.self)
        let mode: Mode = random.chance(70) ? .rules : .conformance
        report.input("CEL, \(mode)", Array(text.utf8))
        let program: Program
        do throws(ExpressionFailure) {
            program = try Expression.compile(
                text, environment, mode: mode, expecting: [], strict: random.chance(70))
        } catch {
            return try places(error, text)
        }
        compiled += 1
        let bytes = program.encode()
        try require(try Program(decoding: bytes) == program, "decoded as another program")
        for _ in 0..<3 { try evaluate(program, row(&random), &random) }
    }

    private func places(_ failure: ExpressionFailure, _ text: String) throws {
        try require(failure.errors.count <= ExpressionLimits.errors, "\(failure.errors.count) errors")
        for error in failure.errors {
            let isInside = error.offset >= 0 && error.length >= 0 && error.offset + error.length <= text.utf8.count
            try require(isInside && !error.message.isEmpty, "an error outside of the source: \(error)")
        }
    }

    private func row(_ random: inout FuzzRandom) throws -> [Value] {
        let numbers: [Double] = [.nan, 0, -0.0, 1e308, -1, 60, .infinity, 0.1, 9_007_199_254_740_992]
        let labels = try MapValue([.init(key: .string("area"), value: .string("b"))])
        let full: [Value] = [
            .double(random.pick(numbers)),
            .string(random.pick(["good", "", "a,é,b", "警\u{0}", "aaaaaaaaaaaaaaaaaaaaaa"])),
            .int(random.pick([.min, .max, 0, -1, 7])), .double(random.pick(numbers)),
            .list((0..<random.below(60)).map { .string("a\($0)") }), .map(labels),
            .timestamp(seconds: random.pick([-62_135_596_800, 253_402_300_799, 0, 5]), nanoseconds: 999_999_999),
        ]
        return full.map { random.chance(10) ? .absent : $0 }
    }

    private func evaluate(_ program: Program, _ row: [Value], _ random: inout FuzzRandom) throws {
        let begun = ContinuousClock.now
        let result = Self.result(program, row, limit: ExpressionLimits.cost)
        // A few milliseconds; ten times as much for a build without optimisation, ten for a machine at work.
        let time = ContinuousClock.now - begun
        try require(time < .seconds(5), "took \(time)")
        if case .success = result { values += 1 }
        if let most = program.maxCost, most <= ExpressionLimits.cost {
            if case .failure(let error) = result {
                try require(
                    error.code != .costExceeded, "at most \(most) steps, and more than \(ExpressionLimits.cost)")
            }
            try require(Self.result(program, row, limit: most) == result, "another answer within its \(most) steps")
        }
        // Fewer steps give the same answer, or none.
        let less = Self.result(program, row, limit: 1 + random.below(200))
        if case .failure(let error) = less, error.code == .costExceeded { return }
        try require(less == result, "\(result) within \(ExpressionLimits.cost) steps, \(less) within fewer")
        try slow(program, row, result)
    }

    /// The short way of plain conditions says the same as the long one.
    private func slow(_ program: Program, _ row: [Value], _ result: Result<Value, EvaluationError>) throws {
        guard program.quick != nil else { return }
        let long: Result<Value, EvaluationError> = row.withUnsafeBufferPointer { slots in
            Result { () throws(EvaluationError) in
                try program.evaluate(Int32(program.nodes.count - 1), slots, .none, ExpressionLimits.cost)
            }
        }
        try require(long == result, "\(result) by the short way, \(long) by the long one")
    }

    private static func result(_ program: Program, _ row: [Value], limit: Int) -> Result<Value, EvaluationError> {
        Result { () throws(EvaluationError) in try program.evaluate(row, limit: limit) }
    }
}
