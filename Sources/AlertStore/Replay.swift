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
    private let appliedEngine: Int64
    private let engine: Int64
    private var stored: [DecisionID: Stored] = [:]

    init(_ turn: Turn, state: AlertStore.State, engine: UInt32, _ database: Database) throws {
        self.engine = Int64(engine)
        applied = state.applied
        appliedEngine = try database.row(sql: "SELECT engine FROM meta")?.decode(Int64.self, atIndex: 0) ?? 0
        guard turn.positions.lowerBound <= state.lastDecision else { return }
        let rows = try Row.fetchCursor(
            database, sql: "SELECT position, ordinal, engine, encoded FROM transitions WHERE position BETWEEN ? AND ?",
            arguments: [turn.positions.lowerBound, turn.positions.upperBound])
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
            guard appliedEngine != engine else {
                throw StoreError.divergence(position: decision.id.position, stored: nil, computed: decision)
            }
            return .diverged
        }
        guard known.encoded != decision.encoded else { return .repeated }
        guard known.engine != engine else {
            throw StoreError.divergence(
                position: decision.id.position, stored: try Decision(decoding: known.encoded), computed: decision)
        }
        return .diverged
    }

    /// What was stored and not computed again: how many, by other engine versions.
    func judgeRest() throws -> Int {
        for (id, known) in stored.sorted(by: { $0.key < $1.key }) where known.engine == engine {
            throw StoreError.divergence(
                position: id.position, stored: try Decision(decoding: known.encoded), computed: nil)
        }
        return stored.count
    }
}
