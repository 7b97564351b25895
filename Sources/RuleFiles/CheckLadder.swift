import Engine
import Events
import StrictYAML

/// Whether levels climb in one direction and are left on the safe side.
extension RuleReader {
    /// A ladder with dated thresholds is checked as it is from each of the dates on, until there is a mistake.
    func checkAtEachDate(_ rungs: [PlacedRung], _ values: [NamedValue], _ input: Rule.Input?) {
        let findings = fields.item.source.findings
        for date in Set(rungs.flatMap(\.dates)).union([.distantPast]).sorted() {
            let before = (findings.list.count, findings.omitted)
            let now = rungs.compactMap { $0.inForce(at: date) }
            check(now)
            warnOfImplausible(now, values, input)
            let isSaid = (findings.list.count, findings.omitted) != before
            if isSaid, findings.list[min(before.0, findings.list.count)...].contains(where: { $0.severity == .error }) {
                return
            }
        }
    }

    private func check(_ rungs: [PlacedRung]) {
        for rung in rungs { checkClear(rung) }
        for (index, upper) in rungs.enumerated() {
            // A limit of the registry is a number only there: what lies below it is compared instead.
            let below = rungs[..<index].filter { $0.rung.of == upper.rung.of }
            guard let lower = below.last(where: { $0.rung.at.number != nil }) ?? below.last else { continue }
            if lower.rung.compare.isRising != upper.rung.compare.isRising {
                checkBands(lower, upper)
            } else {
                checkOrder(lower, upper)
                checkClearOrder(lower, upper)
            }
        }
    }

    private func checkClear(_ placed: PlacedRung) {
        guard let item = placed.clear, let clear = placed.rung.clear, let at = placed.rung.at.number,
            let number = clear.number
        else { return }
        let rising = placed.rung.compare.isRising
        guard rising ? number > at : number < at else { return }
        item.report(
            .clearSide,
            "\(placed.rung.level.name) is entered at \(placed.rung.at.text(isSpan: isAbsence)) and cannot be left at \(clear.text(isSpan: isAbsence))",
            help: "clear must be \(rising ? "at most" : "at least") \(text(at))")
    }

    /// The higher level lies further out; at the same threshold it must be held longer.
    private func text(_ number: Double) -> String { Rule.Threshold.number(number).text(isSpan: isAbsence) }

    private func checkOrder(_ lower: PlacedRung, _ upper: PlacedRung) {
        guard let low = lower.rung.at.number, let high = upper.rung.at.number else { return }
        let rising = upper.rung.compare.isRising
        if rising ? high > low : high < low { return }
        if high == low, upper.rung.hold > lower.rung.hold { return }
        let word = high == low ? "the same threshold as" : rising ? "a lower threshold than" : "a higher threshold than"
        upper.at.report(
            .levelOrder,
            "\(upper.rung.level.name) (\(upper.rung.at.text(isSpan: isAbsence))) has \(word) \(lower.rung.level.name) (\(lower.rung.at.text(isSpan: isAbsence)))",
            help: high == low
                ? "give \(upper.rung.level.name) a threshold further \(rising ? "up" : "down"), or a longer 'for'"
                : "swap the two thresholds")
    }

    private func checkClearOrder(_ lower: PlacedRung, _ upper: PlacedRung) {
        guard let item = upper.clear, let low = (lower.rung.clear ?? lower.rung.at).number,
            let high = upper.rung.clear?.number
        else { return }
        guard upper.rung.compare.isRising ? high < low : high > low else { return }
        item.report(
            .clearOrder,
            "\(upper.rung.level.name) is still held where \(lower.rung.level.name) is left (\(text(low)))",
            help: "clear \(upper.rung.level.name) no further than \(text(low))", severity: .warning)
    }

    /// One value cannot climb and fall in one ladder: what lies between belongs to neither level, or to both.
    private func checkBands(_ lower: PlacedRung, _ upper: PlacedRung) {
        let help = "write one rule for each direction"
        let falling = lower.rung.compare.isRising ? upper.rung : lower.rung
        let rising = lower.rung.compare.isRising ? lower.rung : upper.rung
        guard let below = falling.at.number, let above = rising.at.number, below <= above else {
            upper.at.report(
                .levelOverlap,
                "values from \(rising.at.text(isSpan: isAbsence)) to \(falling.at.text(isSpan: isAbsence)) belong to both \(lower.rung.level.name) and \(upper.rung.level.name)",
                help: help)
            return
        }
        upper.at.report(
            .levelGap,
            "values between \(falling.at.text(isSpan: isAbsence)) and \(rising.at.text(isSpan: isAbsence)) belong to neither \(lower.rung.level.name) nor \(upper.rung.level.name)",
            help: help)
    }

    /// A reading outside the plausible range is never evaluated, so a threshold there never fires.
    private func warnOfImplausible(_ rungs: [PlacedRung], _ values: [NamedValue], _ input: Rule.Input?) {
        for placed in rungs
        where placed.rung.of < values.count && values[placed.rung.of].value.window?.aggregate == .distinct {
            guard let at = placed.rung.at.number, at > Double(Rule.Window.maximumSamples) else { continue }
            placed.at.report(
                .implausibleThreshold,
                "distinct tells at most \(Rule.Window.maximumSamples) apart, so \(placed.rung.at.text(isSpan: isAbsence)) is never reached",
                help: "write at most \(Rule.Window.maximumSamples)", severity: .warning)
        }
        guard let input, let range = metrics?[input.metric]?.plausible else { return }
        for placed in rungs {
            guard placed.rung.of < values.count, values[placed.rung.of].value.kind == .reading,
                let at = placed.rung.at.number, !range.contains(at)
            else { continue }
            placed.at.report(
                .implausibleThreshold,
                "\(input.metric) lies between \(plainNumber(range.lowerBound)) and \(plainNumber(range.upperBound)), so \(placed.rung.at.text(isSpan: isAbsence)) is never reached",
                help: "write a threshold between the two, or correct 'plausible' in the catalogue", severity: .warning)
        }
    }
}

extension RuleReader.PlacedRung {
    fileprivate var dates: [Timestamp] {
        [rung.at, rung.clear].flatMap { threshold -> [Timestamp] in
            if case .dated(let dates)? = threshold { dates.map(\.from) } else { [] }
        }
    }

    /// The level as it is at a moment; nil where it does not exist yet.
    fileprivate func inForce(at moment: Timestamp) -> Self? {
        guard let at = rung.at.inForce(at: moment) else { return nil }
        var now = self
        now.rung.at = at
        now.rung.clear = rung.clear?.inForce(at: moment)
        return now
    }
}
