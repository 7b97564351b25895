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
}
