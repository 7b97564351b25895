import Events

/// What consumers were told of one episode, and why they were not told the rest.
struct Told: BitwiseCopyable, Equatable {
    /// A raise was sent; from then on the end will be, too.
    var isAnnounced = false
    /// The level last sent, and whether it was sent as flapping.
    var level: UInt8 = 0
    var isFlapping = false
    /// Why the newest decision about the level was not sent; `none` where it was.
    var withheld = Decision.Withheld.none
    var isAcknowledged = false
    /// The notices that nobody acknowledged, or handled, were decided.
    var isUnacknowledged = false
    var isUnhandled = false
    /// Stamp at which the episode was first told at a level that people must answer; their time runs from here.
    var answerableFrom = Timestamp.distantFuture

    var isAnswerable: Bool { answerableFrom < .distantFuture }
}

extension Told {
    func write(to out: inout ByteWriter) {
        for flag in [isAnnounced, isFlapping, isAcknowledged, isUnacknowledged, isUnhandled] { out.put(flag) }
        out.put(level)
        out.put(withheld.rawValue)
        out.put(answerableFrom)
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        isAnnounced = try r.getBool()
        isFlapping = try r.getBool()
        isAcknowledged = try r.getBool()
        isUnacknowledged = try r.getBool()
        isUnhandled = try r.getBool()
        level = try r.get()
        withheld = try r.getCase(Decision.Withheld.self)
        answerableFrom = try r.getTimestamp()
        guard level <= 4 else { throw .invalid(what: "level told", at: r.offset) }
    }
}
