import CivilTime
import Testing

@testable import Expression

/// The supersets of rule files, and what absent slots do.
@Suite struct RulesModeTests {
    static let environment = ExpressionErrorTests.environment

    static func evaluate(_ source: String, _ slots: [String: Value], mode: Mode = .rules) throws -> Value {
        let program = try Expression.compile(source, environment, mode: mode)
        let row = environment.declarations.map { slots[$0.name] ?? .absent }
        return try program.evaluate(row)
    }

    @Test(arguments: [
        ("value > 50", Value.bool(true)), ("50 < value", .bool(true)), ("value + 1", .double(61)),
        ("1 - value", .double(-59)), ("value == 60", .bool(true)), ("value in [60, 70]", .bool(true)),
        ("value > 0 ? value : 0", .double(60)), ("[value, 1]", .list([.double(60), .double(1)])),
        ("value > -50", .bool(true)),
    ])
    func `a whole-number literal beside a double is a double`(source: String, expected: Value) throws {
        #expect(try Self.evaluate(source, ["value": .double(60)]) == expected)
        #expect(throws: ExpressionFailure.self) {
            try Expression.compile("value > 50", Self.environment, mode: .conformance)
        }
    }

    @Test func `a literal is taken for a double where the caller expects one`() throws {
        let program = try Expression.compile("1", Self.environment, expecting: [.double])
        #expect(program.resultType == .double)
        #expect(try Self.evaluate("9007199254740992 + value", ["value": .double(0)]) == .double(0x1p53))
        #expect(throws: ExpressionFailure.self) {
            try Expression.compile("value > 9007199254740993", Self.environment)
        }
    }

    @Test func `unknown is not false: an absent slot is an error that only a deciding operand absorbs`() throws {
        for (source, expected) in [
            ("value > 50.0", nil), ("value > 50.0 && quality == 'good'", nil),
            ("value > 50.0 && quality == 'bad'", Value.bool(false)), ("quality == 'bad' && value > 50.0", .bool(false)),
            ("value > 50.0 || quality == 'good'", .bool(true)), ("value > 50.0 || quality == 'bad'", nil),
            ("!(value > 50.0)", nil), ("has(value)", .bool(false)), ("has(quality)", .bool(true)),
            ("has(limit.hh) && value > limit.hh", .bool(false)),
        ] as [(String, Value?)] {
            do {
                let value = try Self.evaluate(source, ["quality": .string("good")])
                #expect(value == expected, "\(source)")
            } catch let error as EvaluationError {
                #expect(expected == nil && error.code == .noSuchField, "\(source)")
            }
        }
    }

    @Test func `an error names the part of the source that failed`() throws {
        do {
            _ = try Self.evaluate("1.0 < value && count / 0 > 1", ["value": .double(2), "count": .int(1)])
            Issue.record("no error")
        } catch let error as EvaluationError {
            #expect(error == EvaluationError(code: .divideByZero, offset: 15, length: 9))
            #expect("\(error.code)" == "divide_by_zero")
        }
    }

    @Test func `the quick path gives what the full evaluation gives`() throws {
        let sources = [
            "value > 50.0 && quality == 'good'", "!(value <= 50.0 || quality != 'good')",
            "count == 3 || !(value < 1.5)",
            "50.0 >= value && (quality == 'bad' || count != 4)", "3 > count", "value != value || value == 0.0",
            "has(limit.hh) && value > limit.hh || quality == 'good'", "has(value) && !(value >= limit.hh)",
        ]
        let values: [Value] = [.absent, .double(.nan), .double(0), .double(50), .double(51), .int(51)]
        let qualities: [Value] = [.absent, .string("good"), .string("bad"), .null]
        for source in sources {
            let program = try Expression.compile(source, Self.environment)
            for value in values {
                for quality in qualities {
                    for count in [Value.absent, .int(3), .int(4), .double(3)] {
                        let limit: Value = count == .int(3) ? .double(50) : count
                        let row: [Value] = [value, quality, count, limit, .absent, .absent, .absent]
                        let full = row.withUnsafeBufferPointer { slots in
                            Result { try program.evaluate(Int32(program.nodes.count - 1), slots, .none, 1000) }
                        }
                        let quick = Result { try program.evaluate(row) }
                        #expect((try? full.get()) == (try? quick.get()), "\(source) \(row)")
                    }
                }
            }
        }
    }

    @Test func `used slots, cost and zones can be asked of a program`() throws {
        let program = try Expression.compile("has(limit.hh) && value > limit.hh", Self.environment)
        #expect(program.usedSlots == [0, 3])
        #expect(program.maxCost == 5)
        #expect(program.resultType == .bool)
        #expect(try Expression.compile("value + 1 > limit.hh", Self.environment).maxCost == 5)
        // What the size of a text decides.
        let long = String(repeating: "1", count: 200)
        for source in ["tags.exists(t, t == 'a')", "int('\(long)') > 1", "quality + 'x' == 'y'"] {
            #expect(try Expression.compile(source, Self.environment).maxCost == nil, "\(source)")
        }
        let zoned = try Expression.compile("at.getHours('Asia/Shanghai') > 7", Self.environment)
        #expect(zoned.zoneNames == ["Asia/Shanghai"])
        let row: [Value] = [
            .absent, .absent, .absent, .absent, .absent, .absent, .timestamp(seconds: 0, nanoseconds: 0),
        ]
        #expect(throws: EvaluationError.self) { try zoned.evaluate(row) }
        let zones = ZoneSet([ZoneTable(name: "Asia/Shanghai", initialOffsetSeconds: 28_800, transitions: [])])
        #expect(try zoned.evaluate(row, zones: zones) == .bool(true))
    }

    @Test func `explaining gives every part its value`() throws {
        let program = try Expression.compile("value > 50.0 && quality == 'good'", Self.environment)
        let row: [Value] = [.double(60), .absent, .absent, .absent, .absent, .absent, .absent]
        let parts = program.explain(row).map {
            "\($0.offset)+\($0.length) \((try? $0.result.get()).map { "\($0)" } ?? "error")"
        }
        #expect(
            parts == [
                "0+33 error", "0+12 bool(true)", "0+5 double(60.0)", "16+17 error", "16+7 error",
            ])
    }
}
