import Testing

@testable import Expression

/// What is wrong with a source, where, and what would help.
@Suite struct ExpressionErrorTests {
    static let environment = try! Environment([
        .init("value", .double), .init("quality", .string), .init("count", .int), .init("limit.hh", .double),
        .init("tags", .list(.string)), .init("labels", .map(.string, .string)), .init("at", .timestamp),
    ])

    struct Case: CustomStringConvertible, Sendable {
        var source: String
        var code: ExpressionError.Code
        var offset: Int
        var length: Int
        var suggestion: String?
        var description: String { source }

        init(_ source: String, _ code: ExpressionError.Code, _ offset: Int, _ length: Int, _ suggestion: String? = nil)
        {
            (self.source, self.code, self.offset, self.length) = (source, code, offset, length)
            self.suggestion = suggestion
        }
    }

    static let cases = [
        Case("", .syntax, 0, 0),
        Case("value >", .syntax, 7, 0),
        Case("value = 3.0", .syntax, 6, 1, "compare with =="),
        Case("value > 1.0 & true", .syntax, 12, 1, "write &&"),
        Case("'open", .syntax, 0, 5),
        Case("'\\q'", .syntax, 1, 2),
        Case("'\\ud83d'", .syntax, 1, 6),
        Case("if", .syntax, 0, 2),
        Case("a b", .syntax, 2, 1),
        Case("!-count", .syntax, 1, 1),
        Case("9223372036854775808", .literalOutOfRange, 0, 19),
        Case("18446744073709551616u", .literalOutOfRange, 0, 21),
        Case("1e400", .literalOutOfRange, 0, 5),
        Case("vaule > 50.0", .undeclaredReference, 0, 5, "did you mean 'value'?"),
        Case("value > limit.hj", .undeclaredReference, 8, 8, "did you mean 'limit.hh'?"),
        Case("qualty == 'good'", .undeclaredReference, 0, 6, "did you mean 'quality'?"),
        Case("quality.startWith('a')", .undeclaredFunction, 0, 22, "did you mean 'startsWith'?"),
        Case("math.gratest(value, 1.0)", .undeclaredFunction, 0, 24, "did you mean 'math.greatest'?"),
        Case("value > count", .typeMismatch, 0, 13, "convert the whole number with double(…)"),
        Case("value > 'x'", .typeMismatch, 0, 11),
        Case("value == null", .typeMismatch, 0, 13, "ask has(…) whether a field is set"),
        Case("quality && true", .typeMismatch, 0, 7),
        Case("true ? value : quality", .typeMismatch, 0, 22),
        Case("value.x", .typeMismatch, 0, 7),
        Case("count.all(x, x > 0)", .typeMismatch, 0, 5),
        Case("quality.matches('(')", .invalidPattern, 0, 20),
        Case("has(3)", .invalidMacro, 0, 6),
        Case("tags.exists(1, true)", .invalidMacro, 12, 1),
        Case("tags.exists(x, x, true)", .invalidMacro, 0, 23),
        Case("T{a: 1}", .unsupported, 0, 2),
    ]

    @Test(arguments: cases)
    func `each error has its code, place and suggestion`(example: Case) {
        do {
            _ = try Expression.compile(example.source, Self.environment)
            Issue.record("compiled")
        } catch {
            let first = error.errors[0]
            #expect(
                [first.code.rawValue, "\(first.offset)", "\(first.length)", first.suggestion ?? ""]
                    == [example.code.rawValue, "\(example.offset)", "\(example.length)", example.suggestion ?? ""],
                "\(first)")
        }
    }

    @Test func `all errors of one source are found, in source order`() {
        do {
            _ = try Expression.compile("vaule > 1.0 && qualty == 'x' || count > value", Self.environment)
            Issue.record("compiled")
        } catch {
            #expect(error.errors.map(\.offset) == [0, 15, 32])
        }
    }

    @Test func `a result of the wrong type is an error at the whole source`() {
        #expect(throws: ExpressionFailure.self) {
            try Expression.compile("value", Self.environment, expecting: [.bool])
        }
    }
}
