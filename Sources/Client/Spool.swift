import Events
import Foundation
import GRDB
import Synchronization

/// The messages of one sequenced stream on disk from "sealed" to "acknowledged": whoever is killed meanwhile, each is
/// delivered once and in order.
///
/// For one process at a time; in it one thread may append while another sends.
public final class Spool: Sendable {
    public struct Message: Equatable, Sendable {
        /// Ascending without a gap, for ever.
        public var id: Int64
        public var events: Int
        /// NDJSON.
        public var body: [UInt8]
    }

    /// An event that the platform will never take.
    public struct Refused: Equatable, Sendable {
        public var event: String
        public var code: String
        public var field: String
        public var reason: String

        public init(event: String, code: String, field: String, reason: String) {
            self.event = event
            self.code = code
            self.field = field
            self.reason = reason
        }
    }

    /// How many refused events are kept in full; all are counted.
    public static let maximumRefused = 1000

    /// What is in the spool and what has left it, since it was made.
    public struct Counts: Equatable, Sendable {
        public var messages = 0
        public var events = 0
        public var bytes = 0
        /// Events that were acknowledged, refused ones among them.
        public var answered = 0
        public var refused = 0
        /// How often the stream began anew because the platform's data were no longer those that had acknowledged.
        public var restarts = 0
        /// Of the newest sealed and the newest acknowledged message: how far its input was read; empty before the first.
        public var sealed = ""
        public var acknowledged = ""

        public init() {}
    }

    /// An earlier epoch, of which messages wait that can have been sent under it.
    private struct Past: Equatable {
        var epoch: UInt64
        /// Ids of the message before its first and of the newest that can have been sent.
        var base: Int64
        var sent: Int64
    }

    /// Each is a change of the platform while the same messages waited; what is older is forgotten, and sent again.
    static let maximumPast = 16

    private struct State {
        /// 0 until the platform was asked for the first time.
        var epoch: UInt64 = 0
        /// Id of the message before the epoch's first.
        var base: Int64 = 0
        var next: Int64 = 1
        /// Id of the newest acknowledged message.
        var acknowledged: Int64 = 0
        var counts = Counts()
        /// Id of the newest message that can have been sent: what was in it when it was opened and before that was, until the platform
        /// has known it; nil since then: all can have been.
        var sent: Int64?
        /// The oldest first. A mark of one of these, too, says what the platform has.
        var past: [Past] = []

        var current: Past { Past(epoch: epoch, base: base, sent: sent ?? next - 1) }
    }

    public let path: String
    public let stream: String
    private let maximumBytes: Int
    private let queue: DatabaseQueue
    private let state: Mutex<State>

    /// Opens the spool, or makes it. `maximumBytes` of bodies may wait; one message always may.
    public init(path: String, stream: String, maximumBytes: Int) throws(SpoolError) {
        self.path = path
        self.stream = stream
        self.maximumBytes = maximumBytes
        let (queue, found) = try onSpool(path) {
            let queue = try SpoolSchema.open(path, stream: stream)
            return (queue, try queue.read { try Self.load($0) })
        }
        guard ExactName(found.stream) == ExactName(stream) else { throw .otherStream(path: path, stream: found.stream) }
        self.queue = queue
        state = Mutex(found.state)
        guard found.state.sent == nil else { return }
        // What is put in from now on is not sent until the platform has known what was before.
        try change { (state, _) in state.sent = state.next - 1 }
    }

    public var counts: Counts { state.withLock { $0.counts } }

    /// Makes messages durable, with how far their input has been read then. False where there is no room: nothing was kept.
    public func append(_ messages: [(body: [UInt8], events: Int)], sealed: String) throws(SpoolError) -> Bool {
        try change { (state, database) in
            let bytes = messages.reduce(0) { $0 + $1.body.count }
            guard messages.isEmpty || state.counts.messages == 0 || state.counts.bytes + bytes <= maximumBytes else {
                return false
            }
            for message in messages {
                try database.execute(
                    sql: "INSERT INTO messages VALUES(?, ?, ?, ?)",
                    arguments: [state.next, message.events, sealed, Data(message.body)])
                state.next += 1
                state.counts.messages += 1
                state.counts.events += message.events
            }
            state.counts.bytes += bytes
            state.counts.sealed = sealed
            return true
        }
    }

