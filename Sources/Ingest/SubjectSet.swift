import CPrefetch
import Events

/// The unregistered (source, subject) pairs seen since the start, by 64-bit hash: the bound against endless subjects.
struct SubjectSet {
    private var slots = [UInt64](repeating: 0, count: 1024)
    private(set) var count = 0

    /// Whether the pair is new; then it is added. `hash` of 0 counts as 1.
    mutating func insert(_ hash: UInt64) -> Bool {
        let key = max(hash, 1)
        guard let slot = free(key) else { return false }
        slots[slot] = key
        count += 1
        if count * 2 > slots.count { grow() }
        return true
    }

    func contains(_ hash: UInt64) -> Bool { free(max(hash, 1)) == nil }

    /// Asks memory for where a pair would be.
    func foresee(_ hash: UInt64) {
        slots.withUnsafeBufferPointer { slots in
            prefetchLine(slots.baseAddress.unsafelyUnwrapped + slot(max(hash, 1), slots.count &- 1))
        }
    }

    @inline(__always) private func slot(_ key: UInt64, _ mask: Int) -> Int { Int(truncatingIfNeeded: key >> 20) & mask }

    private func free(_ key: UInt64) -> Int? {
        let mask = slots.count - 1
        var slot = slot(key, mask)
        while slots[slot] != 0 {
            if slots[slot] == key { return nil }
            slot = (slot + 1) & mask
        }
        return slot
    }

    private mutating func grow() {
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count * 2)
        for key in old where key != 0 { slots[free(key)!] = key }
    }
}
