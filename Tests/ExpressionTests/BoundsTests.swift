import Testing

@testable import Expression

/// Both sides of every bound; bad sources of any shape are errors, never crashes.
@Suite struct BoundsTests {
    static let environment = try! Environment([.init("s", .string), .init("l", .list(.int)), .init("d", .double)])

    static func code(_ source: String) -> ExpressionError.Code? {
        do {
            _ = try Expression.compile(source, environment)
            return nil
        } catch {
            return error.errors[0].code
        }
    }

    static func run(_ source: String, limit: Int = ExpressionLimits.cost) -> String {
        let row: [Value] = [.string("abc"), .list((0..<100).map { .int($0) }), .double(1)]
        do {
            return "\(try Expression.compile(source, environment).evaluate(row, limit: limit))"
        } catch let error as EvaluationError {
            return "\(error.code)"
        } catch {
            return "\(error)"
        }
    }

    @Test func `a source has at most so many bytes`() {
        let fits = "1" + String(repeating: " ", count: ExpressionLimits.sourceBytes - 1)
        #expect(Self.code(fits) == nil)
        #expect(Self.code(fits + " ") == .sourceTooLong)
        #expect(Self.code(String(repeating: "(", count: 1_000_000)) == .sourceTooLong)
    }

    @Test func `nesting has a depth`() {
        let most = ExpressionLimits.depth
        func parens(_ n: Int) -> String { String(repeating: "(", count: n) + "1" + String(repeating: ")", count: n) }
        #expect(Self.code(parens(most - 1)) == nil)
        #expect(Self.code(parens(most)) == .tooDeep)
        func lists(_ n: Int) -> String { String(repeating: "[", count: n) + "1" + String(repeating: "]", count: n) }
        #expect(Self.code(lists(most - 1)) == nil)
        #expect(Self.code(lists(most)) == .tooDeep)
        #expect(Self.code(String(repeating: "!", count: most - 1) + "true") == nil)
        #expect(Self.code(String(repeating: "!", count: most) + "true") == .tooDeep)
        #expect(Self.code(Array(repeating: "1", count: most).joined(separator: "+")) == nil)
        #expect(Self.code(Array(repeating: "1", count: most + 1).joined(separator: "+")) == .tooDeep)
        #expect(Self.code(String(repeating: "true ? 1 : ", count: most - 1) + "1") == nil)
        #expect(Self.code(String(repeating: "true ? 1 : ", count: most) + "1") == .tooDeep)
        #expect(Self.code(String(repeating: "(", count: 30_000)) == .tooDeep)
        #expect(Self.code(String(repeating: "[", count: 30_000)) == .tooDeep)
        #expect(Self.code(String(repeating: "-", count: 30_000) + "1") == .tooDeep)
    }

    @Test func `long flat conditions need no depth`() {
        #expect(Self.code(Array(repeating: "d > 1.0", count: 2_000).joined(separator: " || ")) == nil)
    }

    @Test func `a program has at most so many nodes`() {
        func list(_ n: Int) -> String { "[" + Array(repeating: "1", count: n).joined(separator: ",") + "]" }
        #expect(Self.code(list(ExpressionLimits.nodes - 1)) == nil)
        #expect(Self.code(list(ExpressionLimits.nodes)) == .tooLarge)
    }

    @Test func `an evaluation has at most so many steps`() {
        #expect(Self.run("l.all(x, x >= 0)", limit: 1_000) == "bool(true)")
        #expect(Self.run("l.all(x, x >= 0)", limit: 100) == "cost_exceeded")
        #expect(Self.run("l.all(x, l.all(y, l.all(z, x + y + z >= 0)))") == "cost_exceeded")
        #expect(Self.run("l.all(x, l.all(y, l.all(z, x + y + z >= 0))) || true") == "cost_exceeded")
        #expect(Self.run("d > 0.5", limit: 3) == "bool(true)")
        #expect(Self.run("d > 0.5", limit: 2) == "cost_exceeded")
    }

    @Test func `doubling a text again and again runs out of steps, not of memory`() {
        var source = "s"
        for i in 0..<40 { source = "cel.bind(v\(i), \(source), v\(i) + v\(i))" }
        #expect(Self.run("size(\(source)) > 0") == "cost_exceeded")
    }

    @Test func `patterns are bounded`() {
        #expect(Self.code("s.matches('a{1000}')") == nil)
        #expect(Self.code("s.matches('a{1001}')") == .invalidPattern)
        #expect(Self.code("s.matches('(a{100}){19}')") == nil)
        #expect(Self.code("s.matches('(a{100}){20}')") == .invalidPattern)
        #expect(Self.code("s.matches('((((){1000}){1000}){1000}){1000}')") == .invalidPattern)
        #expect(Self.code("s.matches('\(String(repeating: "(", count: 20_000))')") == .invalidPattern)
        #expect(
            Self.run("s.matches('(a*)*b') || 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'.matches('(a*)*b')")
                == "bool(true)")
        #expect(Self.run("'\(String(repeating: "a", count: 20_000))'.matches('(a|a?)*(a|aa)*b')") == "cost_exceeded")
    }

    @Test func `a format has so many digits at most`() {
        #expect(Self.run("size('%.1000f'.format([1.5]))") == "int(1002)")
        #expect(Self.run("size('%.1001f'.format([1.5]))") == "invalid_argument")
    }

    @Test func `values nested from outside are compared to a depth`() throws {
        func nest(_ n: Int) -> Value { (0..<n).reduce(Value.int(1)) { value, _ in .list([value]) } }
        let environment = try Environment([.init("a", .dyn)])
        let program = try Expression.compile("a == a", environment)
        #expect(try program.evaluate([nest(ExpressionLimits.valueDepth)]) == .bool(true))
        #expect(throws: EvaluationError(code: .tooDeep, offset: 0, length: 6)) {
            try program.evaluate([nest(ExpressionLimits.valueDepth + 1)])
        }
    }

    @Test func `declarations are named and numbered`() {
        #expect(throws: Environment.Failure.invalidName("1a")) { try Environment([.init("1a", .int)]) }
        #expect(throws: Environment.Failure.invalidName("a..b")) { try Environment([.init("a..b", .int)]) }
        #expect(throws: Environment.Failure.repeatedName("a")) {
            try Environment([.init("a", .int), .init("a", .int)])
        }
        let most = (0...ExpressionLimits.declarations).map { Environment.Declaration("v\($0)", .int) }
        #expect(throws: Environment.Failure.tooMany) { try Environment(most) }
        #expect((try? Environment(Array(most.dropLast())))?.slot(of: "v7") == 7)
    }
}
