import Events

/// The identities of the last unsequenced events, in two generations: when the newer is full the older is forgotten.
///
/// Of each source it keeps the newest event time among what was forgotten, the horizon: an event not after it that is not in the
/// window may be a repeat, and is refused as too old.
struct DuplicateWindow {
    enum Verdict: Equatable {
        case new
        case duplicate
        /// The identity is known, with other content.
        case reused
        /// Not after this time, the newest that was forgotten of its source.
        case tooOld(Timestamp)
    }

    private struct Generation {
        var low: [UInt64]
        var high: [UInt64]
        var content: [UInt32]
        var used = 0
        /// By source number: newest event time in this generation.
        var newest: [Timestamp] = []

        init(slots: Int) {
            low = .init(repeating: 0, count: slots)
            high = .init(repeating: 0, count: slots)
            content = .init(repeating: 0, count: slots)
        }

        /// The slot of an identity, or the free slot where it would go.
        @inline(__always) func find(_ identity: Identity) -> (slot: Int, found: Bool) {
            let mask = low.count - 1
            var slot = Int(truncatingIfNeeded: identity.low) & mask
            while high[slot] != 0 {
                if low[slot] == identity.low, high[slot] == identity.high { return (slot, true) }
                slot = (slot + 1) & mask
            }
            return (slot, false)
        }
    }

    /// Marks a slot whose event was never made durable: `Identity.high` always has its top bit set.
    private static let removed: UInt64 = 1

    private let perGeneration: Int
    private var current: Generation
    private var previous: Generation
    private var horizons: [Timestamp] = []
    /// The horizon of a source not seen before.
    private let floor: Timestamp

    /// Remembers at least half of `entries` events and at most all of them; 40 bytes each. `floor` is the newest event time that
    /// may have been forgotten before this window began.
    init(entries: Int = Limits.duplicateWindow, floor: Timestamp = .distantPast) {
        precondition(entries >= 2)
        perGeneration = entries / 2
        var slots = 16
        while slots < perGeneration * 2 { slots *= 2 }
        current = Generation(slots: slots)
        previous = Generation(slots: 16)
        self.floor = floor
    }

    /// Judges an event and, where it is new, remembers it.
    mutating func admit(_ identity: Identity, content: UInt32, source: Int, time: Timestamp) -> Verdict {
        let place = current.find(identity)
        if place.found { return current.content[place.slot] == content ? .duplicate : .reused }
        let older = previous.find(identity)
        if older.found { return previous.content[older.slot] == content ? .duplicate : .reused }
        grow(source)
        guard time > horizons[source] else { return .tooOld(horizons[source]) }
        insert(identity, content: content, slot: place.slot, source: source, time: time)
        return .new
    }

    /// Remembers an event of the journal without judging it.
    mutating func note(_ identity: Identity, content: UInt32, source: Int, time: Timestamp) {
        let place = current.find(identity)
        if place.found { return }
        grow(source)
        insert(identity, content: content, slot: place.slot, source: source, time: time)
    }

    /// Forgets an event whose commit failed.
    mutating func remove(_ identity: Identity) {
        let place = current.find(identity)
        if place.found { current.high[place.slot] = Self.removed }
        let older = previous.find(identity)
        if older.found { previous.high[older.slot] = Self.removed }
    }

    private mutating func grow(_ source: Int) {
        while horizons.count <= source { horizons.append(floor) }
        while current.newest.count <= source { current.newest.append(.distantPast) }
    }

    private mutating func insert(_ identity: Identity, content: UInt32, slot: Int, source: Int, time: Timestamp) {
        current.low[slot] = identity.low
        current.high[slot] = identity.high
        current.content[slot] = content
        current.newest[source] = max(current.newest[source], time)
        current.used += 1
        if current.used == perGeneration { rotate() }
    }

    private mutating func rotate() {
        for (source, newest) in previous.newest.enumerated() { horizons[source] = max(horizons[source], newest) }
        swap(&current, &previous)
        let slots = previous.low.count
        if current.low.count != slots {
            current = Generation(slots: slots)
        } else {
            for slot in 0..<slots { current.high[slot] = 0 }
            current.used = 0
        }
        current.newest = [Timestamp](repeating: .distantPast, count: horizons.count)
    }
}
