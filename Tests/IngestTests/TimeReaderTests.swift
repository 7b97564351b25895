import CivilTime
import Events
import Testing

@testable import Ingest

@Suite struct TimeReaderTests {
    @Test func `the short way reads every time as the long way does`() {
        var dice = Dice(state: 7)
        var reader = TimeReader()
        let minutes = ["2026-07-01T08:15", "2026-07-01T08:16", "2016-12-31T23:59", "2026-02-29T00:00"]
        let seconds = ["00", "07", "59", "60", "61", "6", "0x"]
        let fractions = [
            "", ".5", ".123", ".123456", ".1234567", ".12345678", ".123456789", ".1234567890", ".12345678:", ".1/", ".",
            ".x", ",5",
        ]
        let zones = ["Z", "z", "+08:00", "-08:00", "+00:00", "", "+0800", "+25:00"]
        for _ in 0..<20_000 {
            let text = [minutes, [":"], seconds, fractions, zones].map { $0.randomElement(using: &dice)! }.joined()
            let padded = Array(text.utf8) + [UInt8](repeating: 0, count: 16)
            let offset = Bool.random(using: &dice) ? 480 : nil
            let long = Result { () throws(RFC3339.Failure) in
                try RFC3339.parse(text, localOffsetMinutes: offset)
            }.map { Int64($0.seconds) * 1_000_000 + Int64($0.nanoseconds / 1000) }
            let short = padded.withUnsafeBytes { bytes in
                Result { () throws(RFC3339.Failure) in
                    try reader.read(
                        Text(start: bytes.baseAddress, count: text.utf8.count), localOffsetMinutes: offset)
                }
            }
            #expect(long == short.map(\.microseconds), "\(text)")
        }
    }
}

/// A linear congruential generator.
private struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}
