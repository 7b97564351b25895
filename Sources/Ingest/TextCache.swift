/// Remembers the numbers of short strings by value: three words and a length decide, so that the strings that come with every
/// event cost no table look-up. A full slot is overwritten; what is absent is asked of the table behind it.
struct TextCache {
    private struct Slot {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var count = -1
        var number: Int32 = 0
    }

    private static let bits: UInt64 = 8
    private var slots = [Slot](repeating: Slot(), count: 1 << Int(bits))

    mutating func removeAll() { for index in slots.indices { slots[index].count = -1 } }

    /// The number of `text`, from the cache or from `table`; strings longer than three words always from `table`.
    @inline(__always) mutating func number(_ text: Text, _ table: (UnsafeRawBufferPointer) -> Int32) -> Int32 {
        if let number = find(text) { return number }
        let number = table(text.bytes)
        remember(text, number)
        return number
    }

    @inline(__always) func find(_ text: Text) -> Int32? {
        guard text.count <= 24 else { return nil }
        let (first, second, third) = (text.word(0), text.word(1), text.word(2))
        return slots.withUnsafeBufferPointer { slots in
            let slot = slots.baseAddress.unsafelyUnwrapped + Self.slot(first, second, third)
            guard slot.pointee.count == text.count, slot.pointee.first == first, slot.pointee.second == second,
                slot.pointee.third == third
            else { return nil }
            return slot.pointee.number
        }
    }

    mutating func remember(_ text: Text, _ number: Int32) {
        guard text.count <= 24 else { return }
        let (first, second, third) = (text.word(0), text.word(1), text.word(2))
        slots[Self.slot(first, second, third)] = Slot(
            first: first, second: second, third: third, count: text.count, number: number)
    }

    /// Below the number of slots.
    @inline(__always) private static func slot(_ first: UInt64, _ second: UInt64, _ third: UInt64) -> Int {
        let mixed = first ^ (second &* 0xA076_1D64_78BD_642F) ^ (third &* 0x5899_65CC_7537_4CC3)
        return Int(truncatingIfNeeded: (mixed &* 0x9E37_79B9_7F4A_7C15) >> (64 - bits))
    }
}
