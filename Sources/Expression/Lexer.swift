/// Turns the bytes of a source into tokens, one at a time.
struct Lexer {
    let source: [UInt8]
    private var position = 0

    init(source: [UInt8]) { self.source = source }

    mutating func next() throws(ExpressionError) -> Token {
        skipBlanks()
        let start = position
        guard let byte = peek(0) else { return Token(kind: .end, offset: start, length: 0) }
        let kind: Token.Kind =
            if Self.startsName(byte) {
                try nameOrPrefixedString()
            } else if Self.isDigit(byte) || (byte == UInt8(ascii: ".") && peek(1).map(Self.isDigit) == true) {
                try number()
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                try quotedText(from: start, raw: false, bytes: false)
            } else if byte == UInt8(ascii: "`") {
                try quotedName()
            } else {
                try .symbol(symbol(byte))
            }
        return Token(kind: kind, offset: start, length: position - start)
    }

    private func peek(_ ahead: Int) -> UInt8? {
        position + ahead < source.count ? source[position + ahead] : nil
    }

    private mutating func skipBlanks() {
        while let byte = peek(0) {
            if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0C || byte == 0x0D {
                position += 1
            } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "/") {
                while let byte = peek(0), byte != 0x0A { position += 1 }
            } else {
                return
            }
        }
    }

    static func startsName(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_")
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    private mutating func nameOrPrefixedString() throws(ExpressionError) -> Token.Kind {
        let start = position
        if let prefix = stringPrefix() {
            position += prefix.length
            return try quotedText(from: start, raw: prefix.raw, bytes: prefix.bytes)
        }
        while let byte = peek(0), Self.startsName(byte) || Self.isDigit(byte) { position += 1 }
        return .identifier(Text.string(source[start..<position]))
    }

    /// `r`, `b` and `br` directly before a quote.
    private func stringPrefix() -> (length: Int, raw: Bool, bytes: Bool)? {
        func isQuote(_ byte: UInt8?) -> Bool { byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") }
        let first = peek(0).map { $0 | 0x20 }
        if first == UInt8(ascii: "r"), isQuote(peek(1)) { return (1, true, false) }
        guard first == UInt8(ascii: "b") else { return nil }
        if isQuote(peek(1)) { return (1, false, true) }
        return peek(1).map { $0 | 0x20 } == UInt8(ascii: "r") && isQuote(peek(2)) ? (2, true, true) : nil
    }

    private mutating func quotedText(from start: Int, raw: Bool, bytes: Bool) throws(ExpressionError) -> Token.Kind {
        var reader = QuotedText(source: source, start: start, position: position, raw: raw, bytes: bytes)
        let content = try reader.read()
        position = reader.position
        if bytes { return .bytes(content) }
        return .string(Text.string(content))
    }

    private mutating func quotedName() throws(ExpressionError) -> Token.Kind {
        let start = position
        position += 1
        while let byte = peek(0), byte != UInt8(ascii: "`"), byte >= 0x20, byte < 0x7F { position += 1 }
        guard peek(0) == UInt8(ascii: "`"), position > start + 1 else {
            throw .init(code: .syntax, offset: start, length: position - start, message: "unfinished quoted field name")
        }
        position += 1
        return .quoted(Text.string(source[(start + 1)..<(position - 1)]))
    }

    private mutating func number() throws(ExpressionError) -> Token.Kind {
        let start = position
        if peek(0) == UInt8(ascii: "0"), peek(1).map({ $0 | 0x20 }) == UInt8(ascii: "x") {
            position += 2
            let digits = position
            while let byte = peek(0), Self.isDigit(byte) || (byte | 0x20) &- UInt8(ascii: "a") < 6 { position += 1 }
            return try integer(Text.string(source[digits..<position]), radix: 16, from: start)
        }
        skipDigits()
        var isDouble = false
        if peek(0) == UInt8(ascii: "."), peek(1).map(Self.isDigit) == true {
            isDouble = true
            position += 1
            skipDigits()
        }
        if peek(0).map({ $0 | 0x20 }) == UInt8(ascii: "e") {
            let sign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-") ? 1 : 0
            if peek(1 + sign).map(Self.isDigit) == true {
                isDouble = true
                position += 1 + sign
                skipDigits()
            }
        }
        let text = Text.string(source[start..<position])
        guard isDouble else { return try integer(text, radix: 10, from: start) }
        guard let value = Double(text), value.isFinite else { throw outOfRange(start, "a double") }
        return .double(value)
    }

    private mutating func skipDigits() {
        while let byte = peek(0), Self.isDigit(byte) { position += 1 }
    }

    private mutating func integer(_ digits: String, radix: Int, from start: Int) throws(ExpressionError) -> Token.Kind {
        guard !digits.isEmpty else {
            throw .init(code: .syntax, offset: start, length: position - start, message: "a number without digits")
        }
        let value = UInt64(digits, radix: radix)
        if peek(0).map({ $0 | 0x20 }) == UInt8(ascii: "u") {
            position += 1
            guard let value else { throw outOfRange(start, "a uint") }
            return .uint(value)
        }
        guard let value, value <= UInt64(Int64.max) + 1 else { throw outOfRange(start, "an int") }
        return .int(value)
    }

    private func outOfRange(_ start: Int, _ what: String) -> ExpressionError {
        .init(
            code: .literalOutOfRange, offset: start, length: position - start,
            message: "the number does not fit \(what)")
    }

    private mutating func symbol(_ byte: UInt8) throws(ExpressionError) -> Token.Symbol {
        for length in [2, 1] where position + length <= source.count {
            let text = Text.string(source[position..<(position + length)])
            if let symbol = Token.Symbol(rawValue: text) {
                position += length
                return symbol
            }
        }
        let suggestion: String? =
            switch byte {
            case UInt8(ascii: "="): "compare with =="
            case UInt8(ascii: "&"): "write &&"
            case UInt8(ascii: "|"): "write ||"
            default: nil
            }
        let length = Unicode.UTF8.width(leading: byte)
        throw .init(
            code: .syntax, offset: position, length: min(length, source.count - position),
            message: "unexpected character '\(Text.string(source[position..<min(source.count, position + length)]))'",
            suggestion: suggestion)
    }
}

extension Unicode.UTF8 {
    /// Bytes of the code point that starts with this byte of valid UTF-8.
    fileprivate static func width(leading byte: UInt8) -> Int {
        byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    }
}
