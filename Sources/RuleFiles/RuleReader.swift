import Engine
import Events
import StrictYAML

/// Turns one rule file into a rule; its extensions read the parts.
struct RuleReader {
    static let keys = [
        "id", "title", "domain", "status", "owner", "runbook", "cites", "effective", "input", "where", "by",
        "max_keys", "key_ttl", "value", "values", "only_while", "score", "levels", "for", "clear_for", "max_gap",
        "lateness", "no_data", "inhibited_by", "active", "flap", "response", "issue", "message", "registry", "absence",
        "sequence", "proximity", "index", "engine",
    ]

    let fields: YAMLFields
    let metrics: MetricCatalogue?
    let path: String
    let eventFields: [Formula.Field]
    /// Further columns of the registry.
    let columns: [Formula.Field]

    init?(_ root: YAMLItem, path: String, metrics: MetricCatalogue?) {
        let named = YAMLItem(node: root.node, name: "a rule", source: root.source)
        let inner = [
            ("levels", Level.allCases.map(\.name)), ("input", RuleKeys.input), ("title", RuleKeys.title),
            ("owner", RuleKeys.owner),
        ]
        guard let fields = named.fields(Self.keys, inner: inner) else { return nil }
        self.fields = fields
        self.path = path
        self.metrics = metrics
        eventFields = Self.declaredFields(fields.optional("input"))
        columns = Self.declaredColumns(fields.optional("registry"))
    }

    /// nil where a part without which there is no rule could not be read; findings then have an error.
    func rule() -> Rule? {
        checkEngine()
        let heading = heading()
        let kind = kind()
        let input = kind.map(mainInput) ?? nil
        let values = kind.map { self.values($0, input) } ?? nil
        let ladder = ladder(values ?? [], kind == .value ? input : nil)
        let by = key()
        guard let heading, let kind, let input, let values, let ladder, let by else {
            // What stands beside a missing part has its own mistakes, and whoever mends the file wants to know of all.
            _ = optionalParts(values)
            var rest = Rule(
                id: heading?.id ?? "", title: heading?.title ?? .init(zh: "", en: ""), domain: heading?.domain ?? "",
                message: .init(zh: "", en: ""), input: input ?? .init(type: "", metric: "", unit: ""), values: [],
                ladder: ladder ?? [])
            if heading != nil { describe(&rest) }
            readSending(&rest)
            return nil
        }
        var rule = Rule(
            id: heading.id, title: heading.title, domain: heading.domain,
            message: message() ?? MessageTemplate.standard(title: heading.title), input: input,
            values: values.map(\.value),
            ladder: ladder)
        rule.kind = kind
        describe(&rule)
        rule.by = by
        bound(&rule)
        let parts = optionalParts(values)
        rule.condition = parts.condition
        rule.onlyWhile = parts.onlyWhile
        rule.maxGap = parts.maxGap
        rule.lateness = parts.lateness
        rule.noData = parts.noData
        rule.score = parts.score
        readSending(&rule)
        boundWindows(rule)
        reportUnused(values, ladder)
        checkKind(rule)
        return rule
    }

    private struct OptionalParts {
        var condition: Formula?
        var onlyWhile: Formula?
        var score: Formula?
        var maxGap: TimeSpan?
        var lateness = TimeSpan.zero
        var noData: Rule.NoData?
    }

    private func optionalParts(_ values: [NamedValue]?) -> OptionalParts {
        var parts = OptionalParts()
        parts.condition = fields.optional("where").flatMap { formula($0, .boolean) }
        if let item = fields.optional("only_while"), let values {
            parts.onlyWhile = condition(item, over: values.map(\.value.name))
        }
        if let item = fields.optional("score"), let values {
            parts.score = condition(item, over: values.map(\.value.name), .number)
        }
        parts.maxGap = fields.optional("max_gap")?.span(in: .seconds(1) ... .days(366))
        parts.lateness = fields.optional("lateness")?.span(in: .zero ... .days(31)) ?? .zero
        parts.noData = fields.optional("no_data").flatMap(noData)
        return parts
    }

    private func noData(_ item: YAMLItem) -> Rule.NoData? {
        guard let fields = item.fields(RuleKeys.noData) else { return nil }
        let after = fields.required("after")?.span(in: .seconds(1) ... .days(366))
        let hold = fields.optional("for")?.span(in: .zero ... .days(366)) ?? .zero
        let action = fields.required("do")?.word(of: Rule.NoData.Action.words)
        let level = fields.optional("level")?.word(of: Level.words)
        if let given = fields.optional("level"), let action, action != .alarm {
            given.report(.noDataLevel, "a level has a meaning only with 'do: alarm'", help: "remove it")
        }
        let expect = fields.optional("expect")?.strings(atMost: 10_000) ?? []
        guard let after, let action else { return nil }
        return Rule.NoData(after: after, action: action, hold: hold, level: level ?? .blue, expect: expect)
    }
}

extension Level {
    static let words = allCases.map { ($0.name, $0) }
}
