/// 2 to the power −`exponent`, for exponents of 0 and more, made of IEEE additions and multiplications alone, so that
/// it has the same bits everywhere. Within 2 units in the last place.
func halfPower(_ exponent: Double) -> Double {
    guard exponent < 1080 else { return exponent.isNaN ? .nan : 0 }
    let whole = exponent.rounded(.down)
    // e^−y with 0 ≤ y < ln 2: the terms of its series fall below the last place after the eighteenth.
    let y = (exponent - whole) * 0.693_147_180_559_945_3
    var sum = 1.0
    var term = 18.0
    while term >= 1 {
        sum = 1 - y / term * sum
        term -= 1
    }
    return Double(sign: .plus, exponent: -Int(whole), significand: sum)
}
