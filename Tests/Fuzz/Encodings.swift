import Engine
import Events

@testable import Expression
@testable import Journal

/// The bytes that journal and snapshots hold, behind their checksums: damage is an error or another whole value.
final class Encodings: Kind {
    let name = "encodings"
    let pace = 2
    var summary: String { "\(count) blobs, \(read) read" }

    private var (count, read) = (0, 0)
    private let ruleSet: [UInt8]
    private let registry: [UInt8]
    /// Of this version, and those of earlier ones that are small.
    private let snapshots: [[UInt8]]
    private let batch: [UInt8]
    private let program: [UInt8]
    private let mutator = Mutator(words: [], most: 3)

    init(_ city: City) throws {
        let rules = Array(city.engine.ruleSet.rules.prefix(8))
        let few = RuleSet(rules: rules.filter { $0.zoneNames.isEmpty && $0.inhibitedBy.isEmpty })
        let readings = Readings.batch(for: few.rules, at: City.now, value: 1000)
        ruleSet = few.encoded()
        registry = Registry(
            subjects: Array(city.registry.subjects.prefix(4)), areas: Array(city.registry.areas.prefix(4))
        ).encoded()
        batch = encodeBatch(readings)
        var engine = Engine(ruleSet: few)
        var decisions: [Decision] = []
        engine.apply(
            JournalRecord(position: 1, received: City.now, department: "default", entry: .events(readings)),
            into: &decisions)
        snapshots = [engine.snapshot()] + Corpus.own("Tests/EngineTests/Fixtures", [".bytes"]).map(\.bytes)
        precondition(snapshots.count > 1, "no snapshot of an earlier version was found")
        let environment = try Environment([.init("value", .double), .init("tags", .list(.string))])
        program = try Expression.compile(
            "value > 50 && tags.exists(t, t.matches('^a+$')) ? [value, 1.0] : [1.0]", environment
        ).encode()
    }

    func run(_ random: inout FuzzRandom, _ report: Report) throws {
        count += 1
        let kind = random.below(5)
        let snapshot = random.pick(snapshots)
        let bytes = mutator.mutate(
            [ruleSet, registry, snapshot, batch, program][kind], &random, others: [snapshot, batch])
        report.note("\(["rule set", "registry", "snapshot", "batch", "program"][kind]), \(bytes.count) bytes")
        if try reads(kind, bytes) { read += 1 }
    }

    /// Whether they read as a value, which must be written again as it was read.
    private func reads(_ kind: Int, _ bytes: [UInt8]) throws -> Bool {
        switch kind {
        case 0:
            guard let set = try? RuleSet(decoding: bytes) else { return false }
            try require(try RuleSet(decoding: set.encoded()) == set, "a rule set is written as another")
        case 1:
            guard let registry = try? Registry(decoding: bytes) else { return false }
            try require(try Registry(decoding: registry.encoded()) == registry, "a registry is written as another")
        case 2:
            guard let engine = try? Engine(snapshot: bytes) else { return false }
            let state = engine.snapshot()
            try require(try Engine(snapshot: state).snapshot() == state, "a state is written as another")
        case 3:
            guard let batch = try? decodeBatch(bytes) else { return false }
            let again = encodeBatch(batch)
            try require(encodeBatch(try decodeBatch(again)) == again, "a batch is written as another")
        default:
            // Its own sum keeps damage out: with a sum that fits, what is inside is looked at.
            guard bytes.count > 8 else { return false }
            var sealed = ByteSink()
            sealed.bytes = Array(bytes.dropLast(8))
            sealed.write(Program.sum(sealed.bytes[...]))
            guard let program = try? Program(decoding: sealed.bytes) else { return false }
            let row = [Value](repeating: .double(3), count: program.slotCount)
            _ = try? program.evaluate(row, limit: 10_000)
        }
        return true
    }
}
