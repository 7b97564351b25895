/// A length of time in microseconds.
public struct TimeSpan: Comparable, Hashable, Sendable, BitwiseCopyable {
    public var microseconds: Int64

    @inlinable public init(microseconds: Int64) { self.microseconds = microseconds }
    @inlinable public static func milliseconds(_ n: Int64) -> Self { .init(microseconds: n * 1000) }
    @inlinable public static func seconds(_ n: Int64) -> Self { .init(microseconds: n * 1_000_000) }
    @inlinable public static func minutes(_ n: Int64) -> Self { .seconds(n * 60) }
    @inlinable public static func hours(_ n: Int64) -> Self { .seconds(n * 3600) }
    @inlinable public static func days(_ n: Int64) -> Self { .seconds(n * 86_400) }
    public static let zero = TimeSpan(microseconds: 0)

    @inlinable public static func < (a: Self, b: Self) -> Bool { a.microseconds < b.microseconds }
    @inlinable public static func + (a: Self, b: Self) -> Self { .init(microseconds: a.microseconds + b.microseconds) }
    @inlinable public var seconds: Double { Double(microseconds) / 1_000_000 }

    /// Reads `90s`, `1h30m`, `500ms`, `2d`: whole numbers with units ms, s, m, h, d in any mix, or nil.
    public init?(parsing text: some StringProtocol) {
        var total: Int64 = 0
        var number: Int64?
        var unit = ""
        func scale(_ unit: String) -> Int64? {
            switch unit {
            case "ms": 1000
            case "s": 1_000_000
            case "m": 60_000_000
            case "h": 3_600_000_000
            case "d": 86_400_000_000
            default: nil
            }
        }
        func add(_ total: Int64) -> Int64? {
            guard let number, let scale = scale(unit) else { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: scale)
            let (sum, overflowed) = total.addingReportingOverflow(product)
            return overflow || overflowed ? nil : sum
        }
        for byte in text.utf8 {
            if byte &- 48 <= 9 {
                if !unit.isEmpty {
                    guard let sum = add(total) else { return nil }
                    (total, number, unit) = (sum, nil, "")
                }
                guard number ?? 0 < 1_000_000_000_000 else { return nil }
                number = (number ?? 0) * 10 + Int64(byte - 48)
            } else {
                unit.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
        guard let sum = add(total) else { return nil }
        microseconds = sum
    }

    /// The shortest text that `init(parsing:)` reads back, to the millisecond.
    public var formatted: String {
        var rest = microseconds / 1000
        var out = rest < 0 ? "-" : ""
        rest = abs(rest)
        for (name, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)]
            as [(String, Int64)]
        where rest >= size {
            out += "\(rest / size)\(name)"
            rest %= size
        }
        return out.isEmpty || out == "-" ? "0s" : out
    }
}
