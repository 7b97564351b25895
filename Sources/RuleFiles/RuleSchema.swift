import Engine
import Events

/// JSON Schema (draft 2020-12) of rule files, for editors: completion, hover and a first check while typing.
///
/// Keys and words come from the tables that the reader uses. A schema sees form only: what `rules check` says goes
/// further (metrics, units, expressions, the order of levels).
public enum RuleSchema {
    public static var rule: String { document.json }

    static var document: SchemaNode {
        .object(
            [
                ("$schema", .text("https://json-schema.org/draft/2020-12/schema")), ("title", .text("Fenghuo rule")),
                ("description", .text("One rule a file: rules/<domain>/<id>.yml. 一条规则一个文件。")),
                ("type", .text("object")),
                ("properties", .object(RuleReader.keys.map { ($0, property($0) ?? .object([])) })),
                ("additionalProperties", .bool(false)),
                ("required", .texts(["id", "title", "domain", "levels"])),
                (
                    "oneOf",
                    .list(
                        [
                            ["input", "value"], ["input", "values"], ["absence"], ["sequence"], ["proximity"],
                            ["index"],
                        ].map {
                            .object([("required", .texts($0))])
                        })
                ),
                ("$defs", .object(definitions)),
            ])
    }

    /// What a key of a rule takes; nil where nobody has said so yet.
    static func property(_ key: String) -> SchemaNode? {
        guard let shape = shape(key), let words = RuleSchemaWords.rule[key] else { return nil }
        return shape.described(words)
    }

    private static func shape(_ key: String) -> SchemaNode? {
        switch key {
        case "id", "domain": .reference("slug")
        case "title", "message":
            .mapping(described(RuleKeys.title, "title") { _ in .reference("text") }, required: RuleKeys.title)
        case "status": .words(Rule.Status.words.map(\.0))
        case "owner":
            .mapping(
                described(RuleKeys.owner, "owner") { $0 == "lead" ? .reference("text") : .reference("texts") },
                required: ["lead"])
        case "runbook": .reference("text")
        case "cites": .reference("texts")
        case "effective": .mapping(described(RuleKeys.effective, "effective") { _ in .reference("time") })
        case "input": input()
        case "registry": declarations
        case "where", "only_while", "score": .reference("expression")
        case "absence", "sequence", "proximity", "index": kind(key)
        case "by":
            .pattern(
                "^(subject|source|area\\((\(RuleKeys.areaDigits.map(String.init).joined(separator: "|")))\\)|[A-Za-z_][A-Za-z0-9_]{0,63})$"
            )
        case "max_keys": .whole(1...10_000_000)
        case "key_ttl", "for", "clear_for", "max_gap", "lateness": .reference("span")
        case "value": .reference("value")
        case "values":
            .object([
                ("type", .text("object")), ("minProperties", .int(1)),
                ("maxProperties", .int(RuleReader.maximumValues)),
                ("propertyNames", .pattern("^[A-Za-z_][A-Za-z0-9_]{0,63}$")),
                ("additionalProperties", .reference("value")),
            ])
        case "levels":
            .mapping(Level.allCases.map { ($0.name, .reference("level")) }).and(("minProperties", .int(1)))
        case "no_data": noData
        case "inhibited_by", "active", "flap", "response": sending(key)
        case "engine": .whole(1...1_000_000)
        case "issue": .words(Rule.Issue.words.map(\.0))
        default: nil
        }
    }

    /// The keys of one mapping with their shapes and what they mean.
    static func described(
        _ keys: [String], _ mapping: String, _ shape: (String) -> SchemaNode
    ) -> [(String, SchemaNode)] {
        keys.map { key in
            let node = shape(key)
            return (key, RuleSchemaWords.inner["\(mapping).\(key)"].map { node.described($0) } ?? node)
        }
    }

    /// `{name: kind}`
    private static var declarations: SchemaNode {
        .object([
            ("type", .text("object")), ("propertyNames", .pattern("^[A-Za-z_][A-Za-z0-9_]{0,63}$")),
            ("additionalProperties", .words(Formula.Field.Kind.words.map(\.0))),
        ])
    }

    /// What chooses events; a step of a sequence has `where` in it.
    static func input(_ more: [String] = []) -> SchemaNode {
        let properties = described(RuleKeys.input + more, "input") { key in
            switch key {
            case "where": .reference("expression")
            case "type": .words(["reading", "report"])
            case "fields": declarations
            default: .reference("text")
            }
        }
        func only(_ type: String, _ required: [String], without: [String]) -> SchemaNode {
            .object([
                (
                    "properties",
                    .object([("type", .object([("const", .text(type))]))] + without.map { ($0, .bool(false)) })
                ),
                ("required", .texts(required)),
            ])
        }
        return SchemaNode.mapping(properties, required: ["type"]).and(
            (
                "oneOf",
                .list([
                    only("reading", ["metric", "unit"], without: ["category"]),
                    only("report", ["category"], without: ["metric", "unit"]),
                ])
            ))
    }

