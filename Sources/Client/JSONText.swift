import Events

/// Pieces of JSON text.
enum JSONText {
    /// A string with its quotes.
    static func quoted(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        out.append(quoted: text)
        return out
    }

    /// Whether the bytes are a number as JSON writes it: they can then be sent as they stand.
    static func isNumber(_ bytes: some Collection<UInt8>) -> Bool {
        var rest = ArraySlice(Array(bytes))
        func digits() -> Int {
            let run = rest.prefix { $0 &- 48 <= 9 }.count
            rest = rest.dropFirst(run)
            return run
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let leadsWithZero = rest.first == 48
        let whole = digits()
        guard whole > 0, whole == 1 || !leadsWithZero else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let e = rest.first, e | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
