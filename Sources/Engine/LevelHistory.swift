import Events

/// The newest levels of a key, at most 21 of them in one word: three bits each, the newest lowest.
struct LevelHistory: BitwiseCopyable, Equatable {
    static let maximum = 21

    private(set) var word: UInt64 = 0

    init() {}

    /// nil where the word holds no levels.
    init?(word: UInt64) {
        self.word = word
        guard word >> 63 == 0, (0..<Self.maximum).allSatisfy({ self[$0] <= 4 }) else { return nil }
    }

    /// 0 none, 1 blue … 4 red; index 0 is the newest.
    subscript(index: Int) -> UInt8 { UInt8(truncatingIfNeeded: word >> UInt64(index * 3)) & 7 }

    mutating func push(_ level: Level?) { word = (word << 3 | UInt64(level?.rawValue ?? 0)) & (1 << 63 - 1) }

    /// How much of the newest `count` levels is change, 0…1.18: each change weighs 0.8 at the oldest to just under 1.2 at
    /// the newest step, the sum is over all steps (as Kapacitor weighs it after Nagios). What was never seen is no level.
    func change(over count: Int) -> Double {
        let steps = count - 1
        var changes = 0.0
        for step in 0..<steps where self[steps - step] != self[steps - step - 1] {
            changes += 0.8 + 0.4 * Double(step) / Double(steps)
        }
        return changes / Double(steps)
    }
}
