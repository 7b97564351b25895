import Engine
import Events
import Foundation
import GRDB

extension AlertStore {
    /// Of the running rule set, else of what the episode kept when its rule was still there.
    func ruleFacts(_ decision: Decision, _ ruleSet: RuleSet, _ database: Database) throws -> RuleFacts {
        let kept = try database.row(
            sql: """
                SELECT domain, title_zh, title_en, message_zh, message_en, metric, unit, lead, support, runbook
                FROM episodes WHERE position = ? AND ordinal = ?
                """, arguments: [decision.episode.position, decision.episode.ordinal])
        if let rule = ruleSet.rules.first(where: { $0.id == decision.rule }) { return RuleFacts(rule) }
        return try kept.map(RuleFacts.init) ?? RuleFacts(unknown: decision.rule)
    }

    /// Keeps the files of a rule set that a decision cites, once.
    func keep(_ ruleSet: RuleSet, _ database: Database) throws {
        for file in ruleSet.files {
            try database.run(
                sql: "INSERT INTO rule_sets VALUES(?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [ruleSet.version, file.path, file.text])
        }
    }

    func putEpisode(_ decision: Decision, _ facts: RuleFacts, _ database: Database) throws {
        let resolved = decision.transition == .resolved ? decision.at.microseconds : nil
        let isAcknowledged = decision.transition == .acknowledged
        try database.run(
            sql: """
                INSERT INTO episodes(
                    position, ordinal, rule, version, domain, title_zh, title_en, message_zh, message_en, metric, unit,
                    lead, runbook, about, key, subject, area, level, peak, reason, started, updated, resolved, exercise,
                    sandbox, support, announced, withheld, acknowledged, acknowledged_by)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT(position, ordinal) DO UPDATE SET
                    version = excluded.version, level = excluded.level, peak = excluded.peak,
                    reason = excluded.reason, updated = excluded.updated, resolved = excluded.resolved,
                    sandbox = sandbox AND excluded.sandbox, announced = announced OR excluded.announced,
                    withheld = excluded.withheld, acknowledged = coalesce(acknowledged, excluded.acknowledged),
                    acknowledged_by =
                        CASE WHEN acknowledged IS NULL THEN excluded.acknowledged_by ELSE acknowledged_by END
                """,
            arguments: [
                decision.episode.position, decision.episode.ordinal, decision.rule, decision.ruleVersion, facts.domain,
                facts.title.zh, facts.title.en, facts.message.zh, facts.message.en, facts.metric, facts.unit,
                facts.lead, facts.runbook, decision.about.name, decision.key, decision.subject, decision.area,
                decision.level?.rank, decision.peak.rank, decision.reason.name, decision.startedAt.microseconds,
                decision.at.microseconds, resolved, decision.exercise,
                decision.withheld == .sandbox, facts.support.joined(separator: "\n"), decision.withheld == .none,
                decision.withheld.name, isAcknowledged ? decision.at.microseconds : nil,
                isAcknowledged ? decision.actor : "",
            ])
    }

    /// `encoded`: what a replay compares with.
    func putTransition(
        _ decision: Decision, as encoded: [UInt8], ruleSet: String, engine: Int64, _ database: Database
    ) throws {
        try database.run(
            sql: """
                INSERT INTO transitions(
                    position, ordinal, episode_position, episode_ordinal, transition, level, at, decided, value,
                    threshold, compare, rule_version, rule_set, engine, source, event, event_position, encoded,
                    withheld, actor, note)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                decision.id.position, decision.id.ordinal, decision.episode.position, decision.episode.ordinal,
                decision.transition.name, decision.level?.rank, decision.at.microseconds,
                decision.decidedAt.microseconds, decision.value.isNaN ? nil : decision.value,
                decision.threshold.isNaN ? nil : decision.threshold, decision.compare.symbol, decision.ruleVersion,
                ruleSet, engine, decision.source, decision.eventID, decision.eventPosition,
                Data(encoded), decision.withheld.name, decision.actor, decision.note,
            ])
    }

    /// The topic of an episode is where and what it was raised as: who heard of it hears its end, though the subject has
    /// moved or the rule's domain has changed since.
    private func leaf(_ decision: Decision, _ database: Database) throws -> Leaf {
        let raised = try database.row(
            sql: "SELECT domain, area FROM episodes WHERE position = ? AND ordinal = ?",
            arguments: [decision.episode.position, decision.episode.ordinal])
        guard let raised else { preconditionFailure("the episode of \(decision.id.text) was put before its notice") }
        return try Leaf(
            kind: "alarm", exercise: decision.exercise, domain: raised.decode(forColumn: "domain"),
            level: decision.peak, area: Leaf.padded(raised.decode(forColumn: "area")))
    }

    func putNotice(
        _ decision: Decision, _ facts: RuleFacts, _ writer: NoticeWriter, seq: Int64, _ database: Database
    ) throws {
        let leaf = try leaf(decision, database)
        let key: StatementArguments = [leaf.kind, leaf.exercise, leaf.domain, leaf.level.rank, leaf.area]
        let prev =
            try database.row(
                sql: "SELECT seq FROM leaves WHERE kind = ? AND exercise = ? AND domain = ? AND level = ? AND area = ?",
                arguments: key)?.decode(Int64.self, atIndex: 0) ?? 0
        precondition(prev < seq, "sequences increase")
        let body = writer.notice(decision, facts, seq: seq, prev: prev).json
        try database.run(
            sql: """
                INSERT INTO notices(kind, exercise, domain, level, area, seq, position, ordinal, prev, body, hash)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: key + [
                seq, decision.id.position, decision.id.ordinal, prev, body,
                NoticeHash.of(StoredNotice(seq: seq, prev: prev, leaf: leaf, body: body)),
            ])
        try database.run(
            sql: """
                INSERT INTO leaves(kind, exercise, domain, level, area, seq) VALUES(?, ?, ?, ?, ?, ?)
                ON CONFLICT(kind, exercise, domain, level, area) DO UPDATE SET seq = excluded.seq
                """, arguments: key + [seq])
    }
}
