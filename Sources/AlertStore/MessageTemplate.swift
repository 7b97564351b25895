/// Fills the `{name}` slots of a rule's message; `{{` and `}}` are braces, an unknown slot stays as it is written.
enum MessageTemplate {
    static func fill(_ template: String, _ values: [String: String]) -> String {
        var out = ""
        var rest = Substring(template)
        while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            out += rest[..<brace]
            rest = rest[brace...]
            let isDoubled = rest.dropFirst().first == rest[brace]
            if !isDoubled, rest[brace] == "{", let close = rest.firstIndex(of: "}") {
                let name = String(rest[rest.index(after: brace)..<close])
                out += values[name] ?? String(rest[...close])
                rest = rest[rest.index(after: close)...]
            } else {
                out.append(rest[brace])
                rest = rest.dropFirst(isDoubled ? 2 : 1)
            }
        }
        return out + rest
    }
}