    /// The message after one; nil where there is none yet.
    public func message(after id: Int64) throws(SpoolError) -> Message? {
        try onSpool(path) {
            try queue.read { database in
                try Row.fetchOne(
                    database, sql: "SELECT id, events, body FROM messages WHERE id > ? ORDER BY id LIMIT 1",
                    arguments: [id]
                ).map { row in
                    Message(id: row["id"], events: row["events"], body: [UInt8](row["body"] as Data))
                }
            }
        }
    }

    /// Removes what is durable on the platform, up to a number of the epoch, and keeps what it refused.
    public func acknowledge(_ seq: UInt64, refused: [Refused]) throws(SpoolError) {
        try change { (state, database) in
            try Self.remove(upTo: state.base + Int64(seq), &state, database)
            for event in refused {
                try database.execute(
                    sql: "INSERT INTO refused(event, code, field, reason) VALUES(?, ?, ?, ?)",
                    arguments: [event.event, event.code, event.field, event.reason])
            }
            guard !refused.isEmpty else { return }
            state.counts.refused += refused.count
            try database.execute(
                sql: "DELETE FROM refused WHERE id <= (SELECT max(id) FROM refused) - \(Self.maximumRefused)")
        }
    }

    /// The newest refused events, newest first.
    public func refused(limit: Int) throws(SpoolError) -> [Refused] {
        try onSpool(path) {
            try queue.read { database in
                try Row.fetchAll(
                    database, sql: "SELECT event, code, field, reason FROM refused ORDER BY id DESC LIMIT ?",
                    arguments: [limit]
                ).map { Refused(event: $0["event"], code: $0["code"], field: $0["field"], reason: $0["reason"]) }
            }
        }
    }

    /// Brings the spool and the platform's mark of its stream together: which epoch to go on in, after which number, and the
    /// id of that message.
    ///
    /// Throws where another sender must have used the stream's name. A platform whose data are not those that acknowledged (they
    /// were restored or made anew, or it is another one) gets under the next epoch what is left here and not known to be there.
    public func meet(_ mark: StreamMark) throws -> (epoch: UInt64, seq: UInt64, id: Int64) {
        let verdict = state.withLock { Self.judge(mark, $0) }
        guard verdict != .stranger else {
            let known = state.withLock { $0.epoch > 0 }
            throw known
                ? SendFailure.otherSender(stream: stream) : .sentBeforeSpool(stream: stream, messages: mark.seq)
        }
        return try change { (state, database) in
            switch verdict {
            case .first: state.epoch = mark.epoch + 1
            case .goesOn(let id): try Self.remove(upTo: id, &state, database)
            case .restarts(let id):
                let past = state.current
                try Self.remove(upTo: id, &state, database)
                if past.sent > state.acknowledged { state.past = (state.past + [past]).suffix(Self.maximumPast) }
                state.epoch += 1
                state.base = state.acknowledged
                state.counts.restarts += 1
            case .stranger: preconditionFailure("thrown above")
            }
            state.sent = nil
            return (state.epoch, UInt64(state.acknowledged - state.base), state.acknowledged)
        }
    }

    private enum Verdict: Equatable {
        case first
        /// The platform has what comes up to the message with this id.
        case goesOn(id: Int64)
        case restarts(id: Int64)
        /// The mark says what was never sent from here.
        case stranger
    }

    private static func judge(_ mark: StreamMark, _ state: State) -> Verdict {
        guard state.epoch > 0 else { return mark.seq == 0 ? .first : .stranger }
        if mark.epoch > state.epoch { return .stranger }
        var id: Int64 = 0
        if let known = (state.past + [state.current]).first(where: { $0.epoch == mark.epoch }) {
            guard mark.seq <= UInt64(known.sent - known.base) else { return .stranger }
            id = known.base + Int64(mark.seq)
        }
        if mark.epoch == state.epoch, id >= state.acknowledged { return .goesOn(id: id) }
        // Under another base a number would be that of another message: who has something of this epoch would be misread.
        let isUnused = mark.epoch < state.epoch && state.acknowledged == state.base && id <= state.acknowledged
        return isUnused ? .goesOn(id: state.acknowledged) : .restarts(id: id)
    }

