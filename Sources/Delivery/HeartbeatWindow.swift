import AlertStore

/// What heartbeats say: the newest published sequence, and which leaves changed lately up to which sequence.
///
/// `changed` is complete for everything after `since`; who has not everything up to `since` asks history.
struct HeartbeatWindow {
    /// Newest published sequence.
    private(set) var head: Int64
    private var since: Int64
    private var heads: [Int64] = []
    private var leaves: [Leaf: Int64] = [:]

    /// Begins after `head`: what was published by an earlier process is not known.
    init(head: Int64) {
        self.head = head
        since = head
    }

    mutating func published(_ leaf: Leaf, seq: Int64) {
        precondition(seq > head, "sequences increase")
        head = seq
        leaves[leaf] = seq
        if leaves.count > 2 * FeedBounds.listedLeaves { cut() }
    }

    /// `{"changed":[{"leaf":"alarm/domain/…/","seq":1042}],"epoch":"7f3a","head":1042,"since":1030}`
    mutating func beat(epoch: String) -> String {
        heads.append(head)
        if heads.count > FeedBounds.heartbeatsListed { since = max(since, heads.removeFirst()) }
        cut()
        let changed = leaves.sorted { $0.value < $1.value }
            .map { #"{"leaf":"\#($0.key.topics[0])","seq":\#($0.value)}"# }.joined(separator: ",")
        return #"{"changed":[\#(changed)],"epoch":"\#(epoch)","head":\#(head),"since":\#(since)}"#
    }

    private mutating func cut() {
        let excess = leaves.count - FeedBounds.listedLeaves
        if excess > 0 { since = max(since, leaves.values.sorted()[excess - 1]) }
        leaves = leaves.filter { $0.value > since }
    }
}
