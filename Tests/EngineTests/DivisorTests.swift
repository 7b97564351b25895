import Testing

@testable import Engine

struct DivisorTests {
    static let numbers: [Int64] = [1, 2, 3, 7, 60, 61, 1_000_000, 10_000_000, 86_400_000_000, (1 << 62) - 1, .max]

    @Test(arguments: numbers) func `a quotient by multiplication is the quotient rounded down`(number: Int64) {
        let divisor = Divisor(number)
        var random = WindowStreamTests.Random(UInt64(number))
        var dividends: [Int64] = [0, 1, -1, .max, .max - 1, .min + 1, number - 1, -number, 1 - number]
        for multiple in [1, 2, 3, 1000, Int64.max / number] {
            let (product, overflow) = multiple.multipliedReportingOverflow(by: number)
            if !overflow { dividends += [product - 1, product, product == .max ? product : product + 1] }
        }
        for _ in 0..<20_000 {
            let large = (Int64(random.below(1 << 31)) << 31) >> Int64(62 - random.below(63))
            dividends.append(random.below(2) == 0 ? large : -large)
        }
        for dividend in dividends {
            let quotient = divisor.quotient(dividend)
            #expect(quotient == floorQuotient(dividend, number), "\(dividend) / \(number)")
            #expect(divisor.rest(dividend) == dividend &- quotient &* number)
        }
    }
}
