import Engine
import Events
import StrictYAML

/// The levels of a rule: each with its threshold, clear and holds.
extension RuleReader {
    /// A rung with the places its findings point at.
    struct PlacedRung {
        var rung: Rule.Rung
        var at: YAMLItem
        var clear: YAMLItem?
    }

    func ladder(_ values: [NamedValue], _ input: Rule.Input?) -> [Rule.Rung]? {
        let hold = fields.optional("for")?.span(in: Self.holds) ?? .zero
        let clearHold = fields.optional("clear_for")?.span(in: Self.holds) ?? .zero
        guard let item = fields.required("levels"), let levels = item.fields(Level.allCases.map(\.name)) else {
            return nil
        }
        var rungs: [PlacedRung] = []
        var complete = true
        for level in Level.allCases {
            guard let item = levels.optional(level.name) else { continue }
            guard let rung = rung(level, item, values, hold, clearHold) else {
                complete = false
                continue
            }
            rungs.append(rung)
        }
        guard complete else { return nil }
        guard !rungs.isEmpty else {
            item.report(.noLevels, "the rule has no level", help: "add 'yellow: {at: …, clear: …}'")
            return nil
        }
        checkAtEachDate(rungs, values, input)
        return rungs.map(\.rung)
    }

    private static let holds: ClosedRange<TimeSpan> = .zero ... .days(366)

    private func rung(
        _ level: Level, _ item: YAMLItem, _ values: [NamedValue], _ hold: TimeSpan, _ clearHold: TimeSpan
    ) -> PlacedRung? {
        guard let fields = item.fields(RuleKeys.level) else { return nil }
        let of = fields.read("of", or: 0) { index(of: $0, values) }
        let entered = fields.required("at").flatMap { ThresholdText.read($0, code: .badThreshold, spans: isAbsence) }
        let compare = entered?.compare ?? .greaterOrEqual
        let clear = fields.read("clear", or: Rule.Threshold?.none) { clearing($0, compare) }
        let ownHold = fields.read("for", or: hold) { $0.span(in: Self.holds) }
        let ownClearHold = fields.read("clear_for", or: clearHold) { $0.span(in: Self.holds) }
        let cite = fields.read("cite", or: "") { $0.string() }
        guard let of, let at = fields.optional("at"), let entered, let clear, let ownHold, let ownClearHold, let cite
        else { return nil }
        let rung = Rule.Rung(
            level: level, of: of, compare: compare, at: entered.threshold, clear: clear, hold: ownHold,
            clearHold: ownClearHold, cite: cite)
        return PlacedRung(rung: rung, at: at, clear: fields.optional("clear"))
    }

    private func index(of item: YAMLItem, _ values: [NamedValue]) -> Int? {
        guard let name = item.string() else { return nil }
        let names = values.map(\.value.name)
        if let index = names.firstIndex(of: name) { return index }
        guard !names.isEmpty else { return nil }
        item.report(
            .unknownValue, "the rule has no value '\(name)'",
            help: closest(to: name, among: names).map { "did you mean '\($0)'?" }
                ?? "the values are: \(names.joined(separator: ", "))")
        return nil
    }

    /// A clear is a number or limit; an operator, where given, must be the strict one that points away from the level.
    private func clearing(_ item: YAMLItem, _ compare: Rule.Comparison) -> Rule.Threshold?? {
        guard let text = ThresholdText.read(item, code: .badClear, spans: isAbsence) else { return nil }
        let wanted: Rule.Comparison = compare.isRising ? .less : .greater
        guard text.compare == nil || text.compare == wanted else {
            item.report(
                .badClear, "a level entered with \(compare.symbol) is left with \(wanted.symbol)",
                help: "leave the operator out")
            return nil
        }
        return .some(text.threshold)
    }
}

extension Rule.Comparison {
    var isRising: Bool {
        switch self {
        case .greater, .greaterOrEqual: true
        case .less, .lessOrEqual: false
        }
    }
}

extension Rule.Threshold {
    /// The number by which a ladder is ordered at load.
    var number: Double? {
        switch self {
        case .number(let value): value
        case .limit(_, let fallback): fallback
        case .dated: nil
        }
    }

    /// Every number that it ever is.
    var numbers: [Double] {
        guard case .dated(let dates) = self else { return number.map { [$0] } ?? [] }
        return dates.compactMap(\.threshold.number)
    }

    /// As a rule's file writes it: a silence is a span.
    public func text(isSpan: Bool) -> String {
        func text(_ number: Double) -> String {
            isSpan ? TimeSpan(microseconds: Int64(number * 1_000_000)).formatted : plainNumber(number)
        }
        return switch self {
        case .number(let value): text(value)
        case .limit(let name, nil): "limit.\(name)"
        case .limit(let name, let fallback?): "limit.\(name) or \(text(fallback))"
        case .dated(let dates): dates.map { $0.threshold.text(isSpan: isSpan) }.joined(separator: ", ")
        }
    }
}
