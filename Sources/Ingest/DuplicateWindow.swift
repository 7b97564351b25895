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
        struct Slot: BitwiseCopyable {
            var low: UInt64 = 0
            /// 0 where free.
            var high: UInt64 = 0
            var content: UInt32 = 0
        }

        var slots: [Slot]
        var used = 0
        /// By source number: newest event time in this generation.
        var newest: [Timestamp] = []

        init(slots: Int) {
            self.slots = .init(repeating: Slot(), count: slots)
        }

        /// The slot of an identity, or the free slot where it would go.
        @inline(__always) func find(_ identity: Identity) -> (slot: Int, found: Bool) {
            let mask = slots.count - 1
            var slot = Int(truncatingIfNeeded: identity.low) & mask
            while slots[slot].high != 0 {
                if slots[slot].low == identity.low, slots[slot].high == identity.high { return (slot, true) }
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
    private var floor = Timestamp.distantPast

    /// Remembers at least half of `entries` events and at most all of them; 48 bytes each.
    init(entries: Int = Limits.duplicateWindow) {
        precondition(entries >= 2)
        perGeneration = entries / 2
        var slots = 16
        while slots < perGeneration * 2 { slots *= 2 }
        current = Generation(slots: slots)
        previous = Generation(slots: 16)
    }

    /// Events of any source up to this time may have come without the window's knowing.
    mutating func assume(forgotten newest: Timestamp) {
        floor = max(floor, newest)
        for source in horizons.indices { horizons[source] = max(horizons[source], newest) }
    }

    /// An event of the source came at this time that the window does not hold.
    mutating func assume(forgotten time: Timestamp, source: Int) {
        grow(source)
        horizons[source] = max(horizons[source], time)
    }

    /// Judges an event and, where it is new, remembers it. One that is ahead of the platform does not move the horizon: it would
    /// lock its source out until its moment has come.
    mutating func admit(
        _ identity: Identity, content: UInt32, source: Int, time: Timestamp, isAhead: Bool = false
    ) -> Verdict {
        let place = current.find(identity)
        if place.found { return current.slots[place.slot].content == content ? .duplicate : .reused }
        let older = previous.find(identity)
        if older.found { return previous.slots[older.slot].content == content ? .duplicate : .reused }
        grow(source)
        guard time > horizons[source] else { return .tooOld(horizons[source]) }
        insert(identity, content: content, slot: place.slot, source: source, time: isAhead ? .distantPast : time)
        return .new
    }

    /// Remembers an event of the journal without judging it.
    mutating func note(
        _ identity: Identity, content: UInt32, source: Int, time: Timestamp, isAhead: Bool = false
    ) {
        let place = current.find(identity)
        if place.found { return }
        grow(source)
        insert(identity, content: content, slot: place.slot, source: source, time: isAhead ? .distantPast : time)
    }

    /// Forgets an event whose commit failed.
    mutating func remove(_ identity: Identity) {
        let place = current.find(identity)
        if place.found { current.slots[place.slot].high = Self.removed }
        let older = previous.find(identity)
        if older.found { previous.slots[older.slot].high = Self.removed }
    }

    private mutating func grow(_ source: Int) {
        while horizons.count <= source { horizons.append(floor) }
        while current.newest.count <= source { current.newest.append(.distantPast) }
    }

    private mutating func insert(_ identity: Identity, content: UInt32, slot: Int, source: Int, time: Timestamp) {
        current.slots[slot] = .init(low: identity.low, high: identity.high, content: content)
        current.newest[source] = max(current.newest[source], time)
        current.used += 1
        if current.used == perGeneration { rotate() }
    }

    private mutating func rotate() {
        for (source, newest) in previous.newest.enumerated() { horizons[source] = max(horizons[source], newest) }
        swap(&current, &previous)
        let slots = previous.slots.count
        if current.slots.count != slots {
            current = Generation(slots: slots)
        } else {
            for slot in 0..<slots { current.slots[slot].high = 0 }
            current.used = 0
        }
        current.newest = [Timestamp](repeating: .distantPast, count: horizons.count)
    }
}
