import Engine
import Events
import Foundation
import GRDB

extension AlertStore {
    /// Stores a turn's decisions, their notices and the applied position in one transaction that is on disk when this
    /// returns. A turn without decisions writes its position at most once a second, without waiting for the disk; one
    /// that repeats what is stored is compared and writes nothing.
    ///
    /// On an error nothing of the turn is stored, and the caller stops: the journal repeats the turn at the next start.
    @discardableResult
    public func commit(_ turn: Turn) throws(StoreError) -> Committed {
        try change { (state) throws(StoreError) in
            state.oldest = min(state.oldest, turn.positions.lowerBound)
            if let known = try compare(turn, state) {
                try noteApplied(turn, &state)
                return known
            }
            var next = state
            let committed = try onFile(path, "committing to") {
                var committed = Committed()
                try queue.inTransaction(.immediate) { database in
                    committed = try store(turn, &next, database)
                    return .commit
                }
                return committed
            }
            state = next
            return committed
        }
    }

    /// What the turn repeats, where it stores nothing; nil: something must be written.
    private func compare(_ turn: Turn, _ state: State) throws(StoreError) -> Committed? {
        guard turn.requests.isEmpty else { return nil }
        guard turn.positions.lowerBound <= state.lastDecision else { return turn.decisions.isEmpty ? Committed() : nil }
        return try onFile(path, "comparing a turn with") {
            try queue.inDatabase { database in
                var replay = try Replay(turn, state: state, engine: engineVersion, database)
                for decision in turn.decisions {
                    guard case .repeated = try replay.judge(decision) else { return nil }
                }
                return try replay.judgeRest() == 0 ? Committed(repeated: turn.decisions.count) : nil
            }
        }
    }

    /// Makes the applied position durable now; for a clean stop, and before a snapshot.
    public func flushApplied() throws(StoreError) {
        try change { (state) throws(StoreError) in
            try onFile(path, "writing the applied position to") {
                try queue.inTransaction(.immediate) { database in
                    // An update that changes nothing writes nothing and waits for nothing, and the position may have been
                    // written without waiting: the page must be dirty.
                    try database.execute(
                        sql: "UPDATE meta SET applied = applied + 1; UPDATE meta SET applied = applied - 1")
                    try writeApplied(state.applied, database)
                    return .commit
                }
            }
            state.appliedOnDisk = state.applied
        }
    }

    private func noteApplied(_ turn: Turn, _ state: inout State) throws(StoreError) {
        state.applied = max(state.applied, turn.positions.upperBound)
        guard state.applied > state.appliedOnDisk,
            turn.received - state.appliedWritten >= StoreBounds.appliedInterval
        else { return }
        let applied = state.applied
        try onFile(path, "writing the applied position to") {
            try queue.inDatabase { database in
                try database.execute(sql: "PRAGMA synchronous = NORMAL")
                defer { restoreFullSync(database) }
                try writeApplied(applied, database)
            }
        }
        state.appliedOnDisk = applied
        state.appliedWritten = turn.received
    }

    private func restoreFullSync(_ database: Database) {
        do {
            try database.execute(sql: "PRAGMA synchronous = FULL")
        } catch {
            preconditionFailure("commits would no longer wait for the disk: \(error)")
        }
    }

    /// `engine` is of the newest applied position: a replay of older ones says nothing about who applied them.
    private func writeApplied(_ applied: Int64, _ database: Database) throws {
        try database.run(
            sql: """
                UPDATE meta SET
                    others = CASE WHEN :applied > applied AND engine != :engine THEN applied ELSE others END,
                    engine = CASE WHEN :applied > applied THEN :engine ELSE engine END,
                    applied = max(applied, :applied)
                """, arguments: ["applied": applied, "engine": Int64(engineVersion)])
    }

    private func store(_ turn: Turn, _ state: inout State, _ database: Database) throws -> Committed {
        var replay = try Replay(turn, state: state, engine: engineVersion, database)
        var committed = Committed()
        let first = state.head + 1
        for decision in turn.decisions {
            switch try replay.judge(decision) {
            case .repeated: committed.repeated += 1
            case .diverged: committed.diverged += 1
            case .new:
                if state.replayDivergences > 0 {
                    let named = try named(decision, database)
                    try supersede(named, turn, &state, database)
                    try store(named, as: decision.encoded, turn, &state, database)
                } else {
                    try store(decision, as: decision.encoded, turn, &state, database)
                }
                committed.stored += 1
                state.lastDecision = max(state.lastDecision, decision.id.position)
            }
        }
        try putRequests(turn.requests, database)
        committed.diverged += try replay.judgeRest()
        state.replayDivergences += Int64(committed.diverged)
        state.applied = max(state.applied, turn.positions.upperBound)
        state.appliedOnDisk = state.applied
        state.appliedWritten = turn.received
        try writeApplied(state.applied, database)
        try database.run(
            sql: "UPDATE meta SET replay_divergences = ?", arguments: [state.replayDivergences])
        if state.head >= first { committed.notices = first...state.head }
        return committed
    }

