import Foundation
import Testing

@testable import Engine

struct HalfPowerTests {
    @Test func `whole exponents are exact`() {
        for whole in 0..<1074 { #expect(halfPower(Double(whole)) == pow(2, -Double(whole))) }
        #expect(halfPower(1080) == 0 && halfPower(.infinity) == 0 && halfPower(.nan).isNaN)
    }

    @Test func `other exponents come within two units in the last place`() {
        for step in 1..<40_000 {
            let exponent = Double(step) / 999
            let exact = pow(2, -exponent)
            #expect(abs(halfPower(exponent) - exact) <= 2 * exact.ulp, "\(exponent)")
        }
    }

    /// Written down once: a machine that gives other bits gives other decisions.
    @Test(arguments: [
        (0.5, 0x3FE6_A09E_667F_3BCC as UInt64), (0.1, 0x3FED_DB68_0117_AB12), (7.3, 0x3F79_FDF8_BCCE_533E),
    ]) func `the bits are pinned`(exponent: Double, bits: UInt64) {
        #expect(halfPower(exponent).bitPattern == bits, "\(String(halfPower(exponent).bitPattern, radix: 16))")
    }
}
