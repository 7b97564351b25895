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
        /// Of the newest messages that came since the start in the pending epoch, by number; as many as the credit.
        fileprivate var hashes: [UInt64] = []
        fileprivate var hashedFrom: UInt64 = 0

        /// Whether the number came with another body; nil where that is no longer known.
        fileprivate func isOther(_ seq: UInt64, _ hash: UInt64) -> Bool? {
            let count = UInt64(Limits.streamCredit)
            guard !hashes.isEmpty, seq >= hashedFrom, seq <= pending.seq, seq + count > pending.seq else {
                return nil
            }
            return hashes[Int(seq % count)] != hash
        }

        fileprivate mutating func keep(_ hash: UInt64) {
            if hashes.isEmpty { hashes = Array(repeating: 0, count: Limits.streamCredit) }
            hashes[Int(pending.seq % UInt64(Limits.streamCredit))] = hash
        }
    }

    enum Verdict: Equatable {
        /// The next one: decode it, then `advance`.
        case next
        /// At or below the mark; durable already or only on its way. Compared: with the same body.
        case duplicate(durable: Bool, compared: Bool)
        /// At or below the mark, where another body came: two senders use the stream.
        case conflict
        case gap(expected: UInt64)
        case oldEpoch(current: UInt64)
        case busy
        case tooManyStreams
    }

    struct Key: Hashable {
        private let department: ExactName
        private let stream: ExactName

        init(department: String, stream: String) {
            (self.department, self.stream) = (ExactName(department), ExactName(stream))
        }
    }

    private(set) var streams: [Key: Stream] = [:]

    /// Of a message's body, to tell another one under its number: its length and beginning do.
    static func hash(_ body: UnsafeRawBufferPointer) -> UInt64 {
        byteHash(UnsafeRawBufferPointer(rebasing: body.prefix(4096)), seed: UInt64(body.count))
    }

    /// Judges a message's place in its stream. A stream begins at 1, or wherever an unknown one is picked up in a new epoch at 1.
    func judge(_ key: Key, epoch: UInt64, seq: UInt64, hash: UInt64) -> Verdict {
        guard let stream = streams[key] else {
            guard streams.count < Limits.streams else { return .tooManyStreams }
            return seq == 1 ? .next : .gap(expected: 1)
        }
        let pending = stream.pending
        if epoch < pending.epoch { return .oldEpoch(current: pending.epoch) }
        if epoch > pending.epoch { return seq == 1 ? .next : .gap(expected: 1) }
        if seq <= pending.seq {
            let isOther = stream.isOther(seq, hash)
            if isOther == true { return .conflict }
            return .duplicate(
                durable: stream.durable.epoch == epoch && seq <= stream.durable.seq, compared: isOther != nil)
        }
        guard seq == pending.seq + 1 else { return .gap(expected: pending.seq + 1) }
        let ahead = stream.durable.epoch == epoch ? pending.seq - stream.durable.seq : pending.seq
        return ahead >= UInt64(Limits.streamCredit) ? .busy : .next
    }

    mutating func advance(_ key: Key, epoch: UInt64, seq: UInt64, hash: UInt64) {
        let isNew = streams[key]?.pending.epoch != epoch || streams[key]?.hashes.isEmpty ?? true
        streams[key, default: Stream()].pending = Mark(epoch: epoch, seq: seq)
        if isNew { streams[key]!.hashedFrom = seq }
        streams[key]!.keep(hash)
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
        for key in Array(streams.keys) {
            // Those of what is taken back stand where older ones stood.
            if streams[key]!.pending != streams[key]!.durable { streams[key]!.hashes = [] }
            streams[key]!.pending = streams[key]!.durable
        }
    }
}
