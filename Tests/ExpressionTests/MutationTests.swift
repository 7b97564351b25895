import Testing

@testable import Expression

/// Sources cut, spliced and scrambled: an error or a value, never a crash.
@Suite struct MutationTests {
    static let seeds =
        ExpressionErrorTests.cases.map(\.source) + EncodingTests.sources + [
            "'%.3f %e %x'.format([value, value, quality])", "quality.split(',').map(x, x.trim())[0]",
            "duration('1h30m') + (at - timestamp('2024-01-01T00:00:00Z')) > duration('5s')",
            "math.greatest(value, limit.hh, 3.0) >= math.abs(-value)",
            "quality.replace('a', 'b').substring(1).indexOf('é')",
            "'[[:alpha:]]+(?i)x{2,3}\\\\b'.matches(r'\\d+\\p{L}|[^a-z]')",
        ]

    @Test func `mutated sources never crash`() throws {
        var random = Sequence32(state: 2_024)
        let pool = Array("()[]{}.,:?!&|=<>+-*/%'\"\\`0123456789abcuxeé \n_".utf8)
        let row: [Value] = [
            .double(.nan), .string("a,é,b"), .int(.min), .double(3), .list([.string("a"), .string("")]),
            .map(try MapValue([.init(key: .string("a"), value: .string("b"))])), .timestamp(seconds: 5, nanoseconds: 1),
        ]
        var compiled = 0
        for round in 0..<30_000 {
            var bytes = Array(Self.seeds[random.below(Self.seeds.count)].utf8)
            for _ in 0...random.below(4) {
                let at = random.below(bytes.count + 1)
                switch random.below(4) {
                case 0: bytes.insert(pool[random.below(pool.count)], at: at)
                case 1 where at < bytes.count: bytes.remove(at: at)
                case 2 where at < bytes.count: bytes[at] = pool[random.below(pool.count)]
                default:
                    let other = Array(Self.seeds[random.below(Self.seeds.count)].utf8)
                    bytes.insert(contentsOf: other[..<random.below(other.count + 1)], at: at)
                }
            }
            let source = String(decoding: bytes, as: UTF8.self)
            let mode: Mode = round % 2 == 0 ? .rules : .conformance
            let program = try? Expression.compile(
                source, ExpressionErrorTests.environment, mode: mode, expecting: [], strict: round % 3 != 0)
            guard let program else { continue }
            compiled += 1
            _ = try? program.evaluate(row, limit: 10_000)
            if round % 10 == 0 { #expect(try Program(decoding: program.encode()) == program) }
        }
        #expect(compiled > 1_000)
    }
}
