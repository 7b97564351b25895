import Engine
import Events

/// The schema of a rule's larger keys: its kind where it is not over values, and what is sent of its alarms.
extension RuleSchema {
    static func kind(_ key: String) -> SchemaNode {
        switch key {
        case "absence":
            .mapping(
                described(RuleKeys.absence, "absence") { _ in
                    .array(of: .reference("text"), atMost: Rule.Absence.maximumExpected)
                })
        case "sequence": sequence
        case "index": index
        default: proximity
        }
    }

    private static var sequence: SchemaNode {
        let negated = SchemaNode.mapping([("not", .reference("step"))], required: ["not"])
        let properties = described(RuleKeys.sequence, "sequence") { key in
            switch key {
            case "within": .reference("span")
            case "clear": .reference("step")
            case "any": .array(of: .reference("step"), atMost: Rule.Pattern.maximumSteps, atLeast: 2)
            default:
                .array(of: .anyOf(.reference("step"), negated), atMost: Rule.Pattern.maximumSteps, atLeast: 2)
            }
        }
        return SchemaNode.mapping(properties, required: ["within"]).and(
            ("oneOf", .list(["steps", "any"].map { .object([("required", .texts([$0]))]) })))
    }

    private static var proximity: SchemaNode {
        let properties = described(RuleKeys.proximity, "proximity") { key in
            switch key {
            case "metres": number(Rule.Proximity.radii)
            case "during": .reference("span")
            case "measure": .words(Rule.Proximity.Measure.words.map(\.0))
            case "of": .reference("step")
            case "grade": .whole(1...4)
            default: .whole(Rule.Proximity.pointBounds)
            }
        }
        return SchemaNode.mapping(properties, required: ["metres", "during"])
    }

    private static var index: SchemaNode {
        let part = described(RuleKeys.indexPart, "part") { key in
            switch key {
            case "rule": .reference("slug")
            case "exposure": .words(["population", "grade"])
            case "weight": number(Rule.Composite.weights)
            default: .whole(1...Registry.populationBounds.upperBound)
            }
        }
        let properties = described(RuleKeys.index, "index") { key in
            switch key {
            case "combine": .words(Rule.Composite.Combination.words.map(\.0))
            case "areas":
                .array(
                    of: .object([("enum", .list(Rule.Composite.areaDigits.map { .int($0) }))]),
                    atMost: Rule.Composite.areaDigits.count, atLeast: 1)
            case "min_known": number(0...1)
            default:
                .array(of: .mapping(part, required: []), atMost: Rule.Composite.maximumParts, atLeast: 1)
            }
        }
        return SchemaNode.mapping(properties, required: ["of"])
    }

    static func sending(_ key: String) -> SchemaNode {
        switch key {
        case "inhibited_by":
            .array(of: .anyOf(.reference("slug"), inhibition), atMost: RuleReader.maximumInhibitions)
        case "active": active
        case "flap":
            .mapping(
                described(RuleKeys.flap, "flap") {
                    $0 == "history" ? .whole(2...Rule.Flap.maximumHistory) : number(0.01...0.99)
                }, required: ["low", "high"])
        default: response
        }
    }

    private static var inhibition: SchemaNode {
        .mapping(
            described(RuleKeys.inhibition, "inhibited_by") { key in
                switch key {
                case "rule": .reference("slug")
                case "level": .words(Level.words.map(\.0))
                default: .words(Rule.Inhibition.Same.words.map(\.0))
                }
            }, required: ["rule"])
    }

    private static var active: SchemaNode {
        let weekday = "(\(RuleReader.weekdays.joined(separator: "|")))"
        let date = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
        func several(_ pattern: String, atMost: Int) -> SchemaNode {
            .anyOf(.pattern(pattern), .array(of: .pattern(pattern), atMost: atMost))
        }
        return .mapping(
            described(RuleKeys.active, "active") { key in
                switch key {
                case "zone": .pattern("^[A-Za-z0-9_/+-]+$")
                case "weekdays": several("^\(weekday)(-\(weekday))?$", atMost: 7)
                case "hours":
                    several("^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$", atMost: Rule.Calendar.maximumHours)
                case "season": .pattern("^\(date)([.][.]\(date))?$")
                default: several("^\(date)([.][.]\(date))?$", atMost: Rule.Calendar.maximumDays)
                }
            })
    }

    private static var response: SchemaNode {
        SchemaNode.mapping(
            described(RuleKeys.response, "response") { key in
                switch key {
                case "level": .words(Level.words.map(\.0))
                case "escalate_to": .array(of: .reference("text"), atMost: Rule.Response.maximumUnits)
                default: .reference("span")
                }
            }
        ).and(
            (
                "anyOf",
                .list(["acknowledge_within", "handle_within"].map { .object([("required", .texts([$0]))]) })
            ))
    }

    private static func number(_ range: ClosedRange<Double>) -> SchemaNode {
        .object([
            ("type", .text("number")), ("minimum", .number(range.lowerBound)), ("maximum", .number(range.upperBound)),
        ])
    }
}
