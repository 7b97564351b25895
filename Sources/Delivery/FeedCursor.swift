/// Where a consumer stands in the feed: decides for each notice and heartbeat whether to take, discard, or ask history.
///
/// Pure: the caller owns sockets and clock. After `.ask` it asks history since `seq`, judges each notice of the answers
/// with `history`, and reports each answer with `caughtUp`.
public struct FeedCursor: Equatable, Sendable {
    public enum Because: String, Equatable, Sendable {
        case gap, epochChanged, heartbeatsMissed
    }

    public enum Step: Equatable, Sendable {
        case take
        /// Had it already: a copy under another topic tree, or covered by history.
        case discard
        case ask(because: Because)
    }

    /// Heartbeats come each second; after this many silent seconds the connection is in doubt.
    public static let missedHeartbeats: Int64 = 3

    public private(set) var epoch: String
    /// Everything that matches the subscription up to here was taken; to be kept together with `leaves`.
    public private(set) var seq: Int64
    /// The newest sequence taken of each leaf after `seq`; emptied by each heartbeat that finds no gap.
    public private(set) var leaves: [String: Int64] = [:]
    private var heardMilliseconds: Int64

    public init(epoch: String, seq: Int64, nowMilliseconds: Int64) {
        self.epoch = epoch
        self.seq = seq
        heardMilliseconds = nowMilliseconds
    }

    /// A live notice with the predecessor of its leaf.
    ///
    /// A predecessor after `seq` must have been taken itself; that another leaf is further on proves nothing.
    public mutating func notice(epoch: String, seq: Int64, prev: Int64, leaf: String) -> Step {
        guard epoch == self.epoch else { return .ask(because: .epochChanged) }
        let known = leaves[leaf] ?? self.seq
        guard seq > known else { return .discard }
        guard prev <= known else { return .ask(because: .gap) }
        leaves[leaf] = seq
        return .take
    }

    /// A heartbeat with the newest published sequence, and the leaves that the consumer subscribes to and that changed
    /// after `since`.
    public mutating func heartbeat(
        epoch: String, head: Int64, since: Int64, changed: [(leaf: String, seq: Int64)], nowMilliseconds: Int64
    ) -> Step {
        let silent = silence(nowMilliseconds: nowMilliseconds)
        heardMilliseconds = nowMilliseconds
        guard epoch == self.epoch else { return .ask(because: .epochChanged) }
        if let silent { return silent }
        guard seq >= since else { return .ask(because: .gap) }
        guard changed.allSatisfy({ $0.seq <= leaves[$0.leaf] ?? seq }) else { return .ask(because: .gap) }
        seq = max(seq, head)
        leaves = leaves.filter { $0.value > seq }
        return .discard
    }

    /// nil while heartbeats come.
    public func silence(nowMilliseconds: Int64) -> Step? {
        nowMilliseconds - heardMilliseconds >= Self.missedHeartbeats * 1000 ? .ask(because: .heartbeatsMissed) : nil
    }

    /// Whether a notice out of a history answer is new; history is complete, so no predecessor is asked for.
    public mutating func history(seq: Int64, leaf: String) -> Step {
        guard seq > leaves[leaf] ?? self.seq else { return .discard }
        leaves[leaf] = seq
        return .take
    }

    /// An answer was worked through: everything up to its `next` is taken.
    public mutating func caughtUp(next: Int64, nowMilliseconds: Int64) {
        seq = max(seq, next)
        leaves = leaves.filter { $0.value > seq }
        heardMilliseconds = nowMilliseconds
    }

    /// Where a consumer stood when it ended.
    public init(_ place: FeedPlace, nowMilliseconds: Int64) {
        self.init(epoch: place.epoch, seq: place.seq, nowMilliseconds: nowMilliseconds)
        leaves = place.leaves
    }

    public var place: FeedPlace { FeedPlace(epoch: epoch, seq: seq, leaves: leaves) }

    /// The store was made anew: begin at its start.
    public mutating func restart(epoch: String, nowMilliseconds: Int64) {
        self = FeedCursor(epoch: epoch, seq: 0, nowMilliseconds: nowMilliseconds)
    }
}
