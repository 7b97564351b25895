/// One lexical element of a source.
struct Token {
    enum Kind: Equatable {
        case end
        case identifier(String)
        /// Between backticks; only a field name may be written so.
        case quoted(String)
        /// The magnitude; the parser joins a minus sign to it.
        case int(UInt64)
        case uint(UInt64)
        case double(Double)
        case string(String)
        case bytes([UInt8])
        case symbol(Symbol)
    }

    enum Symbol: String {
        case leftParen = "("
        case rightParen = ")"
        case leftBracket = "["
        case rightBracket = "]"
        case leftBrace = "{"
        case rightBrace = "}"
        case comma = ","
        case dot = "."
        case colon = ":"
        case question = "?"
        case plus = "+"
        case minus = "-"
        case star = "*"
        case slash = "/"
        case percent = "%"
        case not = "!"
        case and = "&&"
        case or = "||"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessEqual = "<="
        case greater = ">"
        case greaterEqual = ">="
    }

    var kind: Kind
    var offset: Int
    var length: Int
    var end: Int { offset + length }

    /// How an error message names it.
    var text: String {
        switch kind {
        case .end: "the end"
        case .identifier(let name), .quoted(let name): "'\(name)'"
        case .int(let value): "\(value)"
        case .uint(let value): "\(value)u"
        case .double(let value): "\(value)"
        case .string: "a string"
        case .bytes: "bytes"
        case .symbol(let symbol): "'\(symbol.rawValue)'"
        }
    }
}
