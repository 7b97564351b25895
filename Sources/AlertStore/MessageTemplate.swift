/// Fills the `{name}` slots of a rule's message; an unknown slot stays as it is written.
enum MessageTemplate {
    static func fill(_ template: String, _ values: [String: String]) -> String {
        var out = ""
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{") {
            out += rest[..<open]
            rest = rest[open...]
            guard let close = rest.firstIndex(of: "}") else { break }
            let name = String(rest[rest.index(after: open)..<close])
            out += values[name] ?? String(rest[...close])
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }
}
