import Events

/// The whole state as versioned bytes and back. Accumulators are restored bit for bit, never recomputed.
extension Engine {
    static let snapshotVersion: UInt16 = 4
    /// The newest in which a key's being given up followed from its silence.
    static let silentMarksVersion: UInt16 = 3
    /// The oldest that is read: in it the panes of windows counted their samples in eight bytes.
    static let widePanesVersion: UInt16 = 2

    public func snapshot() -> [UInt8] { setAside().encoded() }

    /// The state as of now, to be encoded elsewhere.
    public func setAside() -> SetAside { SetAside(self) }

    /// The state behind the first `skipped` bytes.
    public init(snapshot bytes: [UInt8], skipping skipped: Int = 0) throws(ByteReader.Failure) {
        var r = ByteReader(bytes, from: skipped)
        let format = try r.get(UInt16.self)
        let (oldest, newest) = (Self.widePanesVersion, Self.snapshotVersion)
        guard format >= oldest, format <= newest else {
            throw .invalid(what: "snapshot of form \(format), while this engine reads \(oldest) to \(newest)", at: 0)
        }
        _ = try r.get(UInt32.self)
        self.init(ruleSet: try RuleSet(decoding: try r.getBytes()), registry: try Registry(decoding: try r.getBytes()))
        nextPosition = try r.get()
        received = try r.getTimestamp()
        implausible = try r.get()
        let text = try r.getBytes()
        let ends = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try r.get(UInt32.self) }
        guard let table = StringTable(bytes: text, ends: ends) else { throw .invalid(what: "symbols", at: r.offset) }
        symbols = table
        sources = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try SourceState(from: &r) }
        for rule in runtimes.indices { try runtimes[rule].restore(from: &r, version: format) }
        answered = try r.getList { (r: inout ByteReader) throws(ByteReader.Failure) in try RequestOutcome(from: &r) }
        guard r.remaining == 0, isConsistent else { throw .invalid(what: "snapshot", at: r.offset) }
        for (index, source) in sources.enumerated() {
            sourceIndex.insert(SlotIndex.key(source.symbol, exercise: false), slot: Int32(index))
        }
        resolveNames()
        restoreTimers()
    }

    /// The next position of a snapshot, without reading the rest of it.
    public static func nextPosition(
        ofSnapshot bytes: [UInt8], skipping skipped: Int = 0
    ) throws(ByteReader.Failure) -> Int64 {
        var r = ByteReader(bytes, from: skipped)
        let format = try r.get(UInt16.self)
        guard format >= widePanesVersion, format <= snapshotVersion else {
            throw .invalid(what: "snapshot of form \(format)", at: 0)
        }
        _ = try r.get(UInt32.self)
        for _ in 0..<2 { _ = try r.getBytes() }
        return try r.get()
    }

    /// Whether every number points at something.
    private var isConsistent: Bool {
        func isSymbol(_ number: Int32) -> Bool { number >= -1 && Int(number) < symbols.count }
        var seen = Set<Int32>()
        guard sources.allSatisfy({ $0.symbol >= 0 && isSymbol($0.symbol) && seen.insert($0.symbol).inserted })
        else { return false }
        for runtime in runtimes {
            for slot in 0..<runtime.keys.count where !runtime.keys.isBlank(slot) {
                let state = runtime.keys.read(slot)[0]
                guard isSymbol(state.key), isSymbol(state.subject), isSymbol(state.area), state.source >= -1,
                    Int(state.source) < sources.count, state.armedOn >= -1, Int(state.armedOn) < sources.count,
                    (state.source >= 0) == (state.sources.newest >= 0),
                    state.sources.isSound(among: sources.count), state.registered >= -1,
                    Int(state.registered) < registry.subjects.count, state.level <= 4, state.peak <= 4
                else { return false }
                var isHeldSound = true
                runtime.forEachHeld(slot) { reading in
                    isHeldSound =
                        isHeldSound && isSymbol(reading.subject) && isSymbol(reading.area) && isSymbol(reading.event)
                        && sources.indices.contains(Int(reading.source))
                }
                guard isHeldSound else { return false }
            }
        }
        return true
    }

    private mutating func restoreTimers() {
        for (index, source) in sources.enumerated() where source.idleDue != .distantFuture {
            receivedTimers.push(EngineTimer(due: source.idleDue, rule: -1, slot: Int32(index)))
        }
        for rule in runtimes.indices {
            if runtimes[rule].calendarDue != .distantFuture {
                let timer = EngineTimer(due: runtimes[rule].calendarDue, rule: Int32(rule), slot: -1)
                receivedTimers.push(timer)
            }
            for slot in 0..<runtimes[rule].keys.count where !runtimes[rule].keys.isBlank(slot) {
                let state = runtimes[rule].keys.read(slot)[0]
                guard state.key >= 0 else { continue }
                if state.armedDue != .distantFuture, state.armedOn >= 0 {
                    let timer = EngineTimer(due: state.armedDue, rule: Int32(rule), slot: slot)
                    sources[Int(state.armedOn)].timers.push(timer)
                }
                if state.receivedDue != .distantFuture {
                    receivedTimers.push(EngineTimer(due: state.receivedDue, rule: Int32(rule), slot: slot))
                }
            }
        }
    }
}

