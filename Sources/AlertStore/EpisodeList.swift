import Events
import GRDB

/// Which episodes to list; nil and empty mean any.
public struct EpisodeFilter: Equatable, Sendable {
    public var open = false
    public var domain: String?
    /// The digits that the area begins with.
    public var areaPrefix: String?
    /// The peak is at least this.
    public var minimumLevel: Level?
    /// Now exactly at this.
    public var level: Level?
    /// Now at none: over, or flapping.
    public var isLevelless = false
    /// Updated at or after.
    public var since: Timestamp?
    public var rule: String?
    public var includeSandbox = false
    public var includeExercise = true

    public init() {}
}

/// One page, newest first; `next` continues it, nil at the end.
public struct EpisodePage: Equatable, Sendable {
    public var episodes: [Episode]
    public var next: DecisionID?
}

extension AlertReader {
    /// Episodes newest first, those before `before` only; at most `limit`, itself at most `StoreBounds.pageRows`.
    public func episodes(
        _ filter: EpisodeFilter = .init(), before: DecisionID? = nil, limit: Int = 100
    ) throws(StoreError) -> EpisodePage {
        let limit = min(max(limit, 1), StoreBounds.pageRows)
        let start = before ?? DecisionID(position: .max, ordinal: .max)
        return try read { database in
            var found = try Row.fetchAll(
                database,
                sql: """
                    SELECT \(Episode.columns) FROM episodes
                    WHERE (position, ordinal) < (:position, :ordinal)
                    AND (NOT :open OR resolved IS NULL)
                    AND (:domain IS NULL OR domain = :domain)
                    AND (:area IS NULL OR substr(area, 1, length(:area)) = :area)
                    AND (:level IS NULL OR peak >= :level)
                    AND (:now IS NULL OR level = :now) AND (NOT :levelless OR level IS NULL)
                    AND (:since IS NULL OR updated >= :since)
                    AND (:rule IS NULL OR rule = :rule)
                    AND (:sandbox OR NOT sandbox) AND (:exercise OR NOT exercise)
                    ORDER BY position DESC, ordinal DESC LIMIT :limit
                    """,
                arguments: [
                    "position": start.position, "ordinal": start.ordinal, "open": filter.open,
                    "domain": filter.domain, "area": filter.areaPrefix, "level": filter.minimumLevel?.rank,
                    "now": filter.level?.rank, "levelless": filter.isLevelless,
                    "since": filter.since?.microseconds, "rule": filter.rule, "sandbox": filter.includeSandbox,
                    "exercise": filter.includeExercise, "limit": limit + 1,
                ]
            ).map(Episode.init)
            let more = found.count > limit
            if more { found.removeLast() }
            return EpisodePage(episodes: found, next: more ? found.last?.id : nil)
        }
    }
}
