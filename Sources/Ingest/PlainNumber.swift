/// A JSON number whose digits a double holds: its power of ten is exact too, so that one division rounds as it should.
struct PlainNumber {
    /// `int` or `double`, and the bits that the tape has for it.
    let kind: JSONTape.Kind
    let bits: UInt64
    /// Behind it.
    let end: UnsafePointer<UInt8>

    /// The number that begins here, read up to `end` and one byte more; nil where it is none, or one of another form.
    @inline(__always) init?(_ start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) {
        var at = start
        let isNegative = at[0] == UInt8(ascii: "-")
        if isNegative { at += 1 }
        let first = at
        var mantissa: UInt64 = 0
        Self.digits(&at, end, &mantissa)
        let whole = at - first
        guard whole == 1 || (whole > 1 && first[0] != UInt8(ascii: "0")), whole <= 18 else { return nil }
        guard at[0] == UInt8(ascii: ".") else {
            guard at[0] | 0x20 != UInt8(ascii: "e"), mantissa != 0 || !isNegative else { return nil }
            (kind, bits, self.end) = (.int, isNegative ? 0 &- mantissa : mantissa, at)
            return
        }
        at += 1
        let point = at
        Self.digits(&at, end, &mantissa)
        let fraction = at - point
        guard fraction > 0, whole + fraction <= 15, at[0] | 0x20 != UInt8(ascii: "e") else { return nil }
        var power = 1.0
        for _ in 0..<fraction { power *= 10 }
        let size = Double(mantissa) / power
        (kind, bits, self.end) = (.double, (isNegative ? -size : size).bitPattern, at)
    }

    @inline(__always) private static func digits(
        _ at: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ mantissa: inout UInt64
    ) {
        while at < end, at[0] &- 48 <= 9 {
            mantissa = mantissa &* 10 &+ UInt64(at[0] &- 48)
            at += 1
        }
    }
}
