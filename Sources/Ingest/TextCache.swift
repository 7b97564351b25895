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
        let slot = slots[Self.slot(text)]
        guard slot.count == text.count, slot.first == text.word(0), slot.second == text.word(1),
            slot.third == text.word(2)
        else { return nil }
        return slot.number
    }

    mutating func remember(_ text: Text, _ number: Int32) {
        guard text.count <= 24 else { return }
        slots[Self.slot(text)] = Slot(
            first: text.word(0), second: text.word(1), third: text.word(2), count: text.count, number: number)
    }

    @inline(__always) private static func slot(_ text: Text) -> Int {
        let mixed = text.word(0) ^ (text.word(1) &* 0xA076_1D64_78BD_642F) ^ (text.word(2) &* 0x5899_65CC_7537_4CC3)
        return Int(truncatingIfNeeded: (mixed &* 0x9E37_79B9_7F4A_7C15) >> (64 - bits))
    }
}