    private static func remove(upTo id: Int64, _ state: inout State, _ database: Database) throws {
        precondition(id < state.next, "acknowledged and never sealed")
        guard id > state.acknowledged else { return }
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT count(*) AS messages, sum(events) AS events, sum(length(body)) AS bytes,
                    (SELECT place FROM messages WHERE id = :id) AS place FROM messages WHERE id <= :id
                """, arguments: ["id": id])
        guard let row else { return }
        try database.execute(sql: "DELETE FROM messages WHERE id <= ?", arguments: [id])
        state.acknowledged = id
        state.past.removeAll { $0.sent <= id }
        state.counts.messages -= row["messages"] as Int
        state.counts.events -= row["events"] as Int
        state.counts.bytes -= row["bytes"] as Int
        state.counts.answered += row["events"] as Int
        state.counts.acknowledged = row["place"]
    }

    /// Changes state and file in one transaction that is on disk when this returns; a failure changes neither.
    private func change<T: Sendable>(_ body: (inout State, Database) throws -> T) throws(SpoolError) -> T {
        try state.withLock { (state) throws(SpoolError) in
            var next = state
            let result = try onSpool(path) {
                var result: T?
                try queue.inTransaction(.immediate) { database in
                    result = try body(&next, database)
                    try database.execute(
                        sql: """
                            UPDATE stream SET epoch = ?, base = ?, next = ?, acknowledged = ?, sealed_place = ?,
                                acknowledged_place = ?, answered = ?, refused = ?, restarts = ?, sent = ?
                            """,
                        arguments: [
                            Int64(next.epoch), next.base, next.next, next.acknowledged, next.counts.sealed,
                            next.counts.acknowledged, next.counts.answered, next.counts.refused, next.counts.restarts,
                            next.sent,
                        ])
                    if next.past != state.past { try Self.write(next.past, database) }
                    return .commit
                }
                guard let result else { preconditionFailure("a transaction that committed has a result") }
                return result
            }
            state = next
            return result
        }
    }

    private static func write(_ past: [Past], _ database: Database) throws {
        try database.execute(sql: "DELETE FROM past")
        for past in past {
            try database.execute(
                sql: "INSERT INTO past VALUES(?, ?, ?)", arguments: [Int64(past.epoch), past.base, past.sent])
        }
    }

    private static func load(_ database: Database) throws -> (stream: String, state: State) {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM stream"),
            let waiting = try Row.fetchOne(
                database,
                sql: """
                    SELECT count(*) AS messages, coalesce(sum(events), 0) AS events, coalesce(min(events), 1) AS least,
                        min(id) AS first, max(id) AS last, coalesce(sum(length(body)), 0) AS bytes FROM messages
                    """)
        else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "no stream row") }
        let (epoch, base, acknowledged, next): (Int64, Int64, Int64, Int64) =
            (row["epoch"], row["base"], row["acknowledged"], row["next"])
        let sent: Int64? = row["sent"]
        let past = try Row.fetchAll(database, sql: "SELECT epoch, base, sent FROM past ORDER BY epoch").map {
            (epoch: $0["epoch"] as Int64, base: $0["base"] as Int64, sent: $0["sent"] as Int64)
        }
        let possible = 0...Int64(Limits.streamNumber)
        // Of an empty spool, what stands for the first and last message that wait.
        let (first, last) = (waiting["first"] as Int64? ?? acknowledged &+ 1, waiting["last"] as Int64? ?? acknowledged)
        guard possible ~= epoch, possible ~= base, possible ~= next, base <= acknowledged,
            sent.map({ $0 >= acknowledged && $0 < next }) ?? true,
            past.allSatisfy({
                $0.epoch >= 1 && $0.epoch < epoch && (0...acknowledged).contains($0.base) && $0.sent > acknowledged
                    && $0.sent < next
            }),
            (["answered", "refused", "restarts"].allSatisfy { possible ~= row[$0] as Int64 }),
            possible ~= waiting["events"], waiting["least"] as Int64 >= 1, first == acknowledged &+ 1, last == next - 1,
            waiting["messages"] as Int64 == last - acknowledged
        else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "its numbers contradict each other") }
        var state = State(epoch: UInt64(epoch), base: base, next: next, acknowledged: acknowledged)
        state.sent = sent
        state.past = past.map { Past(epoch: UInt64($0.epoch), base: $0.base, sent: $0.sent) }
        (state.counts.messages, state.counts.events, state.counts.bytes) =
            (waiting["messages"], waiting["events"], waiting["bytes"])
        (state.counts.answered, state.counts.refused, state.counts.restarts) =
            (row["answered"], row["refused"], row["restarts"])
        (state.counts.sealed, state.counts.acknowledged) = (row["sealed_place"], row["acknowledged_place"])
        return (row["name"], state)
    }
}