extension SourceState {
    func write(to out: inout ByteWriter) {
        out.put(symbol)
        for moment in [newest, lastReceived, idleDue] { out.put(moment) }
        for number in [accepted, late, future, outOfOrder] { out.put(number) }
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        symbol = try r.get()
        newest = try r.getTimestamp()
        lastReceived = try r.getTimestamp()
        idleDue = try r.getTimestamp()
        accepted = try r.get()
        late = try r.get()
        future = try r.get()
        outOfOrder = try r.get()
    }
}

extension RuleRuntime {
    /// `each` is called after each key.
    func write<E: Error>(to out: inout ByteWriter, each: (inout ByteWriter) throws(E) -> Void) throws(E) {
        for field in RuleCounters.fields { out.put(counters[keyPath: field]) }
        out.put(revision)
        out.put(calendarDue)
        out.put(keys.count)
        out.put(livePerPage.reduce(0, +))
        for slot in 0..<keys.count where keys.read(slot)[0].key >= 0 {
            out.put(slot)
            keys.read(slot)[0].write(to: &out)
            cells?.write(slot, to: &out)
            writeHeld(slot, to: &out)
            for case let window? in windows {
                out.put(raw: UnsafeRawBufferPointer(start: window.read(slot), count: window.cellSize * 8))
            }
            try each(&out)
        }
        if prepared.keepsPoints { points?.write(to: &out) }
    }

    /// Most slots that a snapshot may speak of: beyond what any rule may ask for, below what would exhaust memory.
    private static let maximumSlots: Int32 = 1 << 24

    mutating func restore(from r: inout ByteReader, version: UInt16) throws(ByteReader.Failure) {
        for field in RuleCounters.fields { counters[keyPath: field] = try r.get() }
        revision = try r.get()
        calendarDue = try r.getTimestamp()
        let count = try r.get(Int32.self)
        let live = try r.get(Int32.self)
        guard count >= 0, count <= Self.maximumSlots, live >= 0, live <= count, Int(live) <= r.remaining
        else { throw .truncated(at: r.offset) }
        keys.resize(to: count)
        for value in windows.indices where count > 0 { windows[value]?.reserve(count - 1) }
        if count > 0 { cells?.reserve(count - 1) }
        var last: Int32 = -1
        var unused: [Int32] = []
        for _ in 0..<live {
            let slot = try r.get(Int32.self)
            guard slot > last, slot < count else { throw .invalid(what: "slot of \(rule.id)", at: r.offset) }
            unused.append(contentsOf: (last + 1)..<slot)
            last = slot
            try restore(slot, from: &r, version: version)
        }
        unused.append(contentsOf: (last + 1)..<count)
        free = FreeSlots(ascending: unused)
        if count > 0 { countLive(count - 1, 0) }
        if prepared.keepsPoints { try points?.restore(from: &r) }
    }

