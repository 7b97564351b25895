import Events

/// One rule with the state of all its keys; what every reading asks for stands first, side by side.
struct RuleRuntime: Sendable {
    private(set) var prepared: PreparedRule
    /// Made of `prepared`; only a test changes it, to compare the short way with the long one.
    var plan: RulePlan
    /// How often in a row a subject's slot was the one it has in another rule, up to `sure`; costs or saves time only.
    var inStep: UInt8 = 0
    /// Symbol of the input's unit, −1 for any; resolved once.
    var unitSymbol: Int32 = -1
    /// Indexes of which this rule is a part.
    var feeds: [Int32] = []
    /// One for each value that is a window.
    var windows: [WindowCells?]
    var keys = Pages<KeyState>(blank: .free)
    var index = SlotIndex()
    var counters = RuleCounters()
    var free = FreeSlots()
    /// Keys in each page of slots.
    var livePerPage: [Int32] = []
    /// Slots in which an episode runs, in no order; rebuilt from the keys at a restart.
    private(set) var open: [Int32] = []
    /// How many activations have changed the rule, its first included.
    var revision: Int32 = 1
    /// Rules that inhibit this one, and rules that this one inhibits.
    var inhibitors: [Engine.Inhibitor] = []
    var inhibited: [Int32] = []
    var calendar: Engine.ZonedCalendar?
    /// When the active time begins, or ends, that something waits for; `distantFuture` where nothing does.
    var calendarDue = Timestamp.distantFuture
    /// Keys without a reading for longer than `no_data` allows.
    var silentKeys = 0
    /// Likewise of a pattern's further inputs.
    var otherUnits: [Int32] = []
    /// What a pattern remembers of each key.
    var cells: KeyCells?
    /// What a proximity rule counts: recent events, or the registry's hazard sources.
    var points: NearPoints?
    /// Readings that wait for the watermark; nil for a rule that holds none.
    var held: HeldReadings?
    /// Of an index.
    var composite: CompositeState?

    var rule: Rule { prepared.rule }

    init(rule: Rule) {
        prepared = PreparedRule(rule)
        plan = RulePlan(prepared)
        windows = rule.values.map { $0.window.map { WindowCells(window: $0) } }
        cells = prepared.cellWords > 0 ? KeyCells(words: prepared.cellWords) : nil
        held = prepared.reorders ? HeldReadings() : nil
    }

    /// The rule has changed; what is held of the old one is kept where the new one holds too.
    mutating func prepare(_ rule: Rule) {
        prepared = PreparedRule(rule)
        plan = RulePlan(prepared)
        held = prepared.reorders ? held ?? HeldReadings() : nil
    }

    var isAwake: Bool { prepared.rule.status != .disabled }

    var liveKeys: Int { index.count }

    mutating func slot(for key: UInt32, state: KeyState) -> Int32? {
        guard index.count < Int(prepared.rule.maximumKeys) else {
            counters.refusedKeys += 1
            return nil
        }
        let slot: Int32
        if let reused = free.popLowest() {
            slot = reused
            keys[slot] = state
            for value in windows.indices { windows[value]?.clear(slot) }
            cells?.clear(slot)
        } else {
            slot = keys.append(state)
            for value in windows.indices { windows[value]?.reserve(slot) }
            cells?.reserve(slot)
        }
        index.insert(key, slot: slot)
        countLive(slot, 1)
        return slot
    }

    /// Keeps the list of open slots in step with the key's state.
    mutating func noteOpen(_ slot: Int32) {
        let key = keys.read(slot)
        let isListed = key[0].openIndex >= 0
        guard key[0].isOpen != isListed else { return }
        if isListed {
            let index = Int(key[0].openIndex)
            keys.write(slot)[0].openIndex = -1
            let last = open.removeLast()
            guard last != slot else { return }
            open[index] = last
            keys.write(last)[0].openIndex = Int32(index)
        } else {
            keys.write(slot)[0].openIndex = Int32(open.count)
            open.append(slot)
        }
    }

    mutating func forgetOpen() { open = [] }

    mutating func release(_ slot: Int32) {
        let state = keys[slot]
        precondition(state.key >= 0 && state.isAtRest, "only a key at rest is forgotten")
        index.remove(SlotIndex.key(state.key, exercise: state.exercise))
        if state.isSilent { silentKeys -= 1 }
        keys.write(slot)[0].key = -1
        free.insert(slot)
        countLive(slot, -1)
        if livePerPage[Int(slot) / Pages<KeyState>.pageSlots] == 0 { giveBack(Int(slot) / Pages<KeyState>.pageSlots) }
    }

    /// Finds keys again whose symbols have changed.
    mutating func reindex() {
        index = SlotIndex()
        for slot in 0..<keys.count {
            let state = keys.read(slot)
            if state[0].key >= 0 {
                index.insert(SlotIndex.key(state[0].key, exercise: state[0].exercise), slot: slot)
            }
        }
    }

    mutating func countLive(_ slot: Int32, _ change: Int32) {
        let page = Int(slot) / Pages<KeyState>.pageSlots
        while livePerPage.count <= page { livePerPage.append(0) }
        livePerPage[page] += change
    }

    /// A page without keys needs no memory; once such pages are most of all and stand at the end, they go altogether.
    private mutating func giveBack(_ page: Int) {
        let size = Int32(Pages<KeyState>.pageSlots)
        keys.clear(page: page)
        for value in windows.indices { windows[value]?.clear(Int32(page) * size..<Int32(page + 1) * size) }
        cells?.clear(Int32(page) * size..<Int32(page + 1) * size)
        let needed = (livePerPage.lastIndex { $0 > 0 } ?? -1) + 1
        guard livePerPage.count - needed >= max(4, needed) else { return }
        livePerPage.removeLast(livePerPage.count - needed)
        keys.resize(to: Int32(needed) * size)
        free.shrink(to: Int32(needed) * size)
        for value in windows.indices { windows[value]?.shrink(to: Int32(needed) * size) }
        cells?.shrink(to: Int32(needed) * size)
    }
}
