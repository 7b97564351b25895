import Events
import Testing

@testable import Ingest

@Suite struct FuzzTests {
    /// A linear congruential generator: the seed in the test's name reproduces a failure.
    struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func `mutated messages never stop the decoder or leave an inconsistent batch`(seed: UInt64) {
        var dice = Dice(state: seed)
        let bench = Bench()
        let report = """
            {"id":"JQ","type":"report","category":"gas","count":1,"area":"320213021","lon":120.3,"lat":31.5,"crs":"BD09",\
            "time":"2026-07-01T08:12:00+08:00","text":"有","period":"PT1H"}
            """
        let strict = """
            {"specversion":"1.0","id":"9","source":"/w/7","type":"reading","subject":"R","time":"2026-07-01T08:15:00Z",\
            "data":{"readings":[{"metric":"gas.lel","value":3,"unit":"%LEL"},{"metric":"t","value":null}],"x":[{}]}}
            """
        let seeds = [Bench.event(), report, strict, "[\(report),\(strict)]", "\(report)\n\(strict)\n\(report)"]
            .map { Array($0.utf8) }
        let spice: [UInt8] = Array("{}[]\",:\\\n\0\u{1}09eE-+.tfnu".utf8) + [0xFF, 0xC0, 0xED]
        for round in 0..<3000 {
            var body = seeds.randomElement(using: &dice)!
            for _ in 0..<Int.random(in: 1...4, using: &dice) {
                let at = Int.random(in: 0..<max(body.count, 1), using: &dice)
                switch Int.random(in: 0..<4, using: &dice) {
                case 0 where !body.isEmpty: body[at] = spice.randomElement(using: &dice)!
                case 1 where !body.isEmpty: body.remove(at: at)
                case 2: body.insert(spice.randomElement(using: &dice)!, at: min(at, body.count))
                default: body.removeSubrange(at...)
                }
            }
            let outcome = bench.take(body)
            let answer = Answer.taken(outcome, position: 1, received: Bench.now)
            #expect(!answer.isEmpty)
            if round % 500 == 0 { #expect(bench.intake.batch.isConsistent) }
        }
        #expect(bench.intake.batch.isConsistent)
    }
}
