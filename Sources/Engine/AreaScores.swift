/// How many keys of a rule have each score, by area: the worst is known without looking at them all.
///
/// Follows from the keys' states, so it is made anew after a restart and never part of a snapshot.
struct AreaScores: Sendable {
    static let none: UInt8 = 255
    private static let scores = 101

    /// Areas that one key lies in.
    let depth: Int
    /// By slot of the rule's keys: whole points, or `none`.
    private var scores: [UInt8] = []
    /// By slot, `depth` each: slots of the index's areas, −1 where the key lies in none.
    private var places: [Int32] = []
    /// By slot of the areas, 101 each.
    private var counts: [Int32] = []

    init(depth: Int) { self.depth = depth }

    /// Where the key counts now.
    func places(of key: Int32) -> [Int32] {
        let start = Int(key) * depth
        return start < places.count ? Array(places[start..<start + depth]) : Array(repeating: -1, count: depth)
    }

    func score(of key: Int32) -> UInt8 { Int(key) < scores.count ? scores[Int(key)] : Self.none }

    /// The key counts with this score in these areas, and no longer with and in those before.
    mutating func put(_ key: Int32, _ score: UInt8, in areas: [Int32]) {
        precondition(areas.count == depth, "a key has a place in each size of area")
        while scores.count <= Int(key) {
            scores.append(Self.none)
            places.append(contentsOf: repeatElement(-1, count: depth))
        }
        for place in 0..<depth {
            let at = Int(key) * depth + place
            count(scores[Int(key)], in: places[at], -1)
            places[at] = areas[place]
            count(score, in: areas[place], 1)
        }
        scores[Int(key)] = score
    }

    private mutating func count(_ score: UInt8, in area: Int32, _ change: Int32) {
        guard area >= 0, score != Self.none else { return }
        let at = Int(area) * Self.scores + Int(score)
        while counts.count <= at { counts.append(contentsOf: repeatElement(0, count: Self.scores)) }
        counts[at] += change
        precondition(counts[at] >= 0, "a key leaves where it was")
    }

    /// nil where no key counts.
    func worst(in area: Int32) -> Int? {
        let start = Int(area) * Self.scores
        guard area >= 0, start + Self.scores <= counts.count else { return nil }
        return (0..<Self.scores).last { counts[start + $0] > 0 }
    }

    func firstKey(with score: UInt8, in area: Int32) -> Int32? {
        scores.indices.first { scores[$0] == score && places(of: Int32($0)).contains(area) }.map { Int32($0) }
    }
}
