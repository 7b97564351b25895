import Events
import GRDB

/// A stored notice as the feed sends it.
public struct StoredNotice: Equatable, Sendable {
    public var seq: Int64
    /// The sequence before it in its leaf; 0 for the first.
    public var prev: Int64
    public var leaf: Leaf
    /// JSON.
    public var body: String
}

/// One page of history: everything after the asked sequence up to and including `next`, without gap.
public struct NoticePage: Equatable, Sendable {
    public var notices: [StoredNotice]
    /// Ask on from here.
    public var next: Int64
    /// There may be more after `next`.
    public var more: Bool
}

extension AlertReader {
    /// Notices after `since` under any of the topic prefixes (none: all), at most `limit` or about 4 MiB. Throws `changed` at a
    /// notice that is not what was stored.
    ///
    /// Scans in short transactions; a page may hold fewer than `limit`, even none, and still have `more`.
    public func notices(since: Int64, topics: [String] = [], limit: Int = 1000) throws(StoreError) -> NoticePage {
        let limit = min(max(limit, 1), StoreBounds.pageRows)
        var page = NoticePage(notices: [], next: since, more: true)
        var bytes = 0
        for _ in 0..<StoreBounds.historyScans {
            let rows = try scan(since: page.next)
            for notice in rows {
                page.next = notice.seq
                guard notice.leaf.matches(topics) else { continue }
                page.notices.append(notice)
                bytes += notice.body.utf8.count
                if page.notices.count == limit || bytes >= StoreBounds.pageBytes { return page }
            }
            guard rows.count == StoreBounds.pageRows else {
                page.more = false
                return page
            }
        }
        return page
    }

    private func scan(since: Int64) throws(StoreError) -> [StoredNotice] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT seq, prev, kind, exercise, domain, level, area, body, hash FROM notices
                    WHERE seq > ? ORDER BY seq LIMIT ?
                    """, arguments: [since, StoreBounds.pageRows]
            ).map { try storedNotice($0, path: path) }
        }
    }

    /// Notices of decisions after one, by decision: an order that a store made anew from the journal keeps, whatever its epoch.
    public func notices(
        after id: DecisionID, limit: Int
    ) throws(StoreError) -> [(id: DecisionID, notice: StoredNotice)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT seq, position, ordinal, prev, kind, exercise, domain, level, area, body, hash FROM notices
                    WHERE (position, ordinal) > (?, ?) ORDER BY position, ordinal LIMIT ?
                    """, arguments: [id.position, id.ordinal, limit]
            ).map { (id: try storedID($0), notice: try storedNotice($0, path: path)) }
        }
    }

    /// The newest notice's decision and sequence; nil before the first.
    public func newestNotice() throws(StoreError) -> (id: DecisionID, seq: Int64)? {
        try read { database in
            try Row.fetchOne(
                database,
                sql: "SELECT seq, position, ordinal FROM notices ORDER BY position DESC, ordinal DESC LIMIT 1"
            ).map { (id: try storedID($0), seq: try $0.decode(forColumn: "seq")) }
        }
    }

    /// Sequence of the newest notice of a decision up to `id`; 0: there is none.
    public func sequence(upTo id: DecisionID) throws(StoreError) -> Int64 {
        try read { database in
            try Int64.fetchOne(
                database,
                sql: """
                    SELECT seq FROM notices WHERE (position, ordinal) <= (?, ?) ORDER BY position DESC, ordinal DESC LIMIT 1
                    """, arguments: [id.position, id.ordinal]) ?? 0
        }
    }

    private func storedID(_ row: Row) throws -> DecisionID {
        try DecisionID(position: row.decode(forColumn: "position"), ordinal: row.decode(forColumn: "ordinal"))
    }

    /// Leaves whose newest notice is after `since`, by that sequence, at most a page.
    public func leaves(changedSince since: Int64) throws(StoreError) -> [(leaf: Leaf, seq: Int64)] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT kind, exercise, domain, level, area, seq FROM leaves WHERE seq > ? ORDER BY seq LIMIT ?
                    """, arguments: [since, StoreBounds.pageRows]
            ).map { (leaf: try storedLeaf($0), seq: try $0.decode(forColumn: "seq")) }
        }
    }
}

/// Throws `changed` where the notice does not fit its checksum, which those of earlier software lack.
func storedNotice(_ row: Row, path: String) throws -> StoredNotice {
    let notice = try StoredNotice(
        seq: row.decode(forColumn: "seq"), prev: row.decode(forColumn: "prev"), leaf: storedLeaf(row),
        body: row.decode(forColumn: "body"))
    let hash: Int64? = try row.decode(forColumn: "hash")
    guard hash == nil || hash == NoticeHash.of(notice) else {
        throw StoreError.changed(path: path, seq: notice.seq)
    }
    return notice
}

func storedLeaf(_ row: Row) throws -> Leaf {
    try Leaf(
        kind: row.decode(forColumn: "kind"), exercise: row.decode(forColumn: "exercise"),
        domain: row.decode(forColumn: "domain"), level: storedLevel(row.decode(forColumn: "level")),
        area: row.decode(forColumn: "area"))
}
