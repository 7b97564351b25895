/// Durations in nanoseconds, ±292 years, read and written as CEL does.
enum Span {
    typealias Code = EvaluationError.Code

    private static let units: [(name: String, nanoseconds: Int64)] = [
        ("ns", 1), ("us", 1_000), ("µs", 1_000), ("μs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000),
        ("m", 60_000_000_000), ("h", 3_600_000_000_000),
    ]

    /// `[-]` then numbers with units, such as `1h45m`, `1.5s`, `-999ns`; `0` needs no unit.
    static func parse(_ text: String) throws(Code) -> Int64 {
        var bytes = Array(text.utf8)[...]
        guard bytes.count <= 128 else { throw .conversion }
        let negative = bytes.first == UInt8(ascii: "-")
        if negative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        if bytes.elementsEqual("0".utf8) { return 0 }
        guard !bytes.isEmpty else { throw .conversion }
        var total: Int64 = 0
        while !bytes.isEmpty {
            let (sum, overflow) = total.addingReportingOverflow(try component(&bytes))
            if overflow { throw .outOfRange }
            total = sum
        }
        return negative ? -total : total
    }

    private static func component(_ bytes: inout ArraySlice<UInt8>) throws(Code) -> Int64 {
        let whole = bytes.prefix(while: Lexer.isDigit)
        bytes = bytes.dropFirst(whole.count)
        var fraction = bytes.prefix(0)
        if bytes.first == UInt8(ascii: ".") {
            bytes = bytes.dropFirst()
            fraction = bytes.prefix(while: Lexer.isDigit)
            bytes = bytes.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty else { throw .conversion }
        let name = bytes.prefix { !Lexer.isDigit($0) && $0 != UInt8(ascii: ".") }
        bytes = bytes.dropFirst(name.count)
        guard let unit = units.first(where: { $0.name.utf8.elementsEqual(name) }) else { throw .conversion }
        guard let count = Int64(whole.isEmpty ? "0" : Text.string(whole)) else { throw .outOfRange }
        let (product, overflow) = count.multipliedReportingOverflow(by: unit.nanoseconds)
        if overflow { throw .outOfRange }
        var part: Int64 = 0
        var scale = unit.nanoseconds
        for digit in fraction {
            // A unit of hours has 13 digits below its first; past that nothing is left to add.
            part += Int64(digit - 48) * scale / 10
            guard scale % 10 == 0 else { break }
            scale /= 10
        }
        let (sum, overflowed) = product.addingReportingOverflow(part)
        if overflowed { throw .outOfRange }
        return sum
    }

    /// Seconds with as many fraction digits as it takes, and `s`.
    static func text(_ nanoseconds: Int64) -> String {
        let size = nanoseconds.magnitude
        var out = (nanoseconds < 0 ? "-" : "") + String(size / 1_000_000_000)
        var rest = size % 1_000_000_000
        if rest > 0 {
            var digits = 9
            while rest % 10 == 0 {
                rest /= 10
                digits -= 1
            }
            let text = String(rest)
            out += "." + String(repeating: "0", count: digits - text.utf8.count) + text
        }
        return out + "s"
    }

    static func part(_ part: Builtin, _ nanoseconds: Int64) throws(Code) -> Int64 {
        switch part {
        case .getHours: return nanoseconds / 3_600_000_000_000
        case .getMinutes: return nanoseconds / 60_000_000_000
        case .getSeconds: return nanoseconds / 1_000_000_000
        case .getMilliseconds: return nanoseconds / 1_000_000 % 1000
        default: throw .noSuchOverload
        }
    }
}
