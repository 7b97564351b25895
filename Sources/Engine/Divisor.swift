/// A number that much is divided by: a multiplication instead of a division, which takes as long as all else that a steady
/// reading needs.
struct Divisor: BitwiseCopyable, Sendable {
    let number: Int64
    /// 2⁶⁴ / number less at most one.
    private let reciprocal: UInt64

    init(_ number: Int64) {
        precondition(number > 0, "a span or a count")
        self.number = number
        reciprocal = .max / UInt64(number)
    }

    /// The quotient rounded down.
    @inline(__always)
    func quotient(_ dividend: Int64) -> Int64 {
        guard dividend >= 0 else { return floorQuotient(dividend, number) }
        // The product is too small by at most dividend / 2⁶⁴ < 1/2, so the quotient by at most one.
        let near = Int64(UInt64(dividend).multipliedFullWidth(by: reciprocal).high)
        return dividend - near * number >= number ? near + 1 : near
    }

    /// What is left over, never negative.
    @inline(__always)
    func rest(_ dividend: Int64) -> Int64 { dividend &- quotient(dividend) &* number }
}

/// The quotient rounded down.
func floorQuotient(_ dividend: Int64, _ divisor: Int64) -> Int64 {
    let quotient = dividend / divisor
    return dividend % divisor < 0 ? quotient - 1 : quotient
}
