import Events

/// A timer for one key of one rule; ties are broken by rule and slot, so the order is the same on every run.
struct EngineTimer: BitwiseCopyable, Comparable, Sendable {
    var due: Timestamp
    var rule: Int32
    var slot: Int32

    static func < (a: Self, b: Self) -> Bool {
        if a.due != b.due { return a.due < b.due }
        return (a.rule, a.slot) < (b.rule, b.slot)
    }
}

/// A binary min-heap of timers.
struct TimerHeap: Sendable {
    private(set) var timers: [EngineTimer] = []

    var first: EngineTimer? { timers.first }
    /// From so many on those are looked for that nobody is armed for any more: they are fewer than the others, and some.
    private var most = 1024
    var isToBeCleaned: Bool { timers.count >= most }

    mutating func push(_ timer: EngineTimer) {
        timers.append(timer)
        var child = timers.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard timers[child] < timers[parent] else { return }
            timers.swapAt(child, parent)
            child = parent
        }
    }

    mutating func popFirst() -> EngineTimer? {
        guard let first = timers.first else { return nil }
        let last = timers.removeLast()
        // A storm of keys is over: an array by itself never gives memory back.
        if timers.capacity > 4096, timers.count * 8 < timers.capacity {
            var rest: [EngineTimer] = []
            rest.reserveCapacity(timers.count * 2)
            rest.append(contentsOf: timers)
            timers = rest
        }
        guard !timers.isEmpty else { return first }
        timers[0] = last
        sink(0)
        return first
    }

    /// In a time that grows with their number only: a stream waits for it.
    mutating func removeAll(where isGone: (EngineTimer) -> Bool) {
        timers.removeAll(where: isGone)
        for parent in (0..<timers.count / 2).reversed() { sink(parent) }
        most = max(1024, 2 * timers.count)
    }

    private mutating func sink(_ timer: Int) {
        var parent = timer
        while true {
            var child = parent * 2 + 1
            guard child < timers.count else { return }
            if child + 1 < timers.count, timers[child + 1] < timers[child] { child += 1 }
            guard timers[child] < timers[parent] else { return }
            timers.swapAt(child, parent)
            parent = child
        }
    }
}
