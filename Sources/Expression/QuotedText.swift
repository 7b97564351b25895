/// Reads one string or bytes literal, its escapes resolved.
struct QuotedText {
    let source: [UInt8]
    /// Where the literal starts, prefix included.
    let start: Int
    /// At the opening quote before reading, after the closing one then.
    var position: Int
    let raw: Bool
    let bytes: Bool

    mutating func read() throws(ExpressionError) -> [UInt8] {
        let quote = source[position]
        let triple = matches(quote, count: 3)
        position += triple ? 3 : 1
        var out: [UInt8] = []
        while position < source.count {
            let byte = source[position]
            if byte == quote, !triple || matches(quote, count: 3) {
                position += triple ? 3 : 1
                return out
            }
            if byte == 0x0A || byte == 0x0D, !triple { break }
            if byte == UInt8(ascii: "\\"), !raw {
                try escape(&out)
            } else {
                out.append(byte)
                position += 1
            }
        }
        throw failure(start, "unfinished \(bytes ? "bytes" : "string")")
    }

    private func matches(_ quote: UInt8, count: Int) -> Bool {
        position + count <= source.count && source[position..<(position + count)].allSatisfy { $0 == quote }
    }

    private func failure(_ from: Int, _ message: String) -> ExpressionError {
        let end = min(source.count, max(position, from + 1))
        return .init(code: .syntax, offset: from, length: end - from, message: message)
    }

    private mutating func escape(_ out: inout [UInt8]) throws(ExpressionError) {
        let from = position
        guard position + 1 < source.count else { throw failure(start, "unfinished \(bytes ? "bytes" : "string")") }
        let letter = source[position + 1]
        position += 2
        if let simple = Self.simpleEscape(letter) {
            out.append(simple)
            return
        }
        switch letter {
        case UInt8(ascii: "x"), UInt8(ascii: "X"): try append(digits(2, radix: 16, from: from), &out, from)
        case UInt8(ascii: "u") where !bytes: try append(digits(4, radix: 16, from: from), &out, from)
        case UInt8(ascii: "U") where !bytes: try append(digits(8, radix: 16, from: from), &out, from)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            position -= 1
            try append(digits(3, radix: 8, from: from), &out, from)
        default: throw failure(from, "unknown escape; a backslash itself is written \\\\ or in r'…'")
        }
    }

    private static func simpleEscape(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "a"): 0x07
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "v"): 0x0B
        case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): letter
        default: nil
        }
    }

    private mutating func digits(_ count: Int, radix: UInt32, from: Int) throws(ExpressionError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard position < source.count, let digit = hexDigit(source[position]), digit < radix else {
                throw failure(from, "an escape with too few digits")
            }
            value = value &* radix &+ digit
            position += 1
        }
        return value
    }

    private mutating func append(_ value: UInt32, _ out: inout [UInt8], _ from: Int) throws(ExpressionError) {
        if bytes {
            out.append(UInt8(truncatingIfNeeded: value))
            return
        }
        guard let scalar = Unicode.Scalar(value) else { throw failure(from, "not a Unicode code point") }
        out.append(contentsOf: UTF8.encode(scalar)!)
    }
}

/// The value of a hexadecimal digit.
func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}
