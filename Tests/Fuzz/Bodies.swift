import Engine
import Events
import Foundation

@testable import Ingest
@testable import Journal

/// Bodies of events: one, an array, lines.
final class Bodies: Kind {
    let name = "events"
    let pace = 1
    var summary: String { "\(accepted) events accepted, \(rejected) rejected, \(duplicates) repeats" }

    private let city: City
    private let seeds: [[UInt8]]
    private var (accepted, rejected, duplicates) = (0, 0, 0)
    private let mutator = Mutator(
        words: EventKey.allCases.map { "\"\($0.name)\":" } + [
            "null", "true", "\"\"", "{}", "[]", "\"1.0\"", "\"reading\"", "\"report\"", "\"readings\":[{", "\"data\":{",
            "\"GCJ02\"", "\"BD09\"", "\"PT1H\"", "\"P366D\"", "\"320213021\"", "\"110101199003078515\"",
            "\"2026-07-01T08:15:00+08:00\"", "\"2016-12-31T23:59:60Z\"", "\"%LEL\"", "\"gas.lel\"", "\"/default\"", ",",
        ])

    init(_ city: City) {
        self.city = city
        let short = """
            {"id":"a","subject":"RQ-0001","metric":"gas.lel","value":31.5,"unit":"%LEL","time":"2026-07-01T08:15:00+08:00"}
            """
        let report = """
            {"id":"JQ","type":"report","category":"gas","count":1,"area":"320213021","lon":120.3,"lat":31.5,"crs":"BD09",\
            "time":"2026-07-01T08:12:00+08:00","text":"有","period":"PT1H","corrects":"JP","exercise":true}
            """
        let strict = """
            {"specversion":"1.0","id":"9","source":"/w/7","type":"reading","subject":"R","time":"2026-07-01T00:15:00Z",\
            "datacontenttype":"application/json","data":{"readings":[{"metric":"gas.lel","value":3,"unit":"%LEL"},\
            {"metric":"t","value":null,"quality":"bad"}],"x":1,"y":"z","via":"/a /b"}}
            """
        seeds =
            [short, short, report, strict].map { Array($0.utf8) } + Corpus.real("cloudevents", [".json"], upTo: 4096)
            + Corpus.real("jsontestsuite", [".json"], upTo: 2048)
    }

    func run(_ random: inout FuzzRandom, _ report: Report) throws {
        var items = (0..<1 + random.below(4)).map { _ in random.chance(70) ? seeds[random.below(4)] : random.pick(seeds)
        }
        for index in items.indices where random.chance(60) {
            items[index] = mutator.mutate(items[index], &random, others: seeds)
        }
        if random.chance(40) {
            // Half the time what was changed is repeated, so that repeats and numbers used again are met.
            items.append(random.pick(items))
        }
        if random.chance(30) {
            return try whole(joined(items, &random), random.pick([nil, .document, .lines]), report)
        }
        try apart(items.map { $0.map { $0 == 0x0A ? 0x20 : $0 } }, report)
    }

    private func joined(_ items: [[UInt8]], _ random: inout FuzzRandom) -> [UInt8] {
        let between = random.pick(["\n", ",", "\r\n\r\n", " ", ""]).utf8
        let body = Array(items.joined(separator: Array(between)))
        return random.chance(50) ? Array("[".utf8) + body + Array("]".utf8) : mutator.mutate(body, &random)
    }

    /// Any body, twice: what was taken is a repeat the second time, what was refused is refused again.
    private func whole(_ body: [UInt8], _ kind: BodyKind?, _ report: Report) throws {
        report.input("body as \(kind.map { "\($0)" } ?? "its bytes say")", body)
        let bench = Bench(city)
        let first = try bench.take(body, kind)
        let second = try bench.take(body, kind)
        try require(second.accepted == 0, "a body that came again has \(second.accepted) new events")
        try require(
            second.duplicates == first.accepted + first.duplicates && second.rejected == first.rejected,
            "first \(first.accepted)+\(first.duplicates)+\(first.rejected), again \(second.duplicates)+\(second.rejected)"
        )
        try finish(bench)
    }

    /// The same events as lines, as an array and one by one.
    private func apart(_ items: [[UInt8]], _ report: Report) throws {
        for item in items { report.input("event", item) }
        let (single, lines, array) = (Bench(city), Bench(city), Bench(city))
        var errors: [Finding] = []
        var index = 0
        var notJSON = false
        for item in items where !item.allSatisfy({ [0x20, 0x0A, 0x0D, 0x09].contains($0) }) {
            for var error in try single.take(item, .lines).errors {
                error.index = index
                errors.append(error)
                notJSON = notJSON || Self.notJSON.contains(error.code)
            }
            index += 1
        }
        let whole = try lines.take(Array(items.joined(separator: [0x0A])), .lines)
        if index > 0 {
            try require(single.sum == lines.sum, "one by one \(single.sum), as lines \(lines.sum)")
            try require(errors == whole.errors, "one by one \(errors), as lines \(whole.errors)")
            try require(single.bytes == lines.bytes, "one by one other columns than as lines")
            try require(
                whole.accepted + whole.duplicates + whole.rejected == index, "\(index) lines, and \(lines.sum)")
        }
        if !notJSON, index == items.count {
            let body = Array("[".utf8) + items.joined(separator: Array(",".utf8)) + Array("]".utf8)
            let outcome = try array.take(body, .document)
            // An array is one level deeper than its elements.
            guard outcome.errors.first?.code != .nesting else { return }
            try require(outcome.errors == whole.errors, "as array \(outcome.errors), as lines \(whole.errors)")
            try require(array.bytes == lines.bytes, "as array other columns than as lines")
        }
        try finish(lines)
    }

    private static let notJSON: Set<IngestCode> = [.badJSON, .badUTF8, .badNumber, .nesting, .emptyMessage]

    /// What was taken survives the journal's bytes, and the engine.
    private func finish(_ bench: Bench) throws {
        accepted += bench.sum.accepted
        rejected += bench.sum.rejected
        duplicates += bench.sum.duplicates
        let batch = bench.intake.batch
        let bytes = encodeBatch(batch)
        try require(encodeBatch(try decodeBatch(bytes)) == bytes, "the journal's bytes read back as others")
        var engine = city.engine
        var decisions: [Decision] = []
        engine.apply(
            JournalRecord(position: 1, received: City.now, department: "default", entry: .events(batch)),
            into: &decisions)
        engine.apply(
            JournalRecord(
                position: 1 + Int64(max(1, batch.count)), received: City.now + .days(2), department: "", entry: .tick),
            into: &decisions)
    }
}
