import StrictYAML

/// A piece of a JSON Schema document, keys in the order in which they are written.
indirect enum SchemaNode: Equatable {
    case bool(Bool)
    case int(Int)
    case number(Double)
    case text(String)
    case list([SchemaNode])
    case object([(String, SchemaNode)])

    static func == (a: Self, b: Self) -> Bool { a.json == b.json }

    static func texts(_ texts: [String]) -> SchemaNode { .list(texts.map(SchemaNode.text)) }

    /// With a description, where it is an object.
    func described(_ text: String) -> SchemaNode {
        guard case .object(let fields) = self else { return self }
        return .object([("description", .text(text))] + fields.filter { $0.0 != "description" })
    }

    func and(_ more: (String, SchemaNode)...) -> SchemaNode {
        guard case .object(let fields) = self else { return self }
        return .object(fields + more)
    }

    subscript(key: String) -> SchemaNode? {
        guard case .object(let fields) = self else { return nil }
        return fields.first { $0.0 == key }?.1
    }

    /// Indented by two.
    var json: String { written(indent: "") }

    private func written(indent: String) -> String {
        let inner = indent + "  "
        switch self {
        case .bool(let value): return "\(value)"
        case .int(let value): return "\(value)"
        case .number(let value): return plainNumber(value)
        case .text(let text): return Self.quoted(text)
        case .list(let items):
            let texts = items.map { $0.written(indent: inner) }
            let isShort = texts.allSatisfy { !$0.contains("\n") } && texts.joined(separator: ", ").count < 100
            if isShort { return "[" + texts.joined(separator: ", ") + "]" }
            return "[\n" + texts.map { inner + $0 }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let fields):
            guard !fields.isEmpty else { return "{}" }
            let lines = fields.map { "\(inner)\(Self.quoted($0.0)): \($0.1.written(indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { out, scalar in
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        } + "\""
    }
}

extension SchemaNode {
    /// A mapping with these keys and no others.
    static func mapping(_ properties: [(String, SchemaNode)], required: [String] = []) -> SchemaNode {
        var fields: [(String, SchemaNode)] = [
            ("type", .text("object")), ("properties", .object(properties)), ("additionalProperties", .bool(false)),
        ]
        if !required.isEmpty { fields.append(("required", .texts(required))) }
        return .object(fields)
    }

    static func reference(_ name: String) -> SchemaNode { .object([("$ref", .text("#/$defs/\(name)"))]) }

    static func words(_ words: [String]) -> SchemaNode { .object([("enum", .texts(words))]) }

    static func pattern(_ pattern: String) -> SchemaNode {
        .object([("type", .text("string")), ("pattern", .text(pattern))])
    }

    static func array(of item: SchemaNode, atMost: Int, atLeast: Int = 0) -> SchemaNode {
        .object([
            ("type", .text("array")), ("items", item), ("minItems", .int(atLeast)), ("maxItems", .int(atMost)),
        ])
    }

    static func anyOf(_ nodes: SchemaNode...) -> SchemaNode { .object([("anyOf", .list(nodes))]) }

    static func whole(_ range: ClosedRange<Int>) -> SchemaNode {
        .object([
            ("type", .text("integer")), ("minimum", .int(range.lowerBound)), ("maximum", .int(range.upperBound)),
        ])
    }
}
