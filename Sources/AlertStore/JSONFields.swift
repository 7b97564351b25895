/// Writes the fields of a JSON object in the order of the calls; what is nil is left out.
struct JSONFields {
    private var text = ""

    var object: String { "{" + text + "}" }

    mutating func put(_ name: String, _ value: String?) { if let value { begin(name, Self.quoted(value)) } }

    mutating func put(_ name: String, _ value: (some BinaryInteger)?) { if let value { begin(name, "\(value)") } }

    mutating func put(_ name: String, _ value: Bool) { begin(name, value ? "true" : "false") }

    mutating func put(_ name: String, _ value: Double?) {
        guard let value else { return }
        precondition(value.isFinite, "JSON has no such number")
        begin(name, value.shortest)
    }

    mutating func put(_ name: String, _ values: [String]?) {
        if let values { begin(name, "[" + values.map(Self.quoted).joined(separator: ",") + "]") }
    }

    mutating func put<T>(_ name: String, _ value: T?, _ write: (inout JSONFields, T) -> Void) {
        if let value { begin(name, Self.object(value, write)) }
    }

    mutating func putList<T>(_ name: String, _ values: [T], _ write: (inout JSONFields, T) -> Void) {
        begin(name, "[" + values.map { Self.object($0, write) }.joined(separator: ",") + "]")
    }

    private static func object<T>(_ value: T, _ write: (inout JSONFields, T) -> Void) -> String {
        var fields = JSONFields()
        write(&fields, value)
        return fields.object
    }

    private mutating func begin(_ name: String, _ value: String) {
        if !text.isEmpty { text += "," }
        text += "\"\(name)\":\(value)"
    }

    private static func quoted(_ value: String) -> String {
        var out = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
