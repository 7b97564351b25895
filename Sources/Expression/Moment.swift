import CivilTime

/// Timestamps between years 1 and 9999, and what can be asked of them.
enum Moment {
    typealias Code = EvaluationError.Code

    /// 0001-01-01T00:00:00Z … 9999-12-31T23:59:59Z.
    private static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    static func make(_ seconds: Int64, _ nanoseconds: Int32) throws(Code) -> Value {
        guard range.contains(seconds) else { throw .outOfRange }
        return .timestamp(seconds: seconds, nanoseconds: nanoseconds)
    }

    static func shifted(_ seconds: Int64, _ nanoseconds: Int32, by span: Int64) throws(Code) -> Value {
        guard range.contains(seconds) else { throw .outOfRange }
        var whole = span / 1_000_000_000
        var rest = Int64(nanoseconds) + span % 1_000_000_000
        if rest < 0 {
            rest += 1_000_000_000
            whole -= 1
        } else if rest >= 1_000_000_000 {
            rest -= 1_000_000_000
            whole += 1
        }
        return try make(seconds + whole, Int32(rest))
    }

    static func parse(_ text: String) throws(Code) -> Value {
        let moment: RFC3339.Moment
        do throws(RFC3339.Failure) {
            moment = try RFC3339.parse(text)
        } catch {
            throw error == .outOfRange ? .outOfRange : .conversion
        }
        return try make(Int64(moment.seconds), moment.nanoseconds)
    }

    /// RFC 3339 in UTC, with as many fraction digits as it takes.
    static func text(_ seconds: Int64, _ nanoseconds: Int32) throws(Code) -> String {
        guard range.contains(seconds), (0..<1_000_000_000).contains(nanoseconds) else { throw .outOfRange }
        var digits = 9
        var rest = nanoseconds
        while digits > 0, rest % 10 == 0 {
            rest /= 10
            digits -= 1
        }
        return RFC3339.format(seconds: Int(seconds), nanoseconds: nanoseconds, fractionDigits: digits)
    }

    /// One part of the civil date and time at an offset.
    static func part(_ part: Builtin, _ seconds: Int64, _ nanoseconds: Int32, offset: Int64) throws(Code) -> Int64 {
        guard range.contains(seconds) else { throw .outOfRange }
        let local = Int(seconds + offset)
        let days = floorDivide(local, 86_400)
        let clock = local - days * 86_400
        let date: CivilDate = .init(daysSinceEpoch: days)
        let newYear: CivilDate = .init(year: date.year, month: 1, day: 1)
        let result: Int =
            switch part {
            case .getFullYear: date.year
            case .getMonth: date.month - 1
            case .getDate: date.day
            case .getDayOfMonth: date.day - 1
            case .getDayOfYear: days - newYear.daysSinceEpoch
            case .getDayOfWeek: (days + 4) - floorDivide(days + 4, 7) * 7
            case .getHours: clock / 3600
            case .getMinutes: clock / 60 % 60
            case .getSeconds: clock % 60
            case .getMilliseconds: Int(nanoseconds) / 1_000_000
            default: throw .noSuchOverload
            }
        return Int64(result)
    }
}
