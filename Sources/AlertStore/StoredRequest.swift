import Engine
import Events
import GRDB

/// An operator's request and what the engine made of it, refusals included.
public struct StoredRequest: Equatable, Sendable {
    public var position: Int64
    public var kind: String
    public var key: String
    public var episode: String
    public var actor: String
    public var note: String
    public var received: Timestamp
    public var verdict: String
}

extension AlertStore {
    /// A repeat of a key is not another request.
    func putRequests(_ outcomes: [RequestOutcome], _ database: Database) throws {
        for outcome in outcomes where !outcome.isRepeat {
            var (kind, episode) = ("", "")
            switch outcome.request?.act {
            case .acknowledge(let id): (kind, episode) = ("acknowledge", id.text)
            case nil: break
            }
            try database.run(
                sql: "INSERT INTO requests VALUES(?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [
                    outcome.position, kind, outcome.request?.key ?? "", episode, outcome.request?.actor ?? "",
                    outcome.request?.note ?? "", outcome.received.microseconds, outcome.verdict.name,
                ])
        }
    }
}

extension AlertReader {
    /// Newest first, at most a page.
    public func requests(limit: Int = 100) throws(StoreError) -> [StoredRequest] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT position, kind, key, episode, actor, note, received, verdict FROM requests
                    ORDER BY position DESC LIMIT ?
                    """, arguments: [min(max(limit, 1), StoreBounds.pageRows)]
            ).map { row in
                try StoredRequest(
                    position: row.decode(forColumn: "position"), kind: row.decode(forColumn: "kind"),
                    key: row.decode(forColumn: "key"), episode: row.decode(forColumn: "episode"),
                    actor: row.decode(forColumn: "actor"), note: row.decode(forColumn: "note"),
                    received: Timestamp(microseconds: row.decode(forColumn: "received")),
                    verdict: row.decode(forColumn: "verdict"))
            }
        }
    }
}
