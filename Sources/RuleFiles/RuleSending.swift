import Engine
import Events
import StrictYAML

/// What is told of a rule's alarms, and what people must answer: `inhibited_by`, `active`, `flap`, `response`.
extension RuleReader {
    static let maximumInhibitions = 16

    func readSending(_ rule: inout Rule) {
        let by = rule.by
        if let items = fields.optional("inhibited_by")?.items(atMost: Self.maximumInhibitions) {
            rule.inhibitedBy = items.compactMap { inhibition($0, by) }
        }
        rule.active = fields.optional("active").flatMap(calendar)
        rule.flap = fields.optional("flap").flatMap(flap)
        rule.response = fields.optional("response").flatMap { response($0, rule) }
    }

    /// `gas-report`, or `{rule: gas-report, level: orange, same: area(6)}`.
    private func inhibition(_ item: YAMLItem, _ by: Rule.Key) -> Rule.Inhibition? {
        // What an alarm belongs to is what both have in common, unless the file says otherwise.
        let same: Rule.Inhibition.Same = if case .area(let digits) = by { .area(digits: digits) } else { .subject }
        if item.scalar != nil { return item.string().map { Rule.Inhibition(rule: $0, same: same) } }
        let named = YAMLItem(node: item.node, name: "an item of inhibited_by", source: item.source)
        guard let fields = named.fields(RuleKeys.inhibition) else { return nil }
        let rule = fields.required("rule")?.string()
        let level = fields.read("level", or: Level.blue) { $0.word(of: Level.words) }
        let given = fields.read("same", or: same) { $0.word(of: Rule.Inhibition.Same.words) }
        guard let rule, let level, let given else { return nil }
        return Rule.Inhibition(rule: rule, level: level, same: given)
    }

    private func flap(_ item: YAMLItem) -> Rule.Flap? {
        guard let fields = item.fields(RuleKeys.flap) else { return nil }
        let low = fields.required("low")?.double(in: 0.01...0.99)
        let high = fields.required("high")?.double(in: 0.01...0.99)
        let history = fields.read("history", or: Rule.Flap.maximumHistory) { $0.int(in: 2...Rule.Flap.maximumHistory) }
        guard let low, let high, let history else { return nil }
        guard low <= high else {
            item.report(
                .flapBounds, "flapping ends below 'low' and begins above 'high', so low is not above high",
                help: "swap the two")
            return nil
        }
        return Rule.Flap(low: low, high: high, history: history)
    }

    private func response(_ item: YAMLItem, _ rule: Rule) -> Rule.Response? {
        guard let fields = item.fields(RuleKeys.response) else { return nil }
        let range: ClosedRange<TimeSpan> = .seconds(1) ... .days(366)
        let handle = fields.optional("handle_within")
        let acknowledge = handle == nil ? fields.required("acknowledge_within") : fields.optional("acknowledge_within")
        let units = fields.read("escalate_to", or: []) { self.units($0, atMost: Rule.Response.maximumUnits) }
        let level = fields.read("level", or: Level.blue) { $0.word(of: Level.words) }
        let response = Rule.Response(
            level: level ?? .blue, acknowledgeWithin: acknowledge?.span(in: range),
            handleWithin: handle?.span(in: range), escalateTo: units ?? [])
        if let first = response.acknowledgeWithin, let second = response.handleWithin, second <= first {
            handle?.report(
                .responseOrder, "an alarm would have to be handled before it has to be acknowledged",
                help: "write 'handle_within: \((first + first).formatted)', or another span above \(first.formatted)")
        }
        let highest = max(
            rule.ladder.last?.level ?? .blue, rule.noData?.action == .alarm ? rule.noData?.level ?? .blue : .blue)
        let hasLevels = !rule.ladder.isEmpty || rule.noData != nil
        if hasLevels, response.level > highest {
            fields.optional("level")?.report(
                .unreachable, "the rule's alarms never come to \(response.level.name), so nobody has to answer",
                help: "write 'level: \(highest.name)'")
        }
        return response
    }

    /// `engine: 3`: rules that say so are never judged by an engine that would misread them.
    func checkEngine() {
        guard let item = fields.optional("engine"), let wanted = item.int(in: 1...1_000_000) else { return }
        guard wanted > Int(Engine.version) else { return }
        item.report(
            .engineVersion, "the rule needs engine \(wanted), this is \(Engine.version)",
            help: "run a newer Fenghuo; 'engine: \(Engine.version)' would promise that the rule means the same here")
    }
}
