import Engine
import Events
import Foundation
import GRDB

/// Everything about one episode: why it fired, by which rule text, on which reading.
public struct EpisodeDetail: Equatable, Sendable {
    public struct Step: Equatable, Sendable {
        public var decision: Decision
        /// The file of the rule as it was when this was decided; nil where the set came without files.
        public var rule: RuleSet.File?
        /// What was told, Chinese and English; nil where it was withheld.
        public var message: Notice.Text?
    }

    public var episode: Episode
    /// In order, at most `StoreBounds.pageRows`.
    public var steps: [Step]
}

extension AlertReader {
    /// nil where no episode has this id.
    public func episode(_ id: DecisionID) throws(StoreError) -> EpisodeDetail? {
        try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT \(Episode.columns) FROM episodes WHERE position = ? AND ordinal = ?",
                arguments: [id.position, id.ordinal])
            guard let row else { return nil }
            let steps = try Row.fetchAll(
                database,
                sql: """
                    SELECT rule_set, encoded, json_extract(body, '$.message.zh') AS zh, json_extract(body, '$.message.en') AS en
                    FROM transitions LEFT JOIN notices USING (position, ordinal)
                    WHERE episode_position = ? AND episode_ordinal = ? ORDER BY position, ordinal LIMIT ?
                    """, arguments: [id.position, id.ordinal, StoreBounds.pageRows]
            ).map { row in
                let decision = try Decision(decoding: [UInt8](row.decode(forColumn: "encoded") as Data))
                return try EpisodeDetail.Step(
                    decision: decision,
                    rule: ruleFile(decision.rule, ruleSet: row.decode(forColumn: "rule_set"), database),
                    message: (row.decode(forColumn: "zh") as String?).map { zh in
                        try .init(zh: zh, en: row.decode(forColumn: "en"))
                    })
            }
            return EpisodeDetail(episode: try Episode(row), steps: steps)
        }
    }

    /// A rule's file is named for its id.
    private func ruleFile(_ rule: String, ruleSet: String, _ database: Database) throws -> RuleSet.File? {
        try Row.fetchOne(
            database,
            sql: """
                SELECT path, text FROM rule_sets
                WHERE version = ? AND (path = ? || '.yml' OR substr(path, -length(?) - 5) = '/' || ? || '.yml')
                """, arguments: [ruleSet, rule, rule, rule]
        ).map { RuleSet.File(path: $0["path"], text: $0["text"]) }
    }
}
