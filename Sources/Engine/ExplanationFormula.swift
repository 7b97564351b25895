import Events
import Expression

extension Formula {
    /// The value of every part over one reading.
    func explained(_ arrival: Engine.Arrival, registered: Registry.Subject?) -> ExplainedExpression {
        explained(arrival.arrived.zones) { arrival.value(of: $0, registered: registered) }
    }

    /// The same over a rule's named values.
    func explained(_ values: RuleValues, registered: Registry.Subject?) -> ExplainedExpression {
        explained(.none) { values.value(of: $0, registered: registered) }
    }

    private func explained(_ zones: ZoneSet, _ fill: (Input) -> Value) -> ExplainedExpression {
        let text = Array(source.utf8)
        let parts = program.explain(inputs.map(fill), zones: zones).map { part in
            let piece = String(decoding: text[part.offset..<min(text.count, part.offset + part.length)], as: UTF8.self)
            switch part.result {
            case .success(let value): return ExplainedExpression.Part(text: piece, result: value.shown, isError: false)
            case .failure(let error):
                return ExplainedExpression.Part(text: piece, result: error.code.description, isError: true)
            }
        }
        return ExplainedExpression(source: source, parts: parts)
    }
}

extension Value {
    /// As people write it.
    var shown: String {
        switch self {
        case .absent: "absent"
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .uint(let value): "\(value)u"
        case .double(let value): "\(value)"
        case .string(let value): "\"\(value)\""
        case .bytes(let value): "\(value.count) bytes"
        case .timestamp(let seconds, let nanoseconds):
            Timestamp(microseconds: seconds &* 1_000_000 &+ Int64(nanoseconds / 1000)).formatted()
        case .duration(let nanoseconds): TimeSpan(microseconds: nanoseconds / 1000).formatted
        case .list(let values): "[" + values.map(\.shown).joined(separator: ", ") + "]"
        case .map(let map): "a map of \(map.entries.count)"
        case .type(let name): name
        case .optional(let value): value.map { "optional(\($0.shown))" } ?? "none"
        }
    }
}
