/// The batches of one sequenced stream between "given to us" and "acknowledged": what may be sent next, and again.
///
/// Pure bookkeeping: the sender acts on what it says.
struct StreamWindow {
    struct Batch {
        var seq: UInt64
        var events: Int
        var body: [UInt8]
    }

    enum Rewind: Equatable {
        case done
        /// The platform wants what it has acknowledged before, or what we never had.
        case impossible
    }

    /// Most batches that await their acknowledgement.
    private(set) var limit: Int
    private var batches: [Batch] = []
    /// Batches at the front that are out and not refused.
    private var sent = 0
    private(set) var nextSeq: UInt64
    private(set) var resent = 0
    private var highestSent: UInt64 = 0

    init(limit: Int, firstSeq: UInt64) {
        precondition(limit >= 1 && firstSeq >= 1)
        self.limit = limit
        nextSeq = firstSeq
    }

    var isEmpty: Bool { batches.isEmpty }
    var hasRoom: Bool { batches.count < limit }
    /// Out and unanswered.
    var awaited: Int { sent }
    /// The lowest sequence number that is not acknowledged.
    var firstSeq: UInt64 { batches.first?.seq ?? nextSeq }

    /// The platform's credit never widens what the caller asked for.
    mutating func grant(_ credit: Int, asked: Int) { limit = max(1, min(asked, credit)) }

    mutating func add(_ body: [UInt8], events: Int) {
        precondition(hasRoom && events > 0)
        batches.append(Batch(seq: nextSeq, events: events, body: body))
        nextSeq += 1
    }

    /// The next batch to put on the wire; `markSent` follows once it is there.
    var toSend: Batch? { sent < batches.count && sent < limit ? batches[sent] : nil }

    mutating func markSent() {
        precondition(sent < batches.count)
        let seq = batches[sent].seq
        if seq <= highestSent { resent += 1 }
        highestSent = max(highestSent, seq)
        sent += 1
    }

    /// Everything up to `seq` is durable; gives how many events that finished.
    mutating func acknowledge(_ seq: UInt64) -> Int {
        let done = batches.prefix { $0.seq <= seq }
        let events = done.reduce(0) { $0 + $1.events }
        sent = max(0, sent - done.count)
        batches.removeFirst(done.count)
        return events
    }

    /// Sends again from `seq` on; nil: from the first unacknowledged.
    mutating func rewind(to seq: UInt64? = nil) -> Rewind {
        let seq = seq ?? firstSeq
        guard seq >= firstSeq, seq <= nextSeq else { return .impossible }
        sent = min(sent, Int(seq - firstSeq))
        return .done
    }
}
