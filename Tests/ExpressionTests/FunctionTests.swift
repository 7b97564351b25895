import Testing

@testable import Expression

/// Functions beyond what the conformance suite asks.
@Suite struct FunctionTests {
    @Test(arguments: [
        ("'%.2f'.format([0.005])", Value.string("0.01")), ("'%.1f'.format([0.25])", .string("0.2")),
        ("'%.0e'.format([9.5])", .string("1e+01")), ("'%.3e'.format([0.0])", .string("0.000e+00")),
        ("'%.2e'.format([1e-300])", .string("1.00e-300")),
        ("'%.0f'.format([1e22])", .string("10000000000000000000000")),
        ("'%.1f'.format([-0.04])", .string("-0.0")), ("'%.2f'.format([999.999])", .string("1000.00")),
        ("string(duration('-1.5s'))", .string("-1.5s")),
        ("string(duration('1h0.000000001s'))", .string("3600.000000001s")),
        ("duration('1.5h').getMinutes()", .int(90)), ("duration('1us') == duration('1000ns')", .bool(true)),
        ("timestamp('2024-02-29T00:00:00Z').getDayOfYear()", .int(59)),
        ("timestamp('1969-12-31T23:59:59Z').getDayOfWeek()", .int(3)),
        ("string(timestamp('2024-01-01T08:00:00.500+08:00'))", .string("2024-01-01T00:00:00.5Z")),
        ("'aXbXc'.split('X', 2)", .list([.string("a"), .string("bXc")])),
        ("'火警'.split('')", .list([.string("火"), .string("警")])),
        ("''.split('')", .list([])), ("''.split(',')", .list([.string("")])),
        ("'ab'.replace('', '-')", .string("-a-b-")),
        ("'aaa'.replace('a', 'b', 2)", .string("bba")), ("'火警火'.lastIndexOf('火')", .int(2)),
        ("'abc'.lastIndexOf('c', 1)", .int(-1)),
        ("'é' == 'e\\u0301'", .bool(false)), ("size('e\\u0301')", .int(2)), ("math.sqrt(2.25)", .double(1.5)),
        ("string(1e23)", .string("1e+23")), ("string(100.0)", .string("100")), ("0.1 + 0.2 == 0.3", .bool(false)),
        ("{'b': 1, 'a': 2}.map(k, k)", .list([.string("a"), .string("b")])),
        ("double('NaN') == double('NaN')", .bool(false)),
        ("[1, 2.0, 3u].exists(x, x == 3)", .bool(true)), ("'abc'.contains('')", .bool(true)),
    ])
    func `functions give what the reference says`(source: String, expected: Value) throws {
        let program = try Expression.compile(source, Environment([]), mode: .conformance)
        #expect(try program.evaluate([]) == expected, "\(source)")
    }

    @Test(arguments: [
        ("duration('1')", EvaluationError.Code.conversion), ("duration('9223372037s')", .outOfRange),
        ("duration('99999999999999999999s')", .outOfRange), ("timestamp('2024-02-30T00:00:00Z')", .outOfRange),
        ("timestamp('yesterday')", .conversion), ("double('0x10')", .conversion), ("double('inf')", .conversion),
        ("int('1.5')", .conversion), ("int(double('NaN'))", .outOfRange), ("uint(-0.5)", .outOfRange),
        ("timestamp(0).getHours('Mars/Olympus')", .unknownZone), ("timestamp(0).getHours('+24:00')", .unknownZone),
        ("optional.none().value()", .emptyOptional), ("'a'.matches('(' + '')", .invalidPattern),
        ("[1][1]", .indexOutOfBounds),
        ("{'a': 1}['b']", .noSuchKey), ("-9223372036854775807 - 2", .overflow),
    ])
    func `what has no value is an error with a code`(source: String, code: EvaluationError.Code) throws {
        let program = try Expression.compile(source, Environment([]), mode: .conformance)
        do throws(EvaluationError) {
            Issue.record("\(source): \(try program.evaluate([]))")
        } catch {
            #expect(error.code == code, "\(source)")
        }
    }
}
