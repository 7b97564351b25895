import Engine
import Events
import Foundation
import GRDB

/// Compares a turn with what is stored of its positions.
struct Replay {
    enum Verdict {
        case new, repeated, diverged
    }

    private struct Stored {
        var encoded: [UInt8]
        var engine: Int64
    }

    private let applied: Int64
    /// Whether an engine of another version had its part in what is stored: it judged the newest positions, or some that are
    /// judged again since the start, so that all that follows may differ.
    private let mayDiffer: Bool
    private let engine: Int64
    private var stored: [DecisionID: Stored] = [:]

    init(_ turn: Turn, state: AlertStore.State, engine: UInt32, _ database: Database) throws {
        self.engine = Int64(engine)
        applied = state.applied
        guard let meta = try database.row(sql: "SELECT engine, others FROM meta") else { throw AlertStore.noMeta }
        mayDiffer =
            try meta.decode(Int64.self, forColumn: "engine") != self.engine
            || state.oldest <= meta.decode(Int64.self, forColumn: "others")
        guard turn.positions.lowerBound <= state.lastDecision else { return }
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT position, ordinal, engine, encoded FROM transitions
                WHERE position BETWEEN ? AND ? AND engine != ?
                """,
            arguments: [turn.positions.lowerBound, turn.positions.upperBound, AlertStore.noEngine])
        while let row = try rows.next() {
            let id = try DecisionID(
                position: row.decode(forColumn: "position"), ordinal: row.decode(forColumn: "ordinal"))
            stored[id] = try Stored(
                encoded: [UInt8](row.decode(forColumn: "encoded") as Data), engine: row.decode(forColumn: "engine"))
        }
    }

    /// A decision on an applied position that stored nothing was not made then: that differs, too.
    mutating func judge(_ decision: Decision) throws -> Verdict {
        guard let known = stored.removeValue(forKey: decision.id) else {
            guard decision.id.position <= applied else { return .new }
            guard mayDiffer else {
                throw StoreError.divergence(position: decision.id.position, stored: nil, computed: decision)
            }
            return .diverged
        }
        guard known.encoded != decision.encoded else { return .repeated }
        guard mayDiffer || known.engine != engine else {
            throw StoreError.divergence(
                position: decision.id.position, stored: try Decision(decoding: known.encoded), computed: decision)
        }
        return .diverged
    }

    /// What was stored and not computed again: how many, with other engine versions.
    func judgeRest() throws -> Int {
        for (id, known) in stored.sorted(by: { $0.key < $1.key }) where known.engine == engine && !mayDiffer {
            throw StoreError.divergence(
                position: id.position, stored: try Decision(decoding: known.encoded), computed: nil)
        }
        return stored.count
    }
}
