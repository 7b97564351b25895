import Events

/// One rule with the state of all its keys.
struct RuleRuntime: Sendable {
    var rule: Rule { didSet { steps = RuleSteps(rule) } }
    private(set) var steps: RuleSteps
    var keys = Pages<KeyState>()
    var index = SlotIndex()
    /// Slots to use again, last in first out.
    var free: [Int32] = []
    /// One for each value that is a window.
    var windows: [WindowCells?]
    var counters = RuleCounters()
    /// Symbols and numbers resolved once.
    var unitSymbol: Int32 = -1

    init(rule: Rule) {
        self.rule = rule
        steps = RuleSteps(rule)
        windows = rule.values.map { value in
            switch value.kind {
            case .window(let window): WindowCells(window: window)
            case .reading, .formula: nil
            }
        }
    }

    /// Silence of a report source means that nothing happened; a silent sensor tells nothing.
    var isSilenceZero: Bool { rule.input.type == "report" }

    var liveKeys: Int { index.count }

    mutating func slot(for key: UInt64, state: KeyState) -> Int32? {
        guard index.count < Int(rule.maximumKeys) else {
            counters.refusedKeys += 1
            return nil
        }
        let slot: Int32
        if let reused = free.popLast() {
            slot = reused
            keys[slot] = state
            for value in windows.indices { windows[value]?.clear(slot) }
        } else {
            slot = keys.append(state)
            for value in windows.indices { windows[value]?.reserve(slot) }
        }
        index.insert(key, slot: slot)
        return slot
    }

    mutating func release(_ slot: Int32) {
        let state = keys[slot]
        precondition(state.key >= 0 && state.isAtRest, "only a key at rest is forgotten")
        index.remove(SlotIndex.key(state.key, exercise: state.exercise))
        keys.write(slot)[0].key = -1
        free.append(slot)
    }
}
