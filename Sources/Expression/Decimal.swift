/// The exact decimal expansion of a finite double, rounded half to even at any place.
struct Decimal {
    /// Digits 0…9, no leading zero unless alone.
    private var digits: [UInt8]
    /// How many of the digits stand after the point.
    private var fractionDigits: Int

    init(_ number: Double) {
        precondition(number.isFinite)
        let magnitude = number.magnitude
        guard magnitude > 0 else {
            (digits, fractionDigits) = ([0], 0)
            return
        }
        // number = significand · 2^exponent with a whole significand.
        var significand = magnitude.significandBitPattern
        var exponent = Int(magnitude.exponentBitPattern)
        if exponent == 0 { exponent = 1 } else { significand |= 1 << 52 }
        exponent -= 1075
        let zeros = min(significand.trailingZeroBitCount, max(0, -exponent))
        significand >>= UInt64(zeros)
        exponent += zeros
        var limbs = [UInt32(truncatingIfNeeded: significand), UInt32(truncatingIfNeeded: significand >> 32)]
        // m · 2^-k = m · 5^k / 10^k
        let (factor, chunk, chunkFactor): (UInt64, Int, UInt64) =
            exponent < 0 ? (5, 13, 1_220_703_125) : (2, 31, 1 << 31)
        var left = abs(exponent)
        while left > 0 {
            if left >= chunk {
                Self.multiply(&limbs, chunkFactor)
                left -= chunk
            } else {
                Self.multiply(&limbs, factor)
                left -= 1
            }
        }
        digits = Self.decimalDigits(limbs)
        fractionDigits = max(0, -exponent)
        if digits.count <= fractionDigits {
            digits.insert(contentsOf: repeatElement(0, count: fractionDigits + 1 - digits.count), at: 0)
        }
    }

    private static func multiply(_ limbs: inout [UInt32], _ factor: UInt64) {
        var carry: UInt64 = 0
        for i in limbs.indices {
            let product = UInt64(limbs[i]) * factor + carry
            limbs[i] = UInt32(truncatingIfNeeded: product)
            carry = product >> 32
        }
        if carry > 0 { limbs.append(UInt32(carry)) }
    }

    private static func decimalDigits(_ number: [UInt32]) -> [UInt8] {
        var limbs = number
        var out: [UInt8] = []
        while !limbs.isEmpty {
            var remainder: UInt64 = 0
            for i in limbs.indices.reversed() {
                let part = remainder << 32 | UInt64(limbs[i])
                limbs[i] = UInt32(part / 1_000_000_000)
                remainder = part % 1_000_000_000
            }
            while limbs.last == 0 { limbs.removeLast() }
            for _ in 0..<9 {
                out.append(UInt8(remainder % 10))
                remainder /= 10
            }
        }
        while out.count > 1, out.last == 0 { out.removeLast() }
        return out.reversed()
    }

    /// Keeps `count` leading digits; a carry out of the first adds a digit in front.
    private func rounded(keeping count: Int) -> [UInt8] {
        guard count < digits.count else { return digits + repeatElement(0, count: count - digits.count) }
        var kept = Array(digits[..<count])
        let rest = digits[count...]
        let half = rest.first! == 5 && rest.dropFirst().allSatisfy { $0 == 0 }
        let up = half ? (kept.last ?? 0) % 2 == 1 : rest.first! >= 5
        guard up else { return kept }
        for i in kept.indices.reversed() {
            if kept[i] < 9 {
                kept[i] += 1
                return kept
            }
            kept[i] = 0
        }
        return [1] + kept
    }

    /// `ddd.ddd` with so many digits after the point.
    func fixed(_ precision: Int) -> String {
        let whole = digits.count - fractionDigits
        let kept = rounded(keeping: whole + precision)
        let point = kept.count - precision
        return Self.text(kept[..<point]) + (precision > 0 ? "." + Self.text(kept[point...]) : "")
    }

    /// `d.ddde±dd` with so many digits after the point.
    func scientific(_ precision: Int) -> String {
        let leading = digits.firstIndex { $0 != 0 } ?? digits.count - 1
        var significant = self
        significant.digits = Array(digits[leading...])
        var kept = significant.rounded(keeping: precision + 1)
        var exponent = digits.count - fractionDigits - 1 - leading
        if digits[leading] == 0 { exponent = 0 }
        if kept.count > precision + 1 {
            kept.removeLast()
            exponent += 1
        }
        let size = String(abs(exponent))
        return Self.text(kept[..<1]) + (precision > 0 ? "." + Self.text(kept[1...]) : "") + (exponent < 0 ? "e-" : "e+")
            + (size.utf8.count < 2 ? "0" : "") + size
    }

    private static func text(_ digits: ArraySlice<UInt8>) -> String { Text.string(digits.map { $0 + 48 }) }
}
