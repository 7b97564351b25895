import CivilTime
import Events

/// Reads event times; one whose minute and zone are those of the time before it costs two digits and a fraction.
struct TimeReader {
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var zone: UInt64 = 0
    private var zoneBytes = 0
    /// Microseconds since 1970 of the remembered minute.
    private var minute: Int64 = 0

    mutating func read(_ text: Text, localOffsetMinutes: Int?) throws(RFC3339.Failure) -> Timestamp {
        if let known = fast(text) { return known }
        let moment = try RFC3339.parse(text.bytes, localOffsetMinutes: localOffsetMinutes)
        let bytes = text.bytes
        let last = bytes[text.count - 1]
        zoneBytes = last | 0x20 == UInt8(ascii: "z") ? 1 : 6
        let isSigned = zoneBytes == 1 || (text.count >= 25 && bytes[text.count - 3] == UInt8(ascii: ":"))
        // Without a zone, and at a leap second, nothing is remembered.
        if isSigned, !(bytes[17] == UInt8(ascii: "6")) {
            (first, second, zone) = (text.word(0), text.word(1), Self.tail(text, zoneBytes))
            let seconds = Int(bytes[17] - 48) * 10 + Int(bytes[18] - 48)
            minute = Int64(moment.seconds - seconds) * 1_000_000
        }
        return Timestamp(microseconds: Int64(moment.seconds) * 1_000_000 + Int64(moment.nanoseconds / 1000))
    }

    private static func tail(_ text: Text, _ count: Int) -> UInt64 {
        Text(start: text.start.unsafelyUnwrapped + (text.count - count), count: count).word(0)
    }

    /// nil where the long way must be taken.
    @inline(__always) private func fast(_ text: Text) -> Timestamp? {
        let digits = text.count - zoneBytes
        guard zoneBytes > 0, digits >= 19, text.word(0) == first, text.word(1) == second,
            Self.tail(text, zoneBytes) == zone
        else { return nil }
        let bytes = text.bytes
        let (tens, ones) = (bytes[17] &- 48, bytes[18] &- 48)
        guard bytes[16] == UInt8(ascii: ":"), tens <= 5, ones <= 9 else { return nil }
        var time = minute + (Int64(tens) * 10 + Int64(ones)) * 1_000_000
        guard digits > 19 else { return Timestamp(microseconds: time) }
        guard bytes[19] == UInt8(ascii: "."), digits > 20, digits <= 28,
            let fraction = Self.fraction(text, digits - 20)
        else { return nil }
        time += fraction
        return Timestamp(microseconds: time)
    }

    /// Up to eight digits after the point as microseconds, cut; nil where one is none.
    @inline(__always) private static func fraction(_ text: Text, _ count: Int) -> Int64? {
        // Zeros follow the last digit, so that there are always eight, the first of them lowest.
        let kept: UInt64 = count == 8 ? .max : 1 << UInt64(truncatingIfNeeded: 8 &* count) &- 1
        // The zone follows, and fifteen bytes after it: a whole word is readable.
        let loaded = text.start.unsafelyUnwrapped.loadUnaligned(fromByteOffset: 20, as: UInt64.self)
        let ascii = loaded & kept | 0x3030_3030_3030_3030 & ~kept
        let tops: UInt64 = 0xF0F0_F0F0_F0F0_F0F0
        guard ascii & tops == 0x3030_3030_3030_3030, (ascii &+ 0x0606_0606_0606_0606) & tops == 0x3030_3030_3030_3030
        else { return nil }
        var value = ascii &- 0x3030_3030_3030_3030
        value = (value &* 10 &+ value >> 8) & 0x00FF_00FF_00FF_00FF
        value = (value &* 100 &+ value >> 16) & 0x0000_FFFF_0000_FFFF
        value = (value &* 10_000 &+ value >> 32) & 0xFFFF_FFFF
        return Int64(truncatingIfNeeded: value / 100)
    }
}
