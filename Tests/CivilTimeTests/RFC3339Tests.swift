import CivilTime
import Testing

struct RFC3339Tests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0, 0),
        ("2026-07-01T08:15:00+08:00", 1_782_864_900, 0),
        ("2026-07-01 00:15:00.123456789123z", 1_782_864_900, 123_456_789),
        ("1969-12-31T23:59:59Z", -1, 0),
        ("0000-01-01T00:00:00Z", -62_167_219_200, 0),
        ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
        ("2016-12-31T23:59:60Z", 1_483_228_800, 0),
        ("2017-01-01T07:59:60.5+08:00", 1_483_228_800, 0),
        ("2024-02-29T00:00:00-23:59", 1_709_251_140, 0),
    ]) func `reads`(text: String, seconds: Int, nanoseconds: Int) throws {
        let moment = try RFC3339.parse(text)
        #expect(moment.seconds == seconds && moment.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        ("2026-07-01T08:15:00", RFC3339.Failure.missingZone),
        ("2026-07-01T08:15", .malformed), ("2026-7-01T08:15:00Z", .malformed), ("", .malformed),
        ("2026-07-01T08:15:00.Z", .malformed), ("2026-07-01T08:15:00Zx", .malformed),
        ("2026-07-01T08:15:00+0800", .malformed), ("+026-07-01T08:15:00Z", .malformed),
        ("2026-02-29T08:15:00Z", .outOfRange), ("2026-13-01T08:15:00Z", .outOfRange),
        ("2026-00-01T08:15:00Z", .outOfRange), ("2026-07-00T08:15:00Z", .outOfRange),
        ("2026-07-01T24:00:00Z", .outOfRange), ("2026-07-01T08:60:00Z", .outOfRange),
        ("2026-07-01T08:15:61Z", .outOfRange), ("2026-07-01T08:15:60Z", .outOfRange),
        ("2026-07-01T23:59:60Z", .outOfRange), ("2026-07-01T08:15:00+24:00", .outOfRange),
    ]) func `refuses`(text: String, failure: RFC3339.Failure) {
        #expect(throws: failure) { try RFC3339.parse(text) }
    }

    @Test func `a local offset stands in for a missing zone`() throws {
        #expect(try RFC3339.parse("2026-07-01T08:15:00", localOffsetMinutes: 480).seconds == 1_782_864_900)
    }

    @Test func `days and dates are inverse over all four-digit years`() {
        var days = CivilDate(year: 0, month: 1, day: 1).daysSinceEpoch
        for year in 0...9999 {
            for month in 1...12 {
                for day in [1, CivilDate.daysInMonth(year: year, month: month)] {
                    let date = CivilDate(year: year, month: month, day: day)
                    #expect(CivilDate(daysSinceEpoch: date.daysSinceEpoch) == date)
                }
                let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
                #expect(first == days)
                days += CivilDate.daysInMonth(year: year, month: month)
            }
        }
    }

    @Test func `writes what it reads`() {
        #expect(RFC3339.format(seconds: 1_782_864_900, offsetMinutes: 480) == "2026-07-01T08:15:00+08:00")
        let text = RFC3339.format(seconds: -1, nanoseconds: 7_000_000, offsetMinutes: -90, fractionDigits: 3)
        #expect(text == "1969-12-31T22:29:59.007-01:30")
        #expect(RFC3339.format(seconds: 0) == "1970-01-01T00:00:00Z")
    }

    @Test func `a zone's offset changes exactly at its transition`() {
        let zone = ZoneTable(
            name: "X", initialOffsetSeconds: 3600, transitions: [.init(from: 100, offsetSeconds: 7200)])
        #expect([99, 100, 101].map(zone.offset(at:)) == [3600, 7200, 7200])
    }
}