    private mutating func restore(
        _ slot: Int32, from r: inout ByteReader, version: UInt16
    ) throws(ByteReader.Failure) {
        var state = try KeyState(from: &r)
        if version > Engine.silentMarksVersion {
            state.isGivenUp = try r.getBool()
        } else {
            state.isGivenUp = state.isSilent && state.hasActedOnSilence && rule.noData?.action == .resolve
        }
        // Earlier engines kept it.
        if state.isGivenUp { state.score = .nan }
        let key = SlotIndex.key(state.key, exercise: state.exercise)
        guard state.key >= 0, index.find(key) == nil else {
            throw .invalid(what: "key of \(rule.id)", at: r.offset)
        }
        keys[slot] = state
        if state.isSilent { silentKeys += 1 }
        index.insert(key, slot: slot)
        countLive(slot, 1)
        noteOpen(slot)
        try cells?.restore(slot, from: &r)
        try restoreHeld(slot, from: &r)
        for value in windows.indices {
            guard windows[value] != nil else { continue }
            try windows[value]!.restore(slot, from: &r, version: version)
            guard windows[value]!.isPlausible(slot) else { throw .invalid(what: "window of \(rule.id)", at: r.offset) }
        }
    }
}

extension KeyState {
    func write(to out: inout ByteWriter) {
        for number in [key, subject, area, source, registered, armedOn] { out.put(number) }
        sources.write(to: &out)
        for flag in [exercise, isSilent, hasActedOnSilence] { out.put(flag) }
        for byte in [level, peak] { out.put(byte) }
        for moment in [newest, lastReceived, armedDue, receivedDue, startedAt, silentSince] { out.put(moment) }
        out.put(position)
        for number in [longitude, latitude, held, score] { out.put(number) }
        for level in Level.allCases {
            out.put(rungs[level].phase.rawValue)
            out.put(rungs[level].since)
        }
        for id in [episode, silence] {
            out.put(id.position)
            out.put(id.ordinal)
        }
        told.write(to: &out)
        silenceTold.write(to: &out)
        out.put(isFlapping)
        out.put(history.word)
        out.put(isGivenUp)
    }

    init(from r: inout ByteReader) throws(ByteReader.Failure) {
        self = .free
        key = try r.get()
        subject = try r.get()
        area = try r.get()
        source = try r.get()
        registered = try r.get()
        armedOn = try r.get()
        sources = try KeySources(from: &r)
        exercise = try r.getBool()
        isSilent = try r.getBool()
        hasActedOnSilence = try r.getBool()
        level = try r.get()
        peak = try r.get()
        newest = try r.getTimestamp()
        lastReceived = try r.getTimestamp()
        armedDue = try r.getTimestamp()
        receivedDue = try r.getTimestamp()
        startedAt = try r.getTimestamp()
        silentSince = try r.getTimestamp()
        position = try r.get()
        longitude = try r.getDouble()
        latitude = try r.getDouble()
        held = try r.getDouble()
        score = try r.getDouble()
        for level in Level.allCases {
            let phase = try r.getCase(RungState.Phase.self)
            rungs[level] = RungState(phase: phase, since: try r.getTimestamp())
        }
        episode = DecisionID(position: try r.get(), ordinal: try r.get())
        silence = DecisionID(position: try r.get(), ordinal: try r.get())
        told = try Told(from: &r)
        silenceTold = try Told(from: &r)
        isFlapping = try r.getBool()
        guard let history = LevelHistory(word: try r.get()) else { throw .invalid(what: "level history", at: r.offset) }
        self.history = history
    }
}
