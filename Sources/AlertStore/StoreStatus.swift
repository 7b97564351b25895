import GRDB

/// Counts for the status page.
public struct StoreStatus: Equatable, Sendable {
    public var epoch: String
    /// Sequence of the newest notice, 0 before the first.
    public var head: Int64
    /// As written; the writer may be up to a second ahead.
    public var applied: Int64
    public var episodes: Int64
    public var openEpisodes: Int64
    public var transitions: Int64
    public var replayDivergences: Int64
}

extension AlertReader {
    public func status() throws(StoreError) -> StoreStatus {
        try read { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT epoch, applied, replay_divergences,
                        (SELECT coalesce(max(seq), 0) FROM notices) AS head,
                        (SELECT count(*) FROM episodes) AS episodes,
                        (SELECT count(*) FROM episodes WHERE resolved IS NULL) AS open,
                        (SELECT count(*) FROM transitions) AS transitions
                    FROM meta
                    """)
            guard let row else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "no meta row") }
            return try StoreStatus(
                epoch: row.decode(forColumn: "epoch"), head: row.decode(forColumn: "head"),
                applied: row.decode(forColumn: "applied"), episodes: row.decode(forColumn: "episodes"),
                openEpisodes: row.decode(forColumn: "open"), transitions: row.decode(forColumn: "transitions"),
                replayDivergences: row.decode(forColumn: "replay_divergences"))
        }
    }
}
