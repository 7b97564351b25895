import Events

/// What the engine knows of one source: how far its event time has come, and the timers that wait for it.
struct SourceState: Sendable {
    /// Symbol of `department \0 source`.
    var symbol: Int32
    /// Newest event time, future events left out.
    var newest = Timestamp.distantPast
    var lastReceived: Timestamp
    var timers = TimerHeap()
    /// When the engine looks whether the source has fallen idle; `distantFuture` where it need not.
    var idleDue = Timestamp.distantFuture
    var accepted: Int64 = 0
    var late: Int64 = 0
    var future: Int64 = 0
    var outOfOrder: Int64 = 0

    init(symbol: Int32, lastReceived: Timestamp) {
        self.symbol = symbol
        self.lastReceived = lastReceived
    }

    enum Taken: Equatable {
        case usual
        /// The event lies too far ahead.
        case future
        /// Timers lie before the event, which is newer than all before it: than this one.
        case runsTimers(Timestamp)
    }

    /// Counts an event; `latest`: what lies after it is from the future.
    mutating func take(_ time: Timestamp, _ received: Timestamp, latest: Timestamp) -> Taken {
        accepted += 1
        lastReceived = received
        guard time <= latest else {
            future += 1
            return .future
        }
        guard let timer = timers.first, timer.due < time, time > newest else { return .usual }
        return .runsTimers(newest)
    }
}
