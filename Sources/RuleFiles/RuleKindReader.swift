import Engine
import Events
import StrictYAML

/// Rules that are not over values: which kind a file is, and what its keys say.
extension RuleReader {
    private static let kindKeys = ["absence", "sequence", "proximity", "index"]

    /// Keys without a meaning, by kind.
    private static let strangers = [
        "absence": ["value", "values", "only_while", "max_gap", "lateness", "no_data", "flap"],
        "sequence": ["input", "where", "value", "values", "only_while", "max_gap"],
        "proximity": ["value", "values", "only_while", "max_gap"],
        "index": [
            "input", "where", "by", "registry", "value", "values", "only_while", "max_gap", "lateness", "no_data",
            "flap",
        ],
    ]

    var isAbsence: Bool { fields.optional("absence") != nil }

    /// nil where the kind could not be read.
    func kind() -> Rule.Kind? {
        let chosen = Self.kindKeys.filter { fields.optional($0) != nil }
        guard let name = chosen.first, let item = fields.optional(name) else { return .value }
        if chosen.count > 1 {
            fields.optional(chosen[1])?.report(
                .kindConflict, "a rule is of one kind, this is \(chosen.joined(separator: " and "))",
                help: "write one rule for each")
            return nil
        }
        for key in Self.strangers[name] ?? [] {
            fields.optional(key)?.report(
                .kindField, "'\(key)' means nothing in a rule with '\(name)'", help: "remove it")
        }
        switch name {
        case "absence": return absence(item).map { .absence($0) }
        case "sequence": return pattern(item).map { .sequence($0) }
        case "index": return composite(item).map { .index($0) }
        default: return proximity(item).map { .proximity($0) }
        }
    }

    /// What messages name as the rule's metric.
    func mainInput(_ kind: Rule.Kind) -> Rule.Input? {
        switch kind {
        case .value, .absence, .proximity: input()
        case .sequence(let pattern): pattern.steps[0].input
        case .index: Rule.Input(type: "index", metric: "", unit: "")
        }
    }

    func values(_ kind: Rule.Kind, _ input: Rule.Input?) -> [NamedValue]? {
        guard kind != .value else { return values(input) }
        return [NamedValue(value: .init(name: kind.valueName, kind: .reading), mark: fields.item.mark)]
    }

    private func absence(_ item: YAMLItem) -> Rule.Absence? {
        guard let fields = item.fields(RuleKeys.absence),
            let expect = fields.read("expect", or: [], { $0.strings(atMost: Rule.Absence.maximumExpected) })
        else { return nil }
        return Rule.Absence(expect: expect)
    }

    /// What holds of the whole rule: levels that can be reached, keys that live long enough.
    func checkKind(_ rule: Rule) {
        checkExpected(rule)
        switch rule.kind {
        case .value:
            if let longest = rule.values.compactMap({ $0.window?.lookback }).max() { checkTTL(rule, longest) }
        case .absence:
            for rung in rule.ladder where !rung.compare.isRising {
                levelItem(rung)?.report(
                    .silenceSide, "a silence only grows", help: "write '\(rung.level.name): {at: 1h}'")
            }
            let longest = rule.ladder.flatMap(\.at.numbers).max() ?? 0
            checkTTL(rule, TimeSpan(microseconds: Int64(longest * 1_000_000)))
        case .sequence(let pattern):
            checkReach(rule, Double(pattern.length), "the sequence has \(pattern.length) steps to reach")
            checkTTL(rule, pattern.within)
        case .proximity(let proximity):
            if proximity.measure == .danger { checkReach(rule, 4, "the worst hazard grade, 1, counts 4") }
            checkTTL(rule, proximity.during)
        case .index: checkReach(rule, 100, "an index is at most 100")
        }
    }

    /// A key that no event can have would be missed for ever, and two that are written alike be two alarms of one.
    private func checkExpected(_ rule: Rule) {
        func refusal(of name: String) -> String? {
            guard name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return "leave out control characters" }
            switch rule.by {
            case .subject, .field: return nil
            case .area(let digits):
                let isCode = name.utf8.count == digits && name.utf8.allSatisfy { (48...57).contains($0) }
                return isCode ? nil : "write a code of \(digits) digits"
            case .source:
                let words = name.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
                let isSource = words.count == 2 && !words.contains { $0.isEmpty || $0.hasPrefix(" ") }
                return isSource ? nil : "write its department and itself: \"gas /gateway-1\""
            }
        }
        for name in rule.expected {
            guard let help = refusal(of: name) else { continue }
            let shown = String(name.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F })
            (fields.optional(isAbsence ? "absence" : "no_data") ?? fields.item).report(
                .badKey, "expect has '\(shown)', which is no key of the rule", help: help)
        }
    }

    private func levelItem(_ rung: Rule.Rung) -> YAMLItem? {
        fields.optional("levels")?.pairs()?.first { $0.name == rung.level.name }?.value
    }

    private func checkReach(_ rule: Rule, _ most: Double, _ why: String) {
        for rung in rule.ladder {
            guard let at = rung.at.numbers.max(),
                rung.compare == .greater ? at >= most : rung.compare.isRising && at > most
            else { continue }
            levelItem(rung)?.report(
                .unreachable, "\(rung.level.name) at \(rung.at.text(isSpan: isAbsence)) is never reached: \(why)",
                help: "write 'at: \(plainNumber(most))' or less")
        }
    }

    private func checkTTL(_ rule: Rule, _ needed: TimeSpan) {
        guard needed > rule.keyTTL else { return }
        let place = fields.optional("key_ttl") ?? fields.optional(rule.kind.name) ?? fields.optional("values")
        (place ?? fields.item).report(
            .shortTTL, "a key is forgotten after \(rule.keyTTL.formatted) and the rule looks back \(needed.formatted)",
            help: "write 'key_ttl: \(needed.formatted)' or more")
    }
}
