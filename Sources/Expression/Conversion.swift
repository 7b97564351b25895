/// From one type to another: whole or an error, never silently cut.
enum Conversion {
    typealias Code = EvaluationError.Code

    static func bool(_ value: Value) throws(Code) -> Value {
        switch value {
        case .bool: return value
        case .string(let text):
            switch text {
            case "1", "t", "true", "TRUE", "True": return .bool(true)
            case "0", "f", "false", "FALSE", "False": return .bool(false)
            default: throw .conversion
            }
        default: throw .noSuchOverload
        }
    }

    static func int(_ value: Value) throws(Code) -> Value {
        switch value {
        case .int: return value
        case .uint(let number):
            guard let whole = Int64(exactly: number) else { throw .outOfRange }
            return .int(whole)
        case .double(let number):
            guard number > -0x1p63, number < 0x1p63 else { throw .outOfRange }
            return .int(Int64(number))
        case .string(let text):
            guard let whole = Int64(text) else { throw .conversion }
            return .int(whole)
        case .timestamp(let seconds, _): return .int(seconds)
        case .duration(let nanoseconds): return .int(nanoseconds / 1_000_000_000)
        default: throw .noSuchOverload
        }
    }

    static func uint(_ value: Value) throws(Code) -> Value {
        switch value {
        case .uint: return value
        case .int(let number):
            guard let whole = UInt64(exactly: number) else { throw .outOfRange }
            return .uint(whole)
        case .double(let number):
            guard number >= 0, number < 0x1p64 else { throw .outOfRange }
            return .uint(UInt64(number))
        case .string(let text):
            guard let whole = UInt64(text) else { throw .conversion }
            return .uint(whole)
        default: throw .noSuchOverload
        }
    }

    static func double(_ value: Value) throws(Code) -> Value {
        switch value {
        case .double: return value
        case .int(let number): return .double(Double(number))
        case .uint(let number): return .double(Double(number))
        case .string(let text):
            switch text {
            case "NaN": return .double(.nan)
            case "Infinity", "+Infinity": return .double(.infinity)
            case "-Infinity": return .double(-.infinity)
            default: break
            }
            guard text.utf8.allSatisfy(isDecimal), let number = Double(text) else { throw .conversion }
            return .double(number)
        default: throw .noSuchOverload
        }
    }

    /// Keeps out what the library would also read: hexadecimal, inf, nan.
    private static func isDecimal(_ byte: UInt8) -> Bool {
        Lexer.isDigit(byte) || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            || byte | 0x20 == UInt8(ascii: "e")
    }

    static func string(_ value: Value) throws(Code) -> Value {
        switch value {
        case .string: return value
        case .bool(let value): return .string(value ? "true" : "false")
        case .int(let number): return .string(String(number))
        case .uint(let number): return .string(String(number))
        case .double(let number): return .string(shortest(number))
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else { throw .invalidUTF8 }
            return .string(text)
        case .timestamp(let seconds, let nanoseconds): return .string(try Moment.text(seconds, nanoseconds))
        case .duration(let nanoseconds): return .string(Span.text(nanoseconds))
        default: throw .noSuchOverload
        }
    }

    /// The fewest digits that read back as the same double, without a needless `.0`.
    static func shortest(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        let text = number.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    static func bytes(_ value: Value) throws(Code) -> Value {
        switch value {
        case .bytes: return value
        case .string(let text): return .bytes(Array(text.utf8))
        default: throw .noSuchOverload
        }
    }

    static func timestamp(_ value: Value) throws(Code) -> Value {
        switch value {
        case .timestamp: return value
        case .int(let seconds): return try Moment.make(seconds, 0)
        case .string(let text): return try Moment.parse(text)
        default: throw .noSuchOverload
        }
    }

    static func duration(_ value: Value) throws(Code) -> Value {
        switch value {
        case .duration: return value
        case .int(let seconds):
            let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
            if overflow { throw .outOfRange }
            return .duration(nanoseconds: product)
        case .string(let text): return .duration(nanoseconds: try Span.parse(text))
        default: throw .noSuchOverload
        }
    }
}
