extension Rule {
    /// One number per area, 0…100: other rules' worst scores there and what the registry says is exposed, weighted.
    public struct Composite: Equatable, Sendable {
        public static let maximumParts = 16
        public static let weights: ClosedRange<Double> = 0.001...1000
        /// Most areas of one index: each takes 404 bytes a part.
        public static let maximumAreas = 100_000
        public static let areaDigits = [12, 9, 6, 4, 2]

        public enum Combination: UInt8, Sendable, CaseIterable {
            /// The weighted mean of the parts that are known.
            case sum = 0
            /// The greatest of them, each by its weight beside the heaviest.
            case maximum = 1
        }

        public enum Source: Equatable, Sendable {
            /// The worst score of any key of this rule in the area.
            case rule(String)
            /// People in the smallest area; `full` of them are 100.
            case population(full: Int64)
            /// The worst registered hazard source: 100 for grade 1 (GB 18218-2018) down to 25 for grade 4.
            case grade
        }

        public struct Part: Equatable, Sendable {
            public var of: Source
            public var weight: Double

            public init(_ of: Source, weight: Double = 1) {
                self.of = of
                self.weight = weight
            }

            public var name: String {
                switch of {
                case .rule(let id): id
                case .population: "population"
                case .grade: "grade"
                }
            }
        }

        public var combination: Combination
        public var parts: [Part]
        /// Digits of the area codes that have an index, the smallest areas first: 9 a street, 6 a district, 4 a city.
        public var areas: [Int]
        /// Share of the weights that must be known, else the index is not: what is not known is no zero.
        public var minimumKnown: Double

        public init(
            combination: Combination = .sum, parts: [Part], areas: [Int] = [9, 6, 4], minimumKnown: Double = 0.5
        ) {
            self.combination = combination
            self.parts = parts
            self.areas = areas
            self.minimumKnown = minimumKnown
        }

        /// Bounded, over at least one rule, with areas that get larger.
        public var isSound: Bool {
            (1...Self.maximumParts).contains(parts.count) && parts.allSatisfy { Self.weights.contains($0.weight) }
                && parts.allSatisfy(\.isSound) && !rules.isEmpty && (0...1).contains(minimumKnown) && !areas.isEmpty
                && areas.allSatisfy(Self.areaDigits.contains) && zip(areas, areas.dropFirst()).allSatisfy { $0 > $1 }
        }

        /// Rules among the parts.
        public var rules: [String] {
            parts.compactMap { part in
                if case .rule(let id) = part.of { id } else { nil }
            }
        }

        /// The index out of its parts' scores (NaN: not known), to 0.01; NaN where too little is known.
        func combined(_ score: (Int) -> Double) -> Double {
            var (all, known, sum, greatest, heaviest) = (0.0, 0.0, 0.0, 0.0, 0.0)
            for (index, part) in parts.enumerated() {
                all += part.weight
                heaviest = max(heaviest, part.weight)
                let score = score(index)
                guard !score.isNaN else { continue }
                known += part.weight
                sum += part.weight * score
                greatest = max(greatest, part.weight * score)
            }
            // Weights such as 0.1 have no exact sum.
            guard known > 0, known >= (minimumKnown - 1e-9) * all else { return .nan }
            let index =
                switch combination {
                case .sum: sum / known
                case .maximum: greatest / heaviest
                }
            return (index * 100).rounded() / 100
        }

        /// What a part adds to the index, in its points.
        func share(_ part: Int, _ score: (Int) -> Double) -> Double {
            guard !score(part).isNaN else { return 0 }
            switch combination {
            case .sum:
                let known = parts.indices.reduce(0.0) { score($1).isNaN ? $0 : $0 + parts[$1].weight }
                return parts[part].weight * score(part) / known
            case .maximum: return parts[part].weight * score(part) / (parts.map(\.weight).max() ?? 1)
            }
        }

        /// The ids of a ring of indexes, each a part of the one before; nil where there is none.
        public static func ring(among rules: [Rule]) -> [String]? {
            var done = Set<String>()
            func visit(_ id: String, _ path: [String]) -> [String]? {
                if let start = path.firstIndex(of: id) { return Array(path[start...]) + [id] }
                guard !done.contains(id), case .index(let index)? = rules.first(where: { $0.id == id })?.kind
                else { return nil }
                for part in index.rules {
                    if let ring = visit(part, path + [id]) { return ring }
                }
                done.insert(id)
                return nil
            }
            for rule in rules {
                if let ring = visit(rule.id, []) { return ring }
            }
            return nil
        }
    }
}

extension Rule.Composite.Part {
    fileprivate var isSound: Bool {
        if case .population(let full) = of { full > 0 && Registry.populations.contains(full) } else { true }
    }
}
