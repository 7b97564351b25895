import CPrefetch
import Events

/// Finds the slot of a key within one rule: open addressing over a plain array, the same on every run.
struct SlotIndex: Sendable {
    /// Key and slot side by side: a look-up touches one cache line.
    private struct Bucket: BitwiseCopyable {
        var key: UInt32
        /// −1 where the bucket is free.
        var slot: Int32

        static let free = Bucket(key: 0, slot: -1)
        var isFree: Bool { slot < 0 }
    }

    private var table: [Bucket]
    private(set) var count = 0

    private static let fewest = 64

    init() { table = [Bucket](repeating: .free, count: Self.fewest) }

    static func key(_ symbol: Int32, exercise: Bool) -> UInt32 { UInt32(bitPattern: symbol) << 1 | (exercise ? 1 : 0) }

    private static func spread(_ key: UInt32) -> Int {
        let product = UInt64(key) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: product ^ (product >> 29))
    }

    func find(_ key: UInt32) -> Int32? {
        let mask = table.count - 1
        var place = Self.spread(key) & mask
        while !table[place].isFree {
            if table[place].key == key { return table[place].slot }
            place = (place + 1) & mask
        }
        return nil
    }

    /// Asks memory for where a look-up begins; mutating in form only: else the table's reference would be counted.
    mutating func prefetch(_ key: UInt32) {
        table.withUnsafeMutableBufferPointer { prefetchLine($0.baseAddress! + (Self.spread(key) & ($0.count - 1))) }
    }

    mutating func insert(_ key: UInt32, slot: Int32) {
        if (count + 1) * 2 > table.count { resize(to: table.count * 2) }
        put(Bucket(key: key, slot: slot))
        count += 1
    }

    /// Removes by shifting the rest of the run back, so that no tombstones gather.
    mutating func remove(_ key: UInt32) {
        let mask = table.count - 1
        var place = Self.spread(key) & mask
        while table[place].isFree || table[place].key != key {
            guard !table[place].isFree else { return }
            place = (place + 1) & mask
        }
        count -= 1
        var hole = place
        var next = (hole + 1) & mask
        while !table[next].isFree {
            let home = Self.spread(table[next].key) & mask
            if (next - home) & mask >= (next - hole) & mask {
                table[hole] = table[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        table[hole] = .free
        if table.count > Self.fewest, count * 8 < table.count { resize(to: table.count / 2) }
    }

    var buckets: Int { table.count }

    private mutating func put(_ bucket: Bucket) {
        precondition(bucket.slot >= 0, "a free bucket has no slot")
        let mask = table.count - 1
        var place = Self.spread(bucket.key) & mask
        while !table[place].isFree {
            precondition(table[place].key != bucket.key, "key already present")
            place = (place + 1) & mask
        }
        table[place] = bucket
    }

    private mutating func resize(to size: Int) {
        let old = table
        table = [Bucket](repeating: .free, count: size)
        for bucket in old where !bucket.isFree { put(bucket) }
    }
}
