import AlertStore
import Engine
import Events
import Foundation
import GRDB
import Journal

/// Whether every promise was kept, from what lies on the disk after a clean stop.
struct Checks {
    private struct Key: Hashable { var position: Int64, ordinal: Int32 }

    private let round: Round
    private let data: String

    init(_ round: Round) {
        self.round = round
        data = round.platform.configuration.data
    }

    func run() throws {
        let problem = try Journal.verify(data: data).problem
        if let problem { throw Failure("the journal is damaged: \(problem)") }
        try hold(try Self.records(data))
    }

    /// What follows from the journal's records.
    func hold(_ records: [JournalRecord]) throws {
        try everyEventOnce(records)
        let (decisions, outcomes) = Self.decide(records)
        try storedAsDecided(decisions)
        try episodesWhole(decisions)
        try requestsKept(outcomes)
        if round.plan.clock == .wall { try FutureEvents(records: records).check() }
        for consumer in round.consumers { try Self.inOrder(consumer, data) }
    }

    static func records(_ data: String, from position: Int64 = 1) throws -> [JournalRecord] {
        var reader = try Journal.read(data: data, from: position)
        var records: [JournalRecord] = []
        while let stored = try reader.next() { records.append(stored.record) }
        return records
    }

    private func everyEventOnce(_ records: [JournalRecord]) throws {
        var counts: [String: Int] = [:]
        for record in records {
            guard case .events(let batch) = record.entry else { continue }
            for event in 0..<batch.count {
                let id = String(decoding: batch.ids.bytes[batch.ids.range(event)], as: UTF8.self)
                counts[id, default: 0] += 1
            }
        }
        if let twice = counts.sorted(by: { $0.key < $1.key }).first(where: { $0.value > 1 }) {
            throw Failure("event \(twice.key) is in the journal \(twice.value) times")
        }
        let acknowledged =
            round.requests.acknowledged + (round.flood?.acknowledged ?? [])
            + round.streams.flatMap { stream in (0..<stream.acknowledged).map { stream.tape.line($0).id } }
        if let lost = acknowledged.first(where: { counts[$0] == nil }) {
            throw Failure("event \(lost) was acknowledged and is not in the journal")
        }
    }

    /// What an engine decides that sees the journal without a disturbance.
    private static func decide(_ records: [JournalRecord]) -> ([Decision], [RequestOutcome]) {
        var engine = Engine()
        var (all, outcomes): ([Decision], [RequestOutcome]) = ([], [])
        for record in records {
            engine.apply(record, into: &all)
            outcomes += engine.outcomes
        }
        return (all, outcomes)
    }

    private static func store(_ data: String) throws -> DatabaseQueue {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        return try DatabaseQueue(path: data + "/alerts.sqlite", configuration: configuration)
    }

    private func storedAsDecided(_ decisions: [Decision]) throws {
        let stored = try Self.store(data).read { database in
            try Row.fetchAll(database, sql: "SELECT position, ordinal, encoded FROM transitions").map {
                (Key(position: $0["position"], ordinal: $0["ordinal"]), [UInt8]($0["encoded"] as Data))
            }
        }
        var left = Dictionary(uniqueKeysWithValues: stored)
        for decision in decisions {
            let key = Key(position: decision.id.position, ordinal: decision.id.ordinal)
            guard let bytes = left.removeValue(forKey: key) else {
                throw Failure("decision \(decision.id.text) \(decision.rule) \(decision.key) is not stored")
            }
            guard bytes == decision.encoded else {
                throw Failure("decision \(decision.id.text) is stored otherwise than an undisturbed run decides")
            }
        }
        if let extra = left.keys.min(by: { ($0.position, $0.ordinal) < ($1.position, $1.ordinal) }) {
            throw Failure("decision \(extra.position).\(extra.ordinal) is stored and no undisturbed run makes it")
        }
    }

    /// Every raise has its end, or is open.
    private func episodesWhole(_ decisions: [Decision]) throws {
        var open: Set<DecisionID> = []
        for decision in decisions {
            switch decision.transition {
            case .raised:
                guard open.insert(decision.episode).inserted else {
                    throw Failure("episode \(decision.episode.text) is raised twice")
                }
            case .resolved:
                guard open.remove(decision.episode) != nil else {
                    throw Failure("episode \(decision.episode.text) ends and is not open")
                }
            default: break
            }
        }
        let stored = try Self.store(data).read { database in
            try Row.fetchAll(database, sql: "SELECT position, ordinal FROM episodes WHERE resolved IS NULL").map {
                DecisionID(position: $0["position"], ordinal: $0["ordinal"])
            }
        }
        guard Set(stored) == open else {
            throw Failure("open in the store: \(stored.map(\.text)), by the journal: \(open.map(\.text).sorted())")
        }
    }

    /// Every request is on record as an undisturbed run decides it, and what was answered as accepted is accepted.
    private func requestsKept(_ outcomes: [RequestOutcome]) throws {
        let stored = try Self.store(data).read { database in
            try Row.fetchAll(database, sql: "SELECT position, key, verdict FROM requests ORDER BY position").map {
                "\($0["position"] as Int64) \($0["key"] as String) \($0["verdict"] as String)"
            }
        }
        let decided = outcomes.filter { !$0.isRepeat }.map {
            "\($0.position) \($0.request?.key ?? "") \($0.verdict.name)"
        }
        guard stored == decided else { throw Failure("requests on record: \(stored), by the journal: \(decided)") }
        for key in round.person.accepted.sorted() where !decided.contains(where: { $0.hasSuffix(" \(key) accepted") }) {
            throw Failure("request \(key) was answered as accepted and is not on record so")
        }
    }

    // The feed.

    static func head(_ data: String) throws -> Int64 {
        try store(data).read { try Int64.fetchOne($0, sql: "SELECT coalesce(max(seq), 0) FROM notices") ?? 0 }
    }

    static func notices(_ topics: [String], _ data: String) throws -> [StoredNotice] {
        let reader = try AlertReader(path: data + "/alerts.sqlite")
        var all: [StoredNotice] = []
        var next: Int64? = 0
        while let since = next {
            let page = try reader.notices(since: since, topics: topics)
            all += page.notices
            next = page.more ? page.next : nil
        }
        return all
    }

    /// Nothing twice, nothing that is not stored as it was taken, and each leaf in its order.
    private static func inOrder(_ consumer: SimulatedConsumer, _ data: String) throws {
        let stored = try notices(consumer.topics, data)
        let bySeq = Dictionary(uniqueKeysWithValues: stored.map { ($0.seq, $0) })
        var newest: [Leaf: Int64] = [:]
        for taken in consumer.taken {
            guard let notice = bySeq[taken.seq], notice.body == taken.body else {
                throw Failure("a consumer of \(consumer.topics) took notice \(taken.seq), which is not stored so")
            }
            guard notice.prev == newest[notice.leaf] ?? 0 else {
                throw Failure(
                    "a consumer of \(consumer.topics) took notice \(taken.seq) after \(newest[notice.leaf] ?? 0) "
                        + "of its leaf; \(notice.prev) comes before it")
            }
            newest[notice.leaf] = taken.seq
        }
    }

    static func caughtUp(_ consumer: SimulatedConsumer, _ data: String, with head: Int64) throws {
        let taken = Set(consumer.taken.map(\.seq))
        let missing = try notices(consumer.topics, data).filter { $0.seq <= head && !taken.contains($0.seq) }
        guard missing.isEmpty else {
            throw Failure("a consumer of \(consumer.topics) lacks \(missing.count) notices, \(missing[0].seq) first")
        }
    }
}
