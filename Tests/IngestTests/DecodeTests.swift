import Events
import Testing

@testable import Ingest

@Suite struct DecodeTests {
    private let strict = """
        {"specversion":"1.0","id":"917","source":"/wuxi/housing/gw7","type":"reading","subject":"RQ-0457",\
        "time":"2026-07-01T08:15:00+08:00","data":{"metric":"gas.lel","value":31.5,"unit":"%LEL","quality":"good"}}
        """

    @Test func `a strict CloudEvent fills every column`() {
        let bench = Bench()
        #expect(bench.take(strict).accepted == 1)
        let batch = bench.intake.batch
        #expect(batch.isConsistent)
        #expect(batch.ids.string(0) == "917")
        #expect(batch.text(batch.sources[0]) == "/wuxi/housing/gw7")
        #expect(batch.text(batch.types[0]) == "reading")
        #expect(batch.text(batch.subjects[0]) == "RQ-0457")
        #expect(batch.times == [Bench.now])
        #expect(batch.text(batch.metrics[0]) == "gas.lel" && batch.values == [31.5])
        #expect(batch.text(batch.units[0]) == "%LEL" && batch.text(batch.qualities[0]) == "good")
        #expect(batch.areas == [EventBatch.absent] && batch.longitudes[0].isNaN)
    }

    @Test func `a report becomes a reading of its category and keeps its text apart`() {
        let bench = Bench()
        let report = """
            {"id":"JQ-1","type":"report","category":"gas-leak","count":2,"area":"320213021","lon":120.3051,"lat":31.5747,\
            "crs":"GCJ02","time":"2026-07-01T08:12:00+08:00","injured":2,"text":"有燃气味","reporter":"王"}
            """
        #expect(bench.take(report).errors == [])
        let batch = bench.intake.batch
        #expect(batch.text(batch.metrics[0]) == "gas-leak" && batch.values == [2])
        #expect(batch.subjects == [EventBatch.absent] && batch.text(batch.sources[0]) == "housing")
        #expect(batch.fieldNames.map { batch.text($0) } == ["injured"] && batch.fieldValues == [.int(2)])
        #expect(batch.restricted.map(\.name) == ["text", "reporter"] && batch.restricted[0].value == "有燃气味")
        #expect(abs(batch.longitudes[0] - 120.3005) < 0.002 && batch.longitudes[0] < 120.304)
        #expect(!(0..<Int32(batch.strings.count)).map { batch.strings.string($0) }.contains("有燃气味"))
    }

    @Test func `several readings of one event each take their unit`() {
        let bench = Bench()
        let body = Bench.event([
            ("metric", ""), ("value", ""), ("unit", ""),
            (
                "readings",
                #"[{"metric":"temp","value":50,"unit":"degF"},{"metric":"gas.lel","value":-9999,"unit":"%LEL"}]"#
            ),
        ])
        let outcome = bench.take(body)
        let batch = bench.intake.batch
        #expect(outcome.errors == [] && batch.isConsistent && batch.count == 1)
        #expect(batch.values[0] == 9 && batch.text(batch.units[0]) == "degC")
        #expect(batch.values[1].isNaN && batch.flags == [[]])
        #expect(outcome.notes.contains { $0.code == .implausible })
    }

    @Test(arguments: ["-9999", "100.5", "-1"]) func `an implausible value is kept, flagged and noted`(value: String) {
        let bench = Bench()
        let outcome = bench.take(Bench.event([("value", value)]))
        #expect(outcome.notes.map(\.code) == [.implausible])
        #expect(bench.intake.batch.flags == [.implausible] && bench.intake.batch.values == [Double(value)!])
        #expect(Bench().take(Bench.event([("value", "100")])).notes == [])
    }

    @Test func `NDJSON, an array and a pretty object are told apart`() {
        let a = Bench.event()
        let b = Bench.event([("id", "\"b\"")])
        #expect(Bench().take("\(a)\n\(b)\n").accepted == 2)
        #expect(Bench().take("\(a)\r\n\r\n\(b)").accepted == 2)
        #expect(Bench().take("[\(a),\n\(b)]").accepted == 2)
        #expect(Bench().take("[]").rejected == 0)
        #expect(Bench().take(a.split(separator: ",").joined(separator: ",\n")).accepted == 1)
        #expect(Bench().take("  \(a)").accepted == 1)
    }

