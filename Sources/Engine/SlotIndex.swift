/// Finds the slot of a key within one rule: open addressing over plain arrays, the same on every run.
struct SlotIndex: Sendable {
    /// 0 marks a free bucket, so keys are stored plus one.
    private var keys: [UInt64]
    private var slots: [Int32]
    private(set) var count = 0

    private static let fewest = 64

    init() {
        keys = [UInt64](repeating: 0, count: Self.fewest)
        slots = [Int32](repeating: 0, count: Self.fewest)
    }

    static func key(_ symbol: Int32, exercise: Bool) -> UInt64 {
        (UInt64(UInt32(bitPattern: symbol)) << 1 | (exercise ? 1 : 0)) + 1
    }

    private static func spread(_ key: UInt64) -> Int {
        let product = (key &* 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: product ^ (product >> 29))
    }

    func find(_ key: UInt64) -> Int32? {
        let mask = keys.count - 1
        var bucket = Self.spread(key) & mask
        while keys[bucket] != 0 {
            if keys[bucket] == key { return slots[bucket] }
            bucket = (bucket + 1) & mask
        }
        return nil
    }

    mutating func insert(_ key: UInt64, slot: Int32) {
        if (count + 1) * 2 > keys.count { resize(to: keys.count * 2) }
        place(key, slot)
        count += 1
    }

    /// Removes by shifting the rest of the run back, so that no tombstones gather.
    mutating func remove(_ key: UInt64) {
        let mask = keys.count - 1
        var bucket = Self.spread(key) & mask
        while keys[bucket] != key {
            guard keys[bucket] != 0 else { return }
            bucket = (bucket + 1) & mask
        }
        count -= 1
        var hole = bucket
        var next = (hole + 1) & mask
        while keys[next] != 0 {
            let home = Self.spread(keys[next]) & mask
            if (next - home) & mask >= (next - hole) & mask {
                keys[hole] = keys[next]
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        keys[hole] = 0
        if keys.count > Self.fewest, count * 8 < keys.count { resize(to: keys.count / 2) }
    }

    var buckets: Int { keys.count }

    private mutating func place(_ key: UInt64, _ slot: Int32) {
        let mask = keys.count - 1
        var bucket = Self.spread(key) & mask
        while keys[bucket] != 0 {
            precondition(keys[bucket] != key, "key already present")
            bucket = (bucket + 1) & mask
        }
        keys[bucket] = key
        slots[bucket] = slot
    }

    private mutating func resize(to size: Int) {
        let (oldKeys, oldSlots) = (keys, slots)
        keys = [UInt64](repeating: 0, count: size)
        slots = [Int32](repeating: 0, count: size)
        for index in oldKeys.indices where oldKeys[index] != 0 { place(oldKeys[index], oldSlots[index]) }
    }
}
