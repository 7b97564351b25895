import Events

/// The high-water marks of the sequenced streams: what is durable and what is on its way.
struct StreamTable {
    struct Mark: Comparable, Sendable {
        var epoch: UInt64 = 0
        var seq: UInt64 = 0

        static func < (a: Self, b: Self) -> Bool { (a.epoch, a.seq) < (b.epoch, b.seq) }
    }

    struct Stream: Equatable, Sendable {
        var durable = Mark()
        var pending = Mark()
    }

    enum Verdict: Equatable {
        /// The next one: decode it, then `advance`.
        case next
        /// At or below the mark; durable already or only on its way.
        case duplicate(durable: Bool)
        case gap(expected: UInt64)
        case oldEpoch(current: UInt64)
        case busy
        case tooManyStreams
    }

    struct Key: Hashable {
        var department: String
        var stream: String
    }

    private(set) var streams: [Key: Stream] = [:]

    /// Judges a message's place in its stream. A stream begins at 1, or wherever an unknown one is picked up in a new epoch at 1.
    func judge(_ key: Key, epoch: UInt64, seq: UInt64) -> Verdict {
        guard let stream = streams[key] else {
            guard streams.count < Limits.streams else { return .tooManyStreams }
            return seq == 1 ? .next : .gap(expected: 1)
        }
        let pending = stream.pending
        if epoch < pending.epoch { return .oldEpoch(current: pending.epoch) }
        if epoch > pending.epoch { return seq == 1 ? .next : .gap(expected: 1) }
        if seq <= pending.seq {
            return .duplicate(durable: stream.durable.epoch == epoch && seq <= stream.durable.seq)
        }
        guard seq == pending.seq + 1 else { return .gap(expected: pending.seq + 1) }
        let ahead = stream.durable.epoch == epoch ? pending.seq - stream.durable.seq : pending.seq
        return ahead >= UInt64(Limits.streamCredit) ? .busy : .next
    }

    mutating func advance(_ key: Key, epoch: UInt64, seq: UInt64) {
        streams[key, default: Stream()].pending = Mark(epoch: epoch, seq: seq)
    }

    /// Marks only rise: the journal's rows, shown after its marks, may lie far behind them.
    mutating func makeDurable(_ key: Key, epoch: UInt64, seq: UInt64) {
        let mark = Mark(epoch: epoch, seq: seq)
        var stream = streams[key] ?? Stream()
        stream.durable = max(stream.durable, mark)
        stream.pending = max(stream.pending, mark)
        streams[key] = stream
    }

    /// After a failed commit: nothing is on its way.
    mutating func revert() {
        for key in Array(streams.keys) { streams[key]!.pending = streams[key]!.durable }
    }
}