    @Test func `half a line refuses that line only`() {
        let good = Bench.event()
        let half = good.prefix(40)
        let last = Bench().take("\(good)\n\(half)")
        #expect(last.accepted == 1 && last.errors.map(\.index) == [1] && last.errors[0].code == .badJSON)
        let first = Bench().take("\(half)\n\(good)")
        #expect(first.accepted == 1 && first.errors.map(\.index) == [0])
        let middle = Bench().take("\(good)\n\(half)\n\(Bench.event([("id", "\"z\"")]))")
        #expect(middle.accepted == 2 && middle.errors.map(\.index) == [1])
    }

    @Test(arguments: ["lines", "array"])
    func `what is more than a batch is told once, counted whole, and the rest is kept`(form: String) {
        let bench = Bench(window: 40_000)
        let events = (0...(Limits.batchEvents + 5)).map { Bench.event([("id", "\"\($0)\"")]) }
        let body = form == "lines" ? events.joined(separator: "\n") + "\n \n" : "[\(events.joined(separator: ","))]"
        let outcome = bench.take(body)
        #expect(outcome.accepted == Limits.batchEvents && outcome.rejected == 6)
        #expect(outcome.errors.map(\.code) == [.tooManyEvents] && outcome.errors[0].index == Limits.batchEvents)
    }

    @Test func `findings are listed to a bound and counted beyond it`() {
        let outcome = Bench().take((0..<500).map { _ in "{}" }.joined(separator: "\n"))
        #expect(outcome.rejected == 500 && outcome.errors.count == Limits.answerErrors)
    }

    @Test func `notes tell what will not be evaluated`() {
        let area = AreaCode("320213")
        let bench = Bench(subjects: [.init(id: "RQ-1", area: area)])
        func codes(_ changes: [(String, String)]) -> [IngestCode] { bench.take(Bench.event(changes)).notes.map(\.code) }
        #expect(codes([]) == [])
        #expect(codes([("id", "\"1\""), ("subject", "\"RQ-2\"")]) == [.unknownSubject])
        #expect(codes([("id", "\"2\""), ("area", "\"320205\"")]) == [.areaMismatch])
        #expect(codes([("id", "\"3\""), ("area", "\"320213021\"")]) == [])
        #expect(codes([("id", "\"4\""), ("time", "\"2026-07-01T08:15:31+08:00\"")]) == [.clockFast])
        // What is ahead of the platform makes nothing late that comes after it.
        #expect(codes([("id", "\"7\""), ("time", "\"2026-07-01T08:05:30+08:00\"")]) == [])
        #expect(codes([("id", "\"5\""), ("time", "\"2026-07-01T08:04:59+08:00\"")]) == [.late])
        let typo = bench.take(Bench.event([("id", "\"6\""), ("metric", "\"gas.lell\"")]))
        #expect(
            typo.notes == [
                Finding(index: 0, id: "6", code: .noRule, field: "metric", got: "gas.lell", want: "gas.lel")
            ])
    }

    @Test func `an array that is not JSON names the element to blame`() {
        let good = Bench.event()
        for (bad, finding) in [
            ("{\"id\":}", Finding(index: 2, code: .badJSON)),
            (Bench.event([("value", "NaN")]), Finding(index: 2, code: .badJSON, got: "NaN")),
            (Bench.event([("value", "1e999")]), Finding(index: 2, code: .badNumber)),
        ] {
            let outcome = Bench().take("[\(good), \(good) ,\(bad),\(good)]")
            #expect(outcome.errors == [finding] && outcome.accepted == 0, "\(bad)")
        }
        #expect(Bench().take("[\(good)").errors == [Finding(index: 0, code: .badJSON)])
        #expect(Bench().take("[\(good) \(good)]").errors == [Finding(index: 0, code: .badJSON)])
    }

    @Test
    func `a refused event is named by its id wherever that stands, and the reading that is to blame by its number`() {
        #expect(Bench().take(#"{"value":"x","id":"late-id"}"#).errors.map(\.id) == ["late-id"])
        #expect(Bench().take(#"{"value":"x","id":7}"#).errors.map(\.id) == [nil])
        func field(_ readings: String) -> String? {
            let body = Bench.event([("metric", ""), ("value", ""), ("unit", ""), ("readings", readings)])
            return Bench().take(body).errors.first?.field
        }
        let good = #"{"metric":"gas.lel","value":1,"unit":"%LEL"}"#
        #expect(field(#"[\#(good),{"metric":"gas.lel","value":1,"unit":"%VOL"}]"#) == "readings[1].unit")
        #expect(field(#"[\#(good),{"metric":"gas.lel","value":"1"}]"#) == "readings[1].value")
        #expect(field(#"[{"metric":"gas.lel"}]"#) == "readings[0].value")
        #expect(Bench().take(Bench.event([("unit", "\"%VOL\"")])).errors.first?.field == "unit")
    }

    @Test func `a report that no rule reads is noted by its category`() {
        let outcome = Bench().take(
            #"{"id":"1","category":"flod","area":"320213","time":"2026-07-01T08:15:00+08:00"}"#)
        #expect(outcome.notes == [Finding(index: 0, id: "1", code: .noRule, field: "category", got: "flod")])
    }

    @Test func `where events are the clock a refused one does not move it`() {
        var department = Department(id: "housing")
        (department.maxFuture, department.refuseFuture, department.maxStep) = (nil, nil, .hours(1))
        let bench = Bench(department: department)
        func notes(_ id: String, _ time: String, unit: String = "%LEL") -> [IngestCode] {
            bench.take(
                Bench.event([("id", "\"\(id)\""), ("time", "\"2026-07-01T\(time):00+08:00\""), ("unit", "\"\(unit)\"")])
            ).notes.map(\.code)
        }
        #expect(notes("1", "08:00") == [])
        #expect(notes("2", "08:50", unit: "%VOL") == [] && bench.intake.batch.count == 1)
        #expect(notes("3", "09:40") == [.clockFast])
        #expect(notes("4", "08:50") == [])
        #expect(notes("5", "09:40") == [])
    }
}
