import Events

/// Of one index: its parts' scores in each area. All of it follows from rules, registry and the keys' states.
struct CompositeState: Sendable {
    let composite: Rule.Composite
    /// Per part: the number of its rule; −1 for an exposure, and for a rule that is not there.
    let rules: [Int32]
    /// Per part; nil for an exposure.
    private(set) var worst: [AreaScores?]
    private let exposures: Exposures
    /// Per part, by slot of the areas: what is exposed there.
    private var exposed: [[Double]]
    /// Whether a key lies in an area that has no slot: it counts once another makes one.
    var hasUncounted = false
    /// Whether such a slot may have been made since.
    var isToBeRecounted = false
    /// Rules over reports: no key means that nothing happened.
    private let isSilenceZero: [Bool]

    init(_ composite: Rule.Composite, rules runtimes: [RuleRuntime], registry: Registry) {
        self.composite = composite
        let numbers = composite.parts.map { part -> Int32 in
            guard case .rule(let id) = part.of else { return -1 }
            return Int32(runtimes.firstIndex { $0.rule.id == id } ?? -1)
        }
        rules = numbers
        worst = composite.parts.map { part in
            if case .rule = part.of { AreaScores(depth: composite.areas.count) } else { nil }
        }
        isSilenceZero = numbers.map { $0 >= 0 && runtimes[Int($0)].prepared.isSilenceZero && runtimes[Int($0)].isAwake }
        exposures = Exposures(registry, digits: composite.areas[0])
        exposed = composite.parts.map { _ in [] }
    }

    /// The registry's facts of an area, kept by its slot.
    mutating func place(_ slot: Int32, area: String) {
        for part in worst.indices where worst[part] == nil {
            while exposed[part].count <= Int(slot) { exposed[part].append(.nan) }
            exposed[part][Int(slot)] = exposures.score(composite.parts[part].of, in: area)
        }
    }

    /// 0…100 of a part in an area, NaN where nothing is known.
    func score(_ part: Int, in slot: Int32) -> Double {
        guard let worst = worst[part] else { return Int(slot) < exposed[part].count ? exposed[part][Int(slot)] : .nan }
        return worst.worst(in: slot).map(Double.init) ?? (isSilenceZero[part] ? 0 : .nan)
    }

    func value(in slot: Int32) -> Double { composite.combined { score($0, in: slot) } }

    /// Counts a key of a rule with this score in these areas; gives the areas where that changes anything.
    mutating func count(_ key: Int32, of rule: Int32, _ score: UInt8, in places: [Int32]) -> [Int32] {
        var changed: [Int32] = []
        for part in rules.indices where rules[part] == rule {
            let before = worst[part]?.places(of: key) ?? []
            guard before != places || worst[part]?.score(of: key) != score else { continue }
            worst[part]?.put(key, score, in: places)
            for place in before + places where place >= 0 && !changed.contains(place) { changed.append(place) }
        }
        return changed
    }

    /// The first key with the worst score of a part in an area.
    func worstKey(_ part: Int, in slot: Int32) -> Int32? {
        guard let scores = worst[part], let most = scores.worst(in: slot) else { return nil }
        return scores.firstKey(with: UInt8(most), in: slot)
    }

    /// Whether any key of any part counts in the area.
    func isAlive(_ slot: Int32) -> Bool { worst.contains { $0?.worst(in: slot) != nil } }
}
