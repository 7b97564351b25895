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
        guard zoneBytes > 0, digits >= 19, digits <= 29, text.word(0) == first, text.word(1) == second,
            Self.tail(text, zoneBytes) == zone
        else { return nil }
        let bytes = text.bytes
        let (tens, ones) = (bytes[17] &- 48, bytes[18] &- 48)
        guard bytes[16] == UInt8(ascii: ":"), tens <= 5, ones <= 9 else { return nil }
        var time = minute + (Int64(tens) * 10 + Int64(ones)) * 1_000_000
        guard digits > 19 else { return Timestamp(microseconds: time) }
        guard bytes[19] == UInt8(ascii: "."), digits > 20 else { return nil }
        var scale: Int64 = 100_000
        for index in 20..<digits {
            let digit = bytes[index] &- 48
            guard digit <= 9 else { return nil }
            time += Int64(digit) * scale
            scale /= 10
        }
        return Timestamp(microseconds: time)
    }
}
