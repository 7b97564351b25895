import Engine
import Events
import StrictYAML

/// The windows of a rule: an aggregate, what it aggregates, and one of the forms that say over which samples.
extension RuleReader {
    /// Of these a window has one.
    private static let forms = ["over", "every", "gap", "samples", "half_life", "alpha"]

    func window(_ item: YAMLItem, _ input: Rule.Input?) -> Rule.Window? {
        guard let pairs = item.pairs() else { return nil }
        let chosen = pairs.filter { !RuleKeys.window.contains($0.name) }
        guard let first = chosen.first, let aggregate = Aggregate(name: first.name), chosen.count == 1 else {
            reportAggregate(item, chosen)
            return nil
        }
        warnOfKind(aggregate, first, input)
        guard let fields = item.fields([aggregate.name] + RuleKeys.window) else { return nil }
        let of = sample(first.value, aggregate)
        let quantile = quantile(aggregate, fields)
        let shape = shape(aggregate, fields)
        guard let of, let quantile, let shape else { return nil }
        return Rule.Window(aggregate: aggregate, of: of, shape: shape, quantile: quantile)
    }

    /// `value`, or an expression; for `distinct` also a text.
    private func sample(_ item: YAMLItem, _ aggregate: Aggregate) -> Formula?? {
        guard let text = item.string() else { return nil }
        guard text != "value" else { return .some(nil) }
        return formula(item, aggregate == .distinct ? .scalar : .number).map { .some($0) }
    }

    private func quantile(_ aggregate: Aggregate, _ fields: YAMLFields) -> Double? {
        guard aggregate != .quantile else {
            guard let item = fields.required("q") else { return nil }
            guard let text = item.scalar, let per = Double(text), per > 1, per <= 100 else {
                return item.double(in: 0...1)
            }
            item.report(
                YAMLCode.outOfRange.rawValue, "q must lie between 0 and 1", help: "write \(plainNumber(per / 100))")
            return nil
        }
        guard let given = fields.optional("q") else { return 0 }
        given.report(.windowKind, "'q' belongs to quantile, not to \(aggregate.name)", help: "remove it")
        return nil
    }

    private func shape(_ aggregate: Aggregate, _ fields: YAMLFields) -> Rule.Window.Shape? {
        let forms = Self.forms.filter { fields.optional($0) != nil }
        guard forms.count <= 1 else {
            fields.optional(forms[1])?.report(
                .windowKind, "a window has one of \(Self.forms.joined(separator: ", ")), this has '\(forms[0])' too",
                help: "name several windows under 'values'")
            return nil
        }
        guard fits(aggregate, forms.first, fields), !hasStray(forms.first, fields) else { return nil }
        switch forms.first {
        case "every": return span(fields, "every").map { .tumbling(every: $0) }
        case "gap": return session(fields)
        case "samples":
            return fields.optional("samples")?.int(in: 1...Rule.Window.maximumSamples).map { .samples($0) }
        case "half_life": return span(fields, "half_life").map { .halfLife($0) }
        case "alpha":
            guard let item = fields.optional("alpha"), let weight = item.double(in: 0...1) else { return nil }
            guard weight > 0 else {
                item.report(.windowKind, "with alpha 0 no reading after the first counts", help: "write 'alpha: 0.1'")
                return nil
            }
            return .weight(weight)
        default: return panes(aggregate, fields)
        }
    }

    private func span(_ fields: YAMLFields, _ key: String) -> TimeSpan? {
        fields.required(key)?.span(in: .seconds(1)...Rule.Window.longest)
    }

    /// An average that fades has no window; the others have no fading; a quantile needs the samples.
    private func fits(_ aggregate: Aggregate, _ form: String?, _ fields: YAMLFields) -> Bool {
        let isFading = form == "half_life" || form == "alpha"
        if aggregate == .ewma, !isFading {
            (form.flatMap { fields.optional($0) } ?? fields.item).report(
                .windowKind, "ewma weighs every sample there was and has no window",
                help: "write 'half_life: 10m' or 'alpha: 0.1'")
            return false
        }
        if aggregate != .ewma, isFading, let form {
            fields.optional(form)?.report(
                .windowKind, "'\(form)' belongs to ewma, not to \(aggregate.name)", help: "write 'over: 1h, step: 5m'")
            return false
        }
        let keepsSamples = form == "samples" || form == nil || fields.optional("step")?.scalar == "exact"
        if aggregate == .quantile, !keepsSamples, let form {
            fields.optional(form)?.report(
                .windowKind, "a quantile needs the samples, at most \(Rule.Window.maximumSamples) of them",
                help: "write 'over: 1h, step: exact' or 'samples: 50'")
            return false
        }
        return true
    }

    /// `step` without `over`, `longest` without `gap`.
    private func hasStray(_ form: String?, _ fields: YAMLFields) -> Bool {
        for (key, owner) in [("step", "over"), ("longest", "gap")] {
            guard let given = fields.optional(key), form != nil, form != owner else { continue }
            given.report(.windowKind, "'\(key)' belongs to '\(owner)'", help: "remove it")
            return true
        }
        return false
    }

    private func session(_ fields: YAMLFields) -> Rule.Window.Shape? {
        guard fields.optional("longest") != nil else {
            fields.optional("gap")?.report(
                .unboundedWindow, "nothing bounds how long a session goes on", help: "add 'longest: 6h'")
            return nil
        }
        guard let gap = span(fields, "gap"), let longest = span(fields, "longest") else { return nil }
        if gap > longest {
            fields.optional("gap")?.report(
                .windowKind, "a session would be over before its gap of \(gap.formatted)",
                help: "write 'longest: \(gap.formatted)' or more")
            return nil
        }
        return .session(gap: gap, longest: longest)
    }