    /// The decision with its episode's name in the store: the one that a replay by another engine version gave it may be
    /// that of another alarm there, or of one that has ended.
    private func named(_ decision: Decision, _ database: Database) throws -> Decision {
        let isTaken = try database.row(
            sql: """
                SELECT 1 FROM episodes WHERE position = ? AND ordinal = ?
                    AND NOT (rule = ? AND key = ? AND about = ? AND exercise = ? AND resolved IS NULL)
                """,
            arguments: [
                decision.episode.position, decision.episode.ordinal, decision.rule, decision.key, decision.about.name,
                decision.exercise,
            ])
        guard isTaken != nil else { return decision }
        var named = decision
        named.episode = decision.episode.aside
        return named
    }

    /// Where a replay by another engine version has ended an alarm, or never raised it, that is stored as open, nothing
    /// would ever end it: what is decided next of its key does.
    private func supersede(_ decision: Decision, _ turn: Turn, _ state: inout State, _ database: Database) throws {
        let open = try database.row(
            sql: """
                SELECT position, ordinal, announced, (SELECT encoded FROM transitions
                    WHERE episode_position = episodes.position AND episode_ordinal = episodes.ordinal
                    ORDER BY position DESC, ordinal DESC LIMIT 1) AS newest
                FROM episodes WHERE rule = ? AND key = ? AND about = ? AND exercise = ? AND resolved IS NULL
                    AND NOT (position = ? AND ordinal = ?)
                """,
            arguments: [
                decision.rule, decision.key, decision.about.name, decision.exercise, decision.episode.position,
                decision.episode.ordinal,
            ])
        guard let open else { return }
        var end = try Decision(decoding: [UInt8](open.decode(Data.self, forColumn: "newest")))
        end.episode = try DecisionID(
            position: open.decode(forColumn: "position"), ordinal: open.decode(forColumn: "ordinal"))
        // A name that no engine gives, ahead of all that is decided at the position.
        end.id = DecisionID(position: decision.id.position - 1, ordinal: .max - decision.id.ordinal)
        (end.transition, end.reason) = (.resolved, .ruleChanged)
        (end.previous, end.level) = (end.level ?? end.previous, nil)
        (end.at, end.decidedAt) = (max(end.at, decision.at), decision.decidedAt)
        (end.actor, end.note, end.escalateTo) = ("", "", [])
        if try open.decode(Bool.self, forColumn: "announced") { end.withheld = .none }
        try store(end, as: end.encoded, turn, &state, engine: Self.noEngine, database)
    }

    /// Stands for the engine version of what the store itself ended.
    static let noEngine: Int64 = -1

    private func store(
        _ decision: Decision, as encoded: [UInt8], _ turn: Turn, _ state: inout State, engine: Int64? = nil,
        _ database: Database
    ) throws {
        let (ruleSet, registry) = turn.names(of: decision)
        if state.kept != ruleSet.version {
            try keep(ruleSet, database)
            state.kept = ruleSet.version
        }
        let facts = try ruleFacts(decision, ruleSet, database)
        do {
            try putEpisode(decision, facts, database)
            try putTransition(
                decision, as: encoded, ruleSet: ruleSet.version, engine: engine ?? Int64(engineVersion), database)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            throw StoreError.doubled(
                path: path, decision: decision.id,
                reason: "rule \(decision.rule), key \(decision.key): \(error.message ?? "constraint")")
        }
        guard decision.withheld == .none else { return }
        let writer = NoticeWriter(epoch: state.epoch, registry: registry)
        state.head += 1
        try putNotice(decision, facts, writer, seq: state.head, database)
    }
}

extension DecisionID {
    // No engine counts so far at one position.
    private static let asideBit: Int32 = 1 << 30

    /// The name of an alarm in the store where another one has its own there.
    public var aside: DecisionID { DecisionID(position: position, ordinal: ordinal | Self.asideBit) }

    /// The name that the engine knows an alarm of the store by.
    public var inEngine: DecisionID { DecisionID(position: position, ordinal: ordinal & ~Self.asideBit) }
}