    private static var noData: SchemaNode {
        let properties = described(RuleKeys.noData, "no_data") { key in
            switch key {
            case "after", "for": .reference("span")
            case "do": .words(Rule.NoData.Action.words.map(\.0))
            case "level": .words(Level.allCases.map(\.name))
            default: .array(of: .reference("text"), atMost: 10_000)
            }
        }
        let alarm = SchemaNode.object([("properties", .object([("do", .object([("const", .text("alarm"))]))]))])
        return SchemaNode.mapping(properties, required: ["after", "do"]).and(
            ("dependentSchemas", .object([("level", alarm)])))
    }

    private static var definitions: [(String, SchemaNode)] {
        let level = described(RuleKeys.level, "level") { key in
            switch key {
            case "at": .reference("threshold")
            case "clear": .reference("threshold")
            case "for", "clear_for": .reference("span")
            default: .reference("text")
            }
        }
        let dated = described(RuleKeys.dated, "dated") {
            $0 == "from" ? .reference("time") : .reference("plainThreshold")
        }
        let number = "[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?"
        let limit = "limit\\.[A-Za-z_][A-Za-z0-9_]*( +or +\(number))?"
        return [
            // Editors type plain scalars; a text that looks like a number or a truth is still a text here.
            ("text", .object([("type", .texts(["string", "number", "boolean"])), ("minLength", .int(1))])),
            ("texts", .array(of: .reference("text"), atMost: 32)),
            (
                "slug",
                .pattern("^[a-z]([a-z0-9]|-(?!-))*$").and(
                    ("maxLength", .int(64)), ("not", .object([("pattern", .text("-$"))])))
            ),
            ("span", .pattern("^([0-9]+(ms|s|m|h|d))+$").described("A span of time: 90s, 10m, 1h30m, 2d. 时长。")),
            (
                "time",
                .pattern(
                    "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
                )
            ),
            ("expression", .object([("type", .texts(["string", "boolean", "number"])), ("minLength", .int(1))])),
            (
                "threshold",
                .anyOf(
                    .reference("plainThreshold"),
                    .array(
                        of: .mapping(dated, required: RuleKeys.dated), atMost: Rule.Threshold.maximumDates, atLeast: 1
                    ).and(("prefixItems", .list([.mapping(dated, required: ["is"])]))))
            ),
            (
                "plainThreshold",
                // A span is the silence of an absence.
                .anyOf(
                    .object([("type", .text("number"))]), .pattern("^(>=|<=|≥|≤|>|<)? *(\(number)|\(limit))$"),
                    .pattern("^(>=|≥|>)? *([0-9]+(ms|s|m|h|d))+$"))
            ),
            ("level", .mapping(level, required: ["at"])),
            ("step", input(["where"])),
            ("value", .anyOf(.reference("expression"), .reference("window"))),
            ("window", window),
        ]
    }

    private static var window: SchemaNode {
        let aggregates = Aggregate.allCases.map(\.name)
        let properties = described(RuleKeys.window, "window") { key in
            switch key {
            case "step": .anyOf(.reference("span"), .words(["exact"]))
            case "samples": .whole(1...Rule.Window.maximumSamples)
            case "alpha", "q": .object([("type", .text("number"))])
            default: .reference("span")
            }
        }
        return SchemaNode.mapping(
            aggregates.map { ($0, SchemaNode.reference("expression")) } + properties, required: []
        ).and(("oneOf", .list(aggregates.map { .object([("required", .texts([$0]))]) })))
    }
}

extension RuleSchema {
    /// The same for test files, `<id>.test.yml`.
    public static var test: String {
        func shape(_ key: String) -> SchemaNode {
            switch key {
            case "start": .reference("time")
            case "until": .reference("span")
            case "registry": .object([("type", .text("object"))])
            case "cases":
                .array(of: .reference("case"), atMost: RuleTestReader.maximumCases, atLeast: 1)
            case "readings", "steps", "expect":
                .array(of: .reference("text"), atMost: RuleTestReader.maximumReadings)
            default: .reference("text")
            }
        }
        let shared = definitions.filter { ["text", "time", "span"].contains($0.0) }
        return SchemaNode.object(
            [
                ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
                ("title", .text("Fenghuo rule test")),
                ("type", .text("object")),
                ("properties", .object(described(RuleTestKeys.file, "test", shape))),
                ("additionalProperties", .bool(false)), ("required", .texts(["rule", "cases"])),
                (
                    "$defs",
                    .object(
                        shared + [
                            (
                                "case",
                                .mapping(
                                    described(RuleTestKeys.case, "case", shape),
                                    required: ["name", "readings", "expect"])
                            )
                        ])
                ),
            ]).json
    }
}