    private func panes(_ aggregate: Aggregate, _ fields: YAMLFields) -> Rule.Window.Shape? {
        guard let over = fields.optional("over") else { return unbounded(aggregate, fields) }
        guard let length = over.span(in: .seconds(1)...Rule.Window.longest) else { return nil }
        guard let step = fields.optional("step") else {
            let pane =
                Self.step(for: length, near: TimeSpan(microseconds: length.microseconds / 10))?.formatted ?? "exact"
            over.report(
                .unboundedWindow, "nothing bounds how finely the window is kept",
                help: "add 'step: \(pane)'")
            return nil
        }
        if step.scalar == "exact" { return .exact(over: length) }
        guard let pane = step.span(in: .milliseconds(1)...Rule.Window.longest), panesFit(over, length, step, pane)
        else { return nil }
        return .sliding(over: length, step: pane)
    }

    private func unbounded(_ aggregate: Aggregate, _ fields: YAMLFields) -> Rule.Window.Shape? {
        let step = aggregate == .quantile ? "exact" : "1m"
        fields.item.report(
            .unboundedWindow, "nothing bounds how long the window goes on",
            help: fields.optional("step") == nil ? "add 'over: 10m, step: \(step)'" : "add 'over: 10m'")
        return nil
    }

    private func reportAggregate(_ item: YAMLItem, _ chosen: [YAMLPair]) {
        let names = Aggregate.allCases.map(\.name)
        if let unknown = chosen.first(where: { Aggregate(name: $0.name) == nil }) {
            item.source.report(
                .unknownAggregate, at: unknown.keyMark, "a window has no aggregate '\(unknown.name)'",
                help: closest(to: unknown.name, among: names + RuleKeys.window).map { "did you mean '\($0)'?" }
                    ?? "the aggregates are: \(names.joined(separator: ", "))")
        } else {
            item.source.report(
                .unknownAggregate, at: chosen.last?.keyMark ?? item.mark,
                "a window has one aggregate, this has \(chosen.count)",
                help: chosen.isEmpty ? "write it like {avg: value, over: 10m, step: 1m}" : "name several under 'values'"
            )
        }
    }

    private func panesFit(_ over: YAMLItem, _ length: TimeSpan, _ step: YAMLItem, _ pane: TimeSpan) -> Bool {
        let panes = length.microseconds / pane.microseconds
        guard length.microseconds % pane.microseconds == 0 else {
            step.report(
                .windowStep, "\(length.formatted) is not a whole number of steps of \(pane.formatted)",
                help: Self.step(for: length, near: pane).map { "write 'step: \($0.formatted)'" })
            return false
        }
        guard panes <= Int64(Rule.Window.maximumPanes) else {
            step.report(
                .windowPanes, "a window has at most \(Rule.Window.maximumPanes) panes, this has \(panes)",
                help: Self.step(for: length, near: pane).map { "write 'step: \($0.formatted)' or more" })
            return false
        }
        return true
    }

    /// Of the steps people would choose, the nearest that divides the window into few enough panes.
    private static func step(for length: TimeSpan, near wanted: TimeSpan) -> TimeSpan? {
        let common: [TimeSpan] = [
            .seconds(1), .seconds(5), .seconds(10), .seconds(15), .seconds(30), .minutes(1), .minutes(2), .minutes(5),
            .minutes(10), .minutes(15), .minutes(30), .hours(1), .hours(2), .hours(3), .hours(6), .hours(12), .days(1),
            .days(7),
        ]
        let fitting = common.filter {
            length.microseconds % $0.microseconds == 0
                && length.microseconds / $0.microseconds <= Int64(Rule.Window.maximumPanes)
        }
        return fitting.min { abs($0.microseconds - wanted.microseconds) < abs($1.microseconds - wanted.microseconds) }
    }

    private func warnOfKind(_ aggregate: Aggregate, _ pair: YAMLPair, _ input: Rule.Input?) {
        guard let input, pair.value.scalar == "value", let metric = metrics?[input.metric] else { return }
        let fits =
            switch aggregate {
            case .rate, .increase: metric.kind == .counter
            case .sum: metric.kind == .increment
            case .avg, .min, .max, .count, .delta, .slope, .stddev, .first, .last, .distinct, .quantile, .ewma: true
            }
        guard !fits else { return }
        pair.source.report(
            .aggregateKind, at: pair.keyMark,
            "\(aggregate.name) of \(input.metric), which is a \(metric.kind.rawValue), says little",
            help: metric.kind == .gauge ? "use avg, max or delta" : nil, severity: .warning)
    }

    /// The windows of all the keys that the rule may have must fit into memory.
    func boundWindows(_ rule: Rule) {
        let bytes = rule.windowBytes
        guard bytes * Int(rule.maximumKeys) > Rule.Window.maximumBytes else { return }
        let most = Rule.Window.maximumBytes / bytes / 1000 * 1000
        let place = fields.optional("max_keys") ?? fields.optional("values") ?? fields.optional("value")
        place?.report(
            .windowMemory,
            "the windows of a key take \(bytes) bytes, those of \(rule.maximumKeys) keys more than \(Rule.Window.maximumBytes / 1_000_000_000) GB",
            help: "write 'max_keys: \(most)' or less")
    }
}
