/// Reading and writing RFC 3339 date-times; seconds and nanoseconds since 1970-01-01T00:00:00Z.
public enum RFC3339 {
    public enum Failure: Error, Equatable, Sendable {
        /// The bytes do not have the shape `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`.
        case malformed
        /// The shape is right and the zone is missing.
        case missingZone
        /// The shape is right; a month, day, hour, minute, second or zone offset does not exist.
        case outOfRange
    }

    public struct Moment: Equatable, Sendable, BitwiseCopyable {
        /// Since 1970-01-01T00:00:00Z; a leap second counts as the second after it, as POSIX has it.
        public var seconds: Int
        /// 0…999 999 999; digits past the ninth are cut.
        public var nanoseconds: Int32
        /// East of Greenwich, in minutes, as written.
        public var offsetMinutes: Int

        public init(seconds: Int, nanoseconds: Int32, offsetMinutes: Int = 0) {
            self.seconds = seconds
            self.nanoseconds = nanoseconds
            self.offsetMinutes = offsetMinutes
        }
    }

    /// Parses a whole buffer. `localOffsetMinutes` applies when the zone is absent; nil makes that an error.
    /// A second of 60 is accepted only where UTC can have one: 23:59:60 at the end of a month.
    public static func parse(
        _ text: UnsafeRawBufferPointer, localOffsetMinutes: Int? = nil
    ) throws(Failure) -> Moment {
        guard text.count >= 19, text.count <= 64 else { throw .malformed }
        guard let year = digits(text, 0, 4), text[4] == minus, let month = digits(text, 5, 2), text[7] == minus,
            let day = digits(text, 8, 2), text[10] | 0x20 == UInt8(ascii: "t") || text[10] == UInt8(ascii: " "),
            let hour = digits(text, 11, 2), text[13] == colon, let minute = digits(text, 14, 2), text[16] == colon,
            let second = digits(text, 17, 2)
        else { throw .malformed }
        var index = 19
        let nanoseconds = try fraction(text, &index)
        let offset = try zone(text, index, localOffsetMinutes)
        guard CivilDate.isValid(year: year, month: month, day: day), hour <= 23, minute <= 59, second <= 60
        else { throw .outOfRange }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        let seconds = days * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        if second == 60 {
            guard floorDivide(seconds, 86_400) * 86_400 == seconds,
                CivilDate(daysSinceEpoch: floorDivide(seconds, 86_400)).day == 1
            else { throw .outOfRange }
        }
        return Moment(seconds: seconds, nanoseconds: second == 60 ? 0 : nanoseconds, offsetMinutes: offset)
    }

    public static func parse(_ text: String, localOffsetMinutes: Int? = nil) throws(Failure) -> Moment {
        var copy = text
        let result: Result<Moment, Failure> = copy.withUTF8 { utf8 in
            do throws(Failure) {
                return .success(try parse(UnsafeRawBufferPointer(utf8), localOffsetMinutes: localOffsetMinutes))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Writes with `fractionDigits` 0…9 digits (cut, not rounded) and the given offset; offset 0 is written `Z`.
    public static func format(
        seconds: Int, nanoseconds: Int32 = 0, offsetMinutes: Int = 0, fractionDigits: Int = 0
    ) -> String {
        precondition((0...9).contains(fractionDigits) && (0..<1_000_000_000).contains(nanoseconds))
        let local = seconds + offsetMinutes * 60
        let days = floorDivide(local, 86_400)
        let date = CivilDate(daysSinceEpoch: days)
        let time = local - days * 86_400
        var out = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))T"
        out += "\(padded(time / 3600, 2)):\(padded(time / 60 % 60, 2)):\(padded(time % 60, 2))"
        if fractionDigits > 0 { out += "." + padded(Int(nanoseconds), 9).prefix(fractionDigits) }
        guard offsetMinutes != 0 else { return out + "Z" }
        let size = abs(offsetMinutes)
        return out + (offsetMinutes < 0 ? "-" : "+") + "\(padded(size / 60, 2)):\(padded(size % 60, 2))"
    }

    private static let minus = UInt8(ascii: "-")
    private static let colon = UInt8(ascii: ":")

    private static func digits(_ text: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> Int? {
        var value = 0
        for i in start..<(start + count) {
            let digit = text[i] &- 48
            guard digit <= 9 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }

    private static func fraction(_ text: UnsafeRawBufferPointer, _ index: inout Int) throws(Failure) -> Int32 {
        guard index < text.count, text[index] == UInt8(ascii: ".") else { return 0 }
        index += 1
        var value: Int32 = 0
        var scale: Int32 = 100_000_000
        let start = index
        while index < text.count, text[index] &- 48 <= 9 {
            value += Int32(text[index] - 48) * scale
            scale /= 10
            index += 1
        }
        guard index > start else { throw .malformed }
        return value
    }

    private static func zone(_ text: UnsafeRawBufferPointer, _ index: Int, _ local: Int?) throws(Failure) -> Int {
        guard index < text.count else {
            guard let local else { throw .missingZone }
            return local
        }
        if text[index] | 0x20 == UInt8(ascii: "z"), index + 1 == text.count { return 0 }
        guard text[index] == UInt8(ascii: "+") || text[index] == minus, index + 6 == text.count,
            let hours = digits(text, index + 1, 2), text[index + 3] == colon, let minutes = digits(text, index + 4, 2)
        else { throw .malformed }
        guard hours <= 23, minutes <= 59 else { throw .outOfRange }
        return (text[index] == minus ? -1 : 1) * (hours * 60 + minutes)
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let text = String(value < 0 ? -value : value)
        let zeros = String(repeating: "0", count: max(0, width - text.utf8.count))
        return (value < 0 ? "-" : "") + zeros + text
    }
}
