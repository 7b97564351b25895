import Engine
import Events
import StrictYAML

/// An index: its parts, and whether the rules that they name are there.
extension RuleReader {
    /// `{combine: sum, areas: [9, 6, 4], min_known: 0.5, of: [{rule: gas-lel, weight: 2}, {exposure: grade}]}`
    func composite(_ item: YAMLItem) -> Rule.Composite? {
        guard let fields = item.fields(RuleKeys.index) else { return nil }
        let combination = fields.read("combine", or: Rule.Composite.Combination.sum) {
            $0.word(of: Rule.Composite.Combination.words)
        }
        let areas = fields.read("areas", or: [9, 6, 4], areas)
        let known = fields.read("min_known", or: 0.5) { $0.double(in: 0...1) }
        guard let list = fields.required("of"), let items = list.items(atMost: Rule.Composite.maximumParts) else {
            return nil
        }
        let parts = items.map(part)
        guard let combination, let areas, let known, !parts.contains(nil) else { return nil }
        let composite = Rule.Composite(
            combination: combination, parts: parts.compactMap { $0 }, areas: areas, minimumKnown: known)
        return check(composite, list, items) ? composite : nil
    }

    private func check(_ composite: Rule.Composite, _ list: YAMLItem, _ items: [YAMLItem]) -> Bool {
        guard !composite.rules.isEmpty else {
            list.report(
                .indexParts, "an index has at least one rule among its parts", help: "add {rule: ID, weight: 1}")
            return false
        }
        let names = composite.parts.map(\.name)
        for index in names.indices where names[..<index].contains(names[index]) {
            items[index].report(
                .indexParts, "'\(names[index])' is a part twice", help: "keep one, with the sum of the weights")
            return false
        }
        return composite.isSound
    }

    private func areas(_ item: YAMLItem) -> [Int]? {
        guard let items = item.items(atMost: Rule.Composite.areaDigits.count) else { return nil }
        let digits = items.compactMap { $0.scalar.flatMap { Int($0) } }
        let isDescending = zip(digits, digits.dropFirst()).allSatisfy { $0 > $1 }
        guard !items.isEmpty, digits.count == items.count, digits.allSatisfy(Rule.Composite.areaDigits.contains),
            isDescending
        else {
            item.report(
                .indexAreas, "areas are digits of their codes, 12, 9, 6, 4 or 2, the smallest areas first",
                help: "write 'areas: [9, 6, 4]' for street, district and city")
            return nil
        }
        return digits
    }

    private func part(_ item: YAMLItem) -> Rule.Composite.Part? {
        let named = YAMLItem(node: item.node, name: "a part", source: item.source)
        guard let fields = named.fields(RuleKeys.indexPart) else { return nil }
        let weight = fields.read("weight", or: 1.0) { $0.double(in: Rule.Composite.weights) }
        let (rule, exposure) = (fields.optional("rule"), fields.optional("exposure"))
        guard (rule == nil) != (exposure == nil) else {
            item.report(
                .indexParts, "a part is either a rule or an exposure",
                help: "write {rule: gas-lel, weight: 2} or {exposure: grade}")
            return nil
        }
        let isPopulation = exposure.flatMap { $0.word(of: [("population", true), ("grade", false)]) }
        if exposure != nil, isPopulation == nil { return nil }
        if isPopulation == true {
            let full = fields.required("full")?.int(in: 1...Registry.populationBounds.upperBound)
            guard let full, let weight else { return nil }
            return .init(.population(full: Int64(full)), weight: weight)
        }
        fields.optional("full")?.report(
            .kindField, "'full' means nothing but with 'exposure: population'", help: "remove it")
        guard let weight else { return nil }
        guard let rule else { return .init(.grade, weight: weight) }
        return rule.string().map { .init(.rule($0), weight: weight) }
    }

    /// Where an index names a rule.
    fileprivate func place(of part: String) -> YAMLItem? {
        let list = fields.optional("index")?.pairs()?.first { $0.name == "of" }?.value
        let rules = list?.items(atMost: Rule.Composite.maximumParts)?.compactMap { item in
            item.pairs()?.first { $0.name == "rule" }?.value
        }
        return rules?.first { $0.scalar == part }
    }
}

extension RuleDirectory {
    /// Indexes name rules that are there and make no ring.
    static func checkIndexes(_ read: [(reader: RuleReader, rule: Rule)], ids: Set<String>) {
        for (reader, rule) in read {
            guard case .index(let composite) = rule.kind else { continue }
            for part in composite.rules where !ids.contains(part) {
                reader.place(of: part)?.report(
                    .unknownPart, "there is no rule '\(part)'",
                    help: closest(to: part, among: ids.sorted()).map { "did you mean '\($0)'?" }
                        ?? "write the id of a rule in this directory")
            }
        }
        guard let ring = Rule.Composite.ring(among: read.map(\.rule)),
            let first = read.first(where: { $0.rule.id == ring[0] })
        else { return }
        first.reader.place(of: ring[1])?.report(
            .indexRing, "indexes in a ring: \(ring.joined(separator: " ← "))", help: "remove one of these parts")
    }
}

extension Rule.Composite.Combination {
    static let words: [(String, Rule.Composite.Combination)] = [("sum", .sum), ("maximum", .maximum)]
}
