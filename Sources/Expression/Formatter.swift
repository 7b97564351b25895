/// `string.format(list)`: `%s %d %f %e %b %o %x %X %%`.
struct Formatter {
    typealias Code = EvaluationError.Code

    var budget: Int

    mutating func format(_ format: String, _ values: [Value]) throws(Code) -> String {
        let bytes = Array(format.utf8)
        var out: [UInt8] = []
        var position = 0
        var next = 0
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "%") else {
                out.append(bytes[position])
                position += 1
                continue
            }
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "%") {
                out.append(UInt8(ascii: "%"))
                position += 1
                continue
            }
            let precision = try precision(bytes, &position)
            guard position < bytes.count else { throw .invalidArgument }
            let clause = bytes[position]
            position += 1
            guard next < values.count else { throw .indexOutOfBounds }
            let text = try self.text(clause, precision, values[next])
            next += 1
            try charge(1 + text.utf8.count / Evaluator.bytesPerStep)
            out.append(contentsOf: text.utf8)
        }
        return Text.string(out)
    }

    private mutating func charge(_ steps: Int) throws(Code) {
        budget -= steps
        if budget < 0 { throw .costExceeded }
    }

    private func precision(_ bytes: [UInt8], _ position: inout Int) throws(Code) -> Int? {
        guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else { return nil }
        position += 1
        let digits = bytes[position...].prefix(while: Lexer.isDigit)
        position += digits.count
        guard let precision = Int(Text.string(digits)), precision <= ExpressionLimits.formatPrecision else {
            throw .invalidArgument
        }
        return precision
    }

    private mutating func text(_ clause: UInt8, _ precision: Int?, _ value: Value) throws(Code) -> String {
        switch (clause, precision) {
        case (UInt8(ascii: "s"), nil): return try plain(value, depth: 0)
        case (UInt8(ascii: "d"), nil): return try whole(value)
        case (UInt8(ascii: "f"), _), (UInt8(ascii: "e"), _):
            try charge(16)
            return try real(value, precision ?? 6, scientific: clause == UInt8(ascii: "e"))
        case (UInt8(ascii: "b"), nil): return try radix(value, 2)
        case (UInt8(ascii: "o"), nil): return try radix(value, 8)
        case (UInt8(ascii: "x"), nil): return try radix(value, 16)
        case (UInt8(ascii: "X"), nil): return try radix(value, 16, uppercase: true)
        default: throw .invalidArgument
        }
    }

    private mutating func plain(_ value: Value, depth: Int) throws(Code) -> String {
        try charge(1)
        guard depth < ExpressionLimits.valueDepth else { throw .tooDeep }
        switch value {
        case .null: return "null"
        case .type(let name): return name
        case .bytes(let bytes): return Self.repaired(bytes)
        case .bool, .int, .uint, .double, .string, .timestamp, .duration:
            guard case .string(let text) = try Conversion.string(value) else { throw .noSuchOverload }
            return text
        case .list(let elements):
            var parts: [String] = []
            for element in elements { parts.append(try plain(element, depth: depth + 1)) }
            return "[" + parts.joined(separator: ", ") + "]"
        case .map(let map):
            var parts: [(key: String, value: String)] = []
            for entry in map.entries {
                parts.append((try plain(entry.key, depth: depth + 1), try plain(entry.value, depth: depth + 1)))
            }
            parts.sort { Text.order($0.key, $1.key) < 0 }
            return "{" + parts.map { $0.key + ": " + $0.value }.joined(separator: ", ") + "}"
        case .absent, .optional: throw .noSuchOverload
        }
    }

    /// Runs of invalid UTF-8 become one replacement character.
    private static func repaired(_ bytes: [UInt8]) -> String {
        var out = String.UnicodeScalarView()
        for scalar in Text.string(bytes).unicodeScalars where scalar != "\u{FFFD}" || out.last != "\u{FFFD}" {
            out.append(scalar)
        }
        return String(out)
    }

    private func whole(_ value: Value) throws(Code) -> String {
        switch value {
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return Conversion.shortest(number)
        default: throw .noSuchOverload
        }
    }

    private func real(_ value: Value, _ precision: Int, scientific: Bool) throws(Code) -> String {
        guard case .double(let number) = try Conversion.double(value), !Self.isText(value) else {
            throw .noSuchOverload
        }
        guard number.isFinite else { return Conversion.shortest(number) }
        let decimal = Decimal(number)
        return (number.sign == .minus ? "-" : "")
            + (scientific ? decimal.scientific(precision) : decimal.fixed(precision))
    }

    private static func isText(_ value: Value) -> Bool {
        if case .string = value { return true }
        return false
    }

    private func radix(_ value: Value, _ radix: Int, uppercase: Bool = false) throws(Code) -> String {
        switch (value, radix) {
        case (.int(let number), _): return String(number, radix: radix, uppercase: uppercase)
        case (.uint(let number), _): return String(number, radix: radix, uppercase: uppercase)
        case (.bool(let flag), 2): return flag ? "1" : "0"
        case (.string(let text), 16): return Self.hex(Array(text.utf8), uppercase)
        case (.bytes(let bytes), 16): return Self.hex(bytes, uppercase)
        default: throw .noSuchOverload
        }
    }

    private static func hex(_ bytes: [UInt8], _ uppercase: Bool) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: uppercase) }.joined()
    }
}
