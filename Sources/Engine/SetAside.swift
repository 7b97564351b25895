import Events

/// A state as of one position, set aside while the engine goes on: encoded on another thread, it is the snapshot that the
/// engine would have given then.
///
/// It shares the pages of keys and windows, each of which the engine copies when it first writes to it. All else that is
/// large is made anew at a restore and left out: a copy of it would have to be made at once.
public struct SetAside: Sendable {
    /// So many bytes of a snapshot are in memory at once, or what is not of keys (rules, registry, names): a state of a million keys has
    /// half a gigabyte.
    static let partBytes = 1 << 20

    public let nextPosition: Int64
    private let engine: Engine
    private let symbols: (text: [UInt8], ends: [UInt32])

    init(_ engine: borrowing Engine) {
        var copy = copy engine
        nextPosition = copy.nextPosition
        symbols = (copy.symbols.bytes, copy.symbols.ends)
        copy.symbols = StringTable()
        copy.sourceIndex = SlotIndex()
        copy.receivedTimers = TimerHeap()
        for source in copy.sources.indices { copy.sources[source].timers = TimerHeap() }
        for rule in copy.runtimes.indices { copy.runtimes[rule].leaveOutWhatIsMadeAnew() }
        self.engine = copy
    }

    /// The snapshot's bytes.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        encode { bytes += $0 }
        return bytes
    }

    /// Gives the snapshot's bytes part by part.
    public func encode<E: Error>(to take: ([UInt8]) throws(E) -> Void) throws(E) {
        var out = ByteWriter()
        out.put(Engine.snapshotVersion)
        out.put(Engine.version)
        out.put(engine.ruleSet.encoded())
        out.put(engine.registry.encoded())
        out.put(nextPosition)
        out.put(engine.received)
        out.put(engine.implausible)
        out.put(symbols.text)
        out.put(symbols.ends) { $0.put($1) }
        out.put(engine.sources) { $1.write(to: &$0) }
        try out.drain(from: Self.partBytes, to: take)
        for runtime in engine.runtimes {
            try runtime.write(to: &out) { (out) throws(E) in try out.drain(from: Self.partBytes, to: take) }
        }
        out.put(engine.answered) { $1.write(to: &$0) }
        try out.drain(to: take)
    }
}

extension RuleRuntime {
    fileprivate mutating func leaveOutWhatIsMadeAnew() {
        index = SlotIndex()
        free = FreeSlots()
        composite = nil
        forgetOpen()
    }
}
