import Events
import Testing

@testable import Ingest

@Suite struct FlawTests {
    private static let long = "\"" + String(repeating: "x", count: Limits.stringBytes + 1) + "\""
    private static let fits = "\"" + String(repeating: "x", count: Limits.stringBytes) + "\""

    static let refused: [(String, IngestCode, String?)] = [
        (Bench.event([("id", "")]), .missingField, "id"),
        (Bench.event([("id", "null")]), .missingField, "id"),
        (Bench.event([("id", "\"\"")]), .emptyField, "id"),
        (Bench.event([("id", "7")]), .wrongType, "id"),
        (Bench.event([("id", long)]), .tooLong, "id"),
        (Bench.event([("id", "\"a\\u0000b\"")]), .badCharacters, "id"),
        (Bench.event([("id", "\"abcdefgh\\u001fb\"")]), .badCharacters, "id"),
        (Bench.event([("id", "\"abcdefgh\\u007f\"")]), .badCharacters, "id"),
        (Bench.event([("subject", "")]), .missingField, "subject"),
        (Bench.event([("subject", "\"13812345678\"")]), .personalSubject, "subject"),
        (Bench.event([("subject", "\"+8613812345678\"")]), .personalSubject, "subject"),
        (Bench.event([("subject", "\"320211198001010018\"")]), .personalSubject, "subject"),
        (Bench.event([("subject", "\"32021119800101001X\"")]), .personalSubject, "subject"),
        (Bench.event([("metric", "")]), .missingField, "metric"),
        (Bench.event([("value", "")]), .missingField, "value"),
        (Bench.event([("value", "\"31.5\"")]), .wrongType, "value"),
        (Bench.event([("value", "true")]), .wrongType, "value"),
        (Bench.event([("value", "NaN")]), .badJSON, nil),
        (Bench.event([("value", "1e999")]), .badNumber, nil),
        (Bench.event([("value", "-Infinity")]), .badNumber, nil),
        (Bench.event([("unit", "\"%VOL\"")]), .unitMismatch, "unit"),
        (Bench.event([("unit", "")]), .unitMismatch, "unit"),
        (Bench.event([("time", "")]), .missingField, "time"),
        (Bench.event([("time", "\"yesterday\"")]), .badTime, "time"),
        (Bench.event([("time", "\"2026-02-29T08:15:00Z\"")]), .badTime, "time"),
        (Bench.event([("time", "\"2026-07-01T08:15:00\"")]), .missingZone, "time"),
        (Bench.event([("time", "\"1899-12-31T23:59:59Z\"")]), .timeTooEarly, "time"),
        (Bench.event([("time", "\"2026-07-02T08:15:01+08:00\"")]), .timeTooLate, "time"),
        (Bench.event([("time", "\"9999-07-02T08:15:01+08:00\"")]), .timeTooLate, "time"),
        (Bench.event([("area", "\"32021\"")]), .badArea, "area"),
        (Bench.event([("area", "320213")]), .wrongType, "area"),
        (Bench.event([("lon", "120.3")]), .missingField, "lat"),
        (Bench.event([("lat", "31.5")]), .missingField, "lon"),
        (Bench.event([("lon", "180.01"), ("lat", "31")]), .outOfRange, "lon"),
        (Bench.event([("lon", "120"), ("lat", "-90.01")]), .outOfRange, "lat"),
        (Bench.event([("lon", "120"), ("lat", "31"), ("crs", "\"Beijing54\"")]), .badCRS, "crs"),
        (Bench.event([("period", "\"PT\"")]), .badPeriod, "period"),
        (Bench.event([("period", "\"P367D\"")]), .badPeriod, "period"),
        (Bench.event([("exercise", "1")]), .wrongType, "exercise"),
        (Bench.event([("extra", "{\"a\":1}")]), .wrongType, "extra"),
        (Bench.event([("extra", "[1]")]), .wrongType, "extra"),
        (Bench.event([("extra", "18446744073709551615")]), .outOfRange, "extra"),
        (Bench.event([("extra", long)]), .tooLong, "extra"),
        (Bench.event([("readings", "[]"), ("metric", ""), ("value", ""), ("unit", "")]), .emptyField, "readings"),
        (Bench.event([("readings", "[{\"metric\":\"m\",\"value\":1}]")]), .unexpectedField, "metric"),
        (Bench.event([("readings", "[{\"x\":1}]")]), .unexpectedField, "readings[0].x"),
        (Bench.event([("specversion", "\"0.3\"")]), .unknownSpecversion, "specversion"),
        (Bench.event([("specversion", "\"1.0\"")]), .missingField, "source"),
        (Bench.event([("data", "{}")]), .missingField, "specversion"),
        (Bench.event([("data", "3")]), .wrongType, "data"),
        (Bench.event([("data_base64", "\"AA==\"")]), .unsupportedData, "data_base64"),
        (Bench.event([("datacontenttype", "\"text/xml\"")]), .unsupportedData, "datacontenttype"),
        ("{\"id\":\"a\",\"id\":\"b\"}", .duplicateKey, "id"),
        ("{\"id\":null,\"id\":\"b\"}", .duplicateKey, "id"),
        (
            Bench.event([
                ("specversion", "\"1.0\""), ("source", "\"/default\""), ("type", "\"reading\""), ("data", "null"),
            ]), .missingField, "data"
        ),
        ("{\"x\":1,\"x\":1}", .duplicateKey, "x"),
        ("[3]", .notAnObject, nil),
        ("3", .notAnObject, nil),
        ("{", .badJSON, nil),
        ("", .emptyMessage, nil),
        (" \n", .emptyMessage, nil),
        (
            String(repeating: "[", count: Limits.nesting + 3) + String(repeating: "]", count: Limits.nesting + 3),
            .nesting, nil
        ),
        (
            Bench.event([("type", "\"report\""), ("category", "\"x\""), ("metric", ""), ("value", "")]), .missingField,
            "area"
        ),
    ]

