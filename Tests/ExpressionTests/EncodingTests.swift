import Testing

@testable import Expression

/// Programs as bytes: the same back, and damage found.
@Suite struct EncodingTests {
    static let environment = ExpressionErrorTests.environment
    static let sources = [
        "value > 50.0 && quality == 'good'", "tags.exists(t, t.matches('^a+$')) ? value * 1.8 + 32.0 : -value",
        "{'a': 1u, 'b': 2u}.transformMap(k, v, v > 1u, b'\\xff')", "optional.of({'x': type(1)}).?x.orValue(int)",
        "has(limit.hh) && has(labels.area) && at.getHours('+08:00') in [7, 8]", "cel.bind(x, value, x + x)",
        "[?optional.none(), 3].map(x, x > 1, '%s'.format([x]))",
    ]

    @Test(arguments: sources)
    func `a program comes back from its bytes`(source: String) throws {
        let program = try Expression.compile(
            source, Self.environment, mode: .rules)
        let bytes = program.encode()
        let back = try Program(decoding: bytes)
        #expect(back == program)
        #expect(back.encode() == bytes)
        #expect(back.usedSlots == program.usedSlots)
        #expect(
            try Expression.compile(source, Self.environment, mode: .rules)
                .encode() == bytes)
    }

    @Test func `every changed, missing or added byte is found`() throws {
        let bytes = try Expression.compile(Self.sources[1], Self.environment).encode()
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1 << UInt8(index % 8)
            #expect(throws: Program.DecodingFailure.self) { try Program(decoding: changed) }
            #expect(throws: Program.DecodingFailure.corrupt) { try Program(decoding: Array(bytes[..<index])) }
        }
        #expect(throws: Program.DecodingFailure.corrupt) { try Program(decoding: bytes + [0]) }
        var newer = bytes
        newer[4] = 2
        #expect(throws: Program.DecodingFailure.unknownVersion(2)) { try Program(decoding: newer) }
    }

    @Test func `a program changed behind a right sum is refused or runs, but does not crash`() throws {
        var random = Sequence32(state: 7)
        let row: [Value] = [
            .double(1), .string("aaa"), .int(2), .double(3), .list([.string("a")]), .map(.empty),
            .timestamp(seconds: 0, nanoseconds: 0),
        ]
        var accepted = 0
        for source in Self.sources.dropLast(4) {
            let bytes = try Expression.compile(source, Self.environment).encode()
            for _ in 0..<600 {
                var changed = Array(bytes.dropLast(8))
                for _ in 0...random.below(3) { changed[6 + random.below(changed.count - 6)] = UInt8(random.below(256)) }
                var out = ByteSink()
                out.bytes = changed
                out.write(Program.sum(changed[...]))
                guard let program = try? Program(decoding: out.bytes) else { continue }
                accepted += 1
                _ = try? program.evaluate(
                    row
                        + Array(repeating: .absent, count: max(0, program.slotCount - row.count)).prefix(
                            program.slotCount), limit: 5_000)
            }
        }
        #expect(accepted > 50)
    }
}

/// Numbers that are the same on every run.
struct Sequence32 {
    var state: UInt64

    mutating func below(_ limit: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(limit))
    }
}
