import Events
import Foundation

@testable import Ingest

/// SenML packs.
final class SenMLPacks: Kind {
    let name = "senml"
    let pace = 1
    var summary: String { "\(accepted) records accepted, \(rejected) rejected, \(packs) packs refused whole" }

    private let city: City
    private let seeds: [[UInt8]]
    private var (accepted, rejected, packs) = (0, 0, 0)
    private let mutator = Mutator(words: [
        "\"bn\":", "\"bt\":", "\"bu\":", "\"bv\":", "\"bs\":", "\"bver\":", "\"n\":", "\"u\":", "\"v\":", "\"vs\":",
        "\"vb\":", "\"vd\":", "\"s\":", "\"t\":", "\"ut\":", "\"x_\":", "true", "null", "\"Cel\"", "\"gas.lel\"",
        "\"RQ-1/\"", "1782864900", "268435456", "-5", "},{", ",",
    ])

    init(_ city: City) {
        self.city = city
        let own = [
            #"[{"bn":"RQ-0457/","bt":1782864900,"bu":"%LEL","n":"gas.lel","v":31.5},{"t":10,"n":"gas.lel","v":32}]"#,
            #"[{"n":"urn:dev:ow:10e2:door","vb":true,"t":1782864000},{"bv":1,"n":"a","v":2,"s":3,"u":"V"}]"#,
            #"[{"bn":"x:","bver":5},{"n":"y","v":1,"t":-5},{"n":"z","vs":"s"},{"n":"w","vd":"eA"}]"#,
        ]
        seeds = own.map { Array($0.utf8) } + Corpus.real("senml", [".json"], upTo: 4096)
    }

    func run(_ random: inout FuzzRandom, _ report: Report) throws {
        var body = random.chance(60) ? seeds[random.below(3)] : random.pick(seeds)
        body = mutator.mutate(body, &random, others: seeds)
        report.input("pack", body)
        let bench = Bench(city)
        let whole = try bench.take(body, .senml)
        accepted += whole.accepted
        rejected += whole.rejected
        guard let records = (try? JSONSerialization.jsonObject(with: Data(body))) as? [Any] else { return }
        try require(whole.accepted + whole.duplicates + whole.rejected <= max(1, records.count), "more than came")
        try prefix(body, records.count, whole, bench)
    }

    /// What comes later changes nothing of what came before, unless the pack is refused as a whole.
    private func prefix(_ body: [UInt8], _ count: Int, _ whole: Outcome, _ bench: Bench) throws {
        guard count > 1, whole.accepted > 0 else {
            packs += 1
            return
        }
        let (half, cut) = (Bench(city), count / 2)
        let pieces = body.withUnsafeBytes { bytes in
            var elements = ArrayElements(bytes)
            return (0..<cut).map { Array(elements.element($0)) }
        }
        let first = try half.take(Array("[".utf8) + pieces.joined(separator: [0x2C]) + Array("]".utf8), .senml)
        try require(
            first.errors == whole.errors.filter { $0.index < cut }, "\(first.errors) of the first records alone")
        let (a, b) = (half.intake.batch, bench.intake.batch)
        try require(a.count <= b.count && (0..<a.count).allSatisfy { a.times[$0] == b.times[$0] }, "other times")
        try require(Array(b.values.prefix(a.values.count)) == a.values, "other values of the first records alone")
        try require(Array(b.ids.bytes.prefix(a.ids.bytes.count)) == a.ids.bytes, "other ids of the first records alone")
    }
}