    @Test(arguments: refused)
    func `a flawed event is refused with its code and field`(body: String, code: IngestCode, field: String?) {
        let bench = Bench()
        let outcome = bench.take(body)
        #expect(outcome.errors.map(\.code) == [code])
        #expect(outcome.errors.first?.field == field)
        #expect(outcome.accepted == 0 && bench.intake.batch.isEmpty)
    }

    static let accepted: [String] = [
        Bench.event(), Bench.event([("id", fits)]), Bench.event([("extra", fits)]),
        Bench.event([("subject", "\"12812345678\"")]), Bench.event([("subject", "\"138123456789\"")]),
        Bench.event([("subject", "\"320211198013010018\"")]), Bench.event([("value", "null")]),
        Bench.event([("time", "\"1900-01-01T00:00:00Z\"")]),
        Bench.event([("time", "\"2026-07-02T08:15:00+08:00\"")]),
        Bench.event([("time", "\"2016-12-31T23:59:60Z\"")]),
        Bench.event([("lon", "180"), ("lat", "-90")]), Bench.event([("period", "\"P366D\"")]),
        Bench.event([("area", "\"320213\"")]), Bench.event([("area", "\"32021302100101\"")]),
        Bench.event([("extra", "9223372036854775807")]), Bench.event([("extra", "null"), ("more", "false")]),
        Bench.event([("metric", "\"unlisted\""), ("unit", "")]), Bench.event([("exercise", "true")]),
        Bench.event([("readings", "null"), ("data", "null"), ("data_base64", "null"), ("category", "null")]),
        Bench.event([
            ("type", "\"report\""), ("category", "\"x\""), ("area", "\"320213\""), ("metric", "null"), ("unit", "null"),
            ("value", ""), ("readings", "null"),
        ]),
    ]

    @Test(arguments: accepted)
    func `the other side of each bound is accepted`(body: String) {
        let bench = Bench()
        let outcome = bench.take(body)
        #expect(outcome.errors == [])
        #expect(outcome.accepted == 1 && bench.intake.batch.isConsistent)
    }

    @Test func `fields and readings are bounded`() {
        func fields(_ n: Int) -> String { Bench.event((0..<n).map { ("f\($0)", "1") }) }
        #expect(Bench().take(fields(Limits.fields)).accepted == 1)
        #expect(Bench().take(fields(Limits.fields + 1)).errors.map(\.code) == [.tooManyFields])
        func readings(_ n: Int) -> String {
            let list = (0..<n).map { "{\"metric\":\"m\($0)\",\"value\":1}" }.joined(separator: ",")
            return Bench.event([("readings", "[\(list)]"), ("metric", ""), ("value", ""), ("unit", "")])
        }
        #expect(Bench().take(readings(Limits.readings)).accepted == 1)
        #expect(Bench().take(readings(Limits.readings + 1)).errors.map(\.code) == [.tooManyReadings])
    }

    @Test func `nesting is bounded`() {
        func nested(_ n: Int) -> String { String(repeating: "[", count: n) + String(repeating: "]", count: n) }
        #expect(Bench().take(nested(Limits.nesting)).errors.map(\.code) == [.notAnObject])
        #expect(Bench().take(nested(Limits.nesting + 1)).errors.map(\.code) == [.nesting])
    }

    @Test func `a department's clock bounds and sources hold`() {
        var record = Department(id: "d", sourcePrefixes: ["/wuxi/"], localOffsetMinutes: 480, backfillAge: .days(1))
        let bench = Bench(department: record)
        let local = [("source", "\"/wuxi/a\""), ("time", "\"2026-07-01T08:15:00\"")]
        #expect(bench.take(Bench.event(local)).accepted == 1)
        #expect(bench.intake.batch.times == [Bench.now])
        #expect(bench.take(Bench.event([("source", "\"/other\"")])).errors.map(\.code) == [.sourceNotAllowed])
        let old = [("source", "\"/wuxi/a\""), ("time", "\"2026-06-30T08:14:59+08:00\"")]
        #expect(bench.take(Bench.event(old)).errors.map(\.code) == [.timeTooEarly])
        record.backfillAge = nil
        #expect(Bench(department: record).take(Bench.event(old)).accepted == 1)
    }

    @Test func `bad UTF-8 is refused`() {
        let body = Array("{\"id\":\"".utf8) + [0xFF, 0xFE] + Array("\"}".utf8)
        #expect(Bench().take(body).errors.map(\.code) == [.badUTF8])
    }
}
