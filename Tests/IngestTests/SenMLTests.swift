import Events
import Foundation
import TestSupport
import Testing

@testable import Ingest

/// SenML packs (RFC 8428) at the door.
@Suite struct SenMLTests {
    struct Reading: Equatable, CustomStringConvertible {
        var subject: String
        var metric: String
        var value: Double
        var unit: String
        var time: Double

        var description: String { "\(subject) \(metric) \(value) \(unit) \(time)" }
    }

    private func readings(_ batch: EventBatch) -> [Reading] {
        (0..<batch.count).map { event in
            let reading = batch.readings(event).lowerBound
            let unit = batch.units[reading]
            return Reading(
                subject: batch.strings.string(batch.subjects[event]),
                metric: batch.strings.string(batch.metrics[reading]), value: batch.values[reading],
                unit: unit == EventBatch.absent ? "" : batch.strings.string(unit),
                time: Double(batch.times[event].microseconds) / 1e6)
        }
    }

    private func take(_ pack: String) -> (outcome: Outcome, readings: [Reading]) {
        let bench = Bench()
        let outcome = bench.take(pack, .senml)
        return (outcome, readings(bench.intake.batch))
    }

    /// Without a catalogue: every name is a subject as a whole, as the RFC resolves it.
    private func takeResolved(_ pack: String, now: Timestamp) -> (outcome: Outcome, readings: [Reading]) {
        var intake = Intake(view: IngestView(), window: DuplicateWindow(entries: 100))
        var context = Intake.Context(department: DepartmentTexts(Department(id: "housing")), now: now)
        Array(pack.utf8).withUnsafeBytes { intake.take($0, kind: .senml, &context) }
        return (context.outcome, readings(intake.batch))
    }

    @Test(.enabled(if: SharedData.has("senml")))
    func `the packs of the RFC are taken as their resolved records`() throws {
        let shared = SharedData.path("senml")
        let names = try FileManager.default.contentsOfDirectory(atPath: shared).filter {
            $0.hasPrefix("ex") && $0.hasSuffix(".json") && !$0.contains(".gen.")
        }.sorted()
        #expect(names.count == 13)
        for name in names {
            let pack = try String(contentsOfFile: "\(shared)/\(name)", encoding: .utf8)
            let resolved = "\(shared)/\(name.dropLast(5)).gen.resolved.json"
            // ex13 has none: it shows units and times as above.
            guard FileManager.default.fileExists(atPath: resolved) else {
                let outcome = takeResolved(pack, now: Bench.now).outcome
                #expect(outcome.accepted > 0 && outcome.rejected == 0, "\(name)")
                continue
            }
            let data = try Data(contentsOf: URL(fileURLWithPath: resolved))
            let records = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
            // A pack without times was resolved when the page was made: its first record says when.
            let now = Timestamp(seconds: try #require(records.first?["t"] as? NSNumber).int64Value)
            let (outcome, readings) = takeResolved(pack, now: now)
            let expected = records.compactMap { record -> Reading? in
                guard let subject = record["n"] as? String, record["vs"] == nil, record["vd"] == nil else { return nil }
                let value = (record["v"] as? NSNumber) ?? (record["vb"] as? NSNumber)
                let unit = record["u"] as? String ?? ""
                return Reading(
                    subject: subject, metric: unit.isEmpty ? "senml" : "senml.\(unit)", value: value!.doubleValue,
                    unit: unit, time: (record["t"] as! NSNumber).doubleValue)
            }
            #expect(readings == expected, "\(name)")
            let sent = try #require(try JSONSerialization.jsonObject(with: Data(pack.utf8)) as? [[String: Any]])
            #expect(outcome.rejected == sent.count { $0["vs"] != nil || $0["vd"] != nil }, "\(name)")
            #expect(outcome.errors.allSatisfy { $0.code == .unsupportedData }, "\(name)")
            // The resolved form says the same.
            #expect(takeResolved(String(decoding: data, as: UTF8.self), now: now).readings == expected, "\(name)")
        }
    }

    @Test(arguments: [("/", 0.5), ("1", 0.5), ("%", 50), ("%RH", 50)])
    func `SenML's name of a unit is that of any unit that the metric takes`(unit: String, value: Double) {
        let (_, readings) = take(#"[{"n":"CG-1/level","bt":1782864900,"u":"\#(unit)","v":\#(value)}]"#)
        #expect(readings.map(\.value) == [50] && readings.map(\.unit) == ["%"])
    }

    @Test func `a name that ends in a metric of the catalogue is that metric of the subject before it`() {
        let (outcome, readings) = take(
            """
            [{"bn":"RQ-1/","bt":1782864900,"n":"gas.lel","u":"%LEL","v":31.5},
             {"n":"temp","u":"Cel","v":20,"t":1},
             {"bn":"urn:dev:7:","n":"temp","u":"degF","v":40,"t":-0.5},
             {"bn":"","n":"temp","u":"degC","v":1}]
            """)
        #expect(
            readings == [
                .init(subject: "RQ-1", metric: "gas.lel", value: 31.5, unit: "%LEL", time: 1_782_864_900),
                .init(subject: "urn:dev:7", metric: "temp", value: 4, unit: "degC", time: 1_782_864_899.5),
                .init(subject: "temp", metric: "senml.degC", value: 1, unit: "degC", time: 1_782_864_900),
            ])
        // The bench's catalogue has degC, not the shipped one's °C.
        #expect(outcome.errors.map(\.code) == [.unitMismatch] && outcome.errors.first?.index == 1)
    }

    @Test(
        arguments: [
            (#"[{"n":"a","v":1,"bv":10},{"n":"b","v":2}]"#, [11.0, 12.0]),
            (#"[{"n":"a","vb":true},{"n":"b","vb":false}]"#, [1, 0]),
            (#"[{"n":"a","v":1,"vx":"y","l":"[]","ut":5}]"#, [1]), (#"[{"bn":"a","bver":10},{"v":3}]"#, [3]),
        ] as [(String, [Double])]) func `base values are added, a boolean is a number, unknown fields are passed over`(
            pack: String, values: [Double]
        )
    {
        let (outcome, readings) = take(pack)
        #expect(outcome.rejected == 0 && readings.map(\.value) == values)
    }

    @Test(
        arguments: [
            (268_435_456.0, 268_435_456.0), (268_435_455, 1_782_864_900 + 268_435_455), (0, 1_782_864_900),
            (-5.25, 1_782_864_900 - 5.25),
        ] as [(Double, Double)]) func `a time below 2^28 is relative to now`(time: Double, expected: Double)
    {
        // The department takes times up to a day ahead.
        var department = Department(id: "housing")
        department.refuseFuture = nil
        let bench = Bench(department: department)
        _ = bench.take(#"[{"n":"a","v":1,"t":\#(time)}]"#, .senml)
        #expect(readings(bench.intake.batch).map(\.time) == [expected])
    }

    @Test func `a sum beside a value is a field`() throws {
        let bench = Bench()
        _ = bench.take(#"[{"n":"a","v":1,"s":5,"bs":2}]"#, .senml)
        let batch = bench.intake.batch
        let field = try #require(batch.fields(0).first)
        #expect(batch.strings.string(batch.fieldNames[field]) == "sum" && batch.fieldValues[field].double == 7)
    }

    @Test(
        arguments: [
            (#"{"n":"b","vs":"x"}"#, IngestCode.unsupportedData, "vs"),
            (#"{"n":"b","vd":"eA"}"#, .unsupportedData, "vd"),
            (#"{"n":"b","s":1}"#, .unsupportedData, "s"), (#"{"n":"b"}"#, .missingField, "v"),
            (#"{"v":1}"#, .missingField, "n"), (#"{"n":"b c","v":1}"#, .badCharacters, "n"),
            (#"{"n":"-b","v":1}"#, .badCharacters, "n"), (#"{"n":"b人","v":1}"#, .badCharacters, "n"),
            (#"{"n":"b","v":1,"vb":true}"#, .unexpectedField, "vb"), (#"{"n":"b","v":1,"t":1e11}"#, .badTime, "t"),
        ] as [(String, IngestCode, String)]) func `a record is refused by itself`(
            record: String, code: IngestCode, field: String
        )
    {
        let (outcome, readings) = take(#"[{"n":"a","v":1},\#(record),{"n":"c","v":1}]"#)
        #expect(outcome.errors.map(\.code) == [code])
        #expect((outcome.errors.first?.index, outcome.errors.first?.field) == (1, field))
        #expect(readings.map(\.subject) == ["a", "c"])
    }

    @Test(
        arguments: [
            (#"{"n":"b","v":"1"}"#, IngestCode.wrongType, "v"), (#"{"bn":7}"#, .wrongType, "bn"),
            (#"{"n":"b","v":1,"n":"b"}"#, .duplicateKey, "n"),
            (#"{"n":"b","v":1,"must_":1}"#, .unexpectedField, "must_"),
            (#"{"bver":11,"n":"b","v":1}"#, .unsupportedData, "bver"),
            (#"{"bver":0,"n":"b","v":1}"#, .unsupportedData, "bver"),
            (#"{"bver":1.5,"n":"b","v":1}"#, .unsupportedData, "bver"), (#"{"n":"b","v":null}"#, .wrongType, "v"),
            ("3", .notAnObject, nil),
        ] as [(String, IngestCode, String?)])
    func `what reaches over records refuses the pack`(record: String, code: IngestCode, field: String?) {
        let (outcome, readings) = take(#"[{"n":"a","v":1},\#(record),{"n":"c","v":1}]"#)
        #expect(outcome.errors.map(\.code) == [code])
        #expect((outcome.errors.first?.index, outcome.errors.first?.field) == (1, field))
        #expect(outcome.rejected == 1 && readings.isEmpty)
        if field == "bver" { #expect(outcome.errors.first?.en.hasPrefix("SenML version") == true) }
    }

    @Test func `a record that comes again is a repeat, one with another value is not taken for it`() {
        let bench = Bench()
        let pack = #"[{"n":"a","t":1782864900,"v":1,"u":"V"},{"n":"a","t":1782864900,"v":2,"u":"A"}]"#
        #expect(bench.take(pack, .senml).accepted == 2)
        #expect(bench.take(pack, .senml).duplicates == 2)
        let other = bench.take(#"[{"n":"a","t":1782864900,"v":9,"u":"V"}]"#, .senml)
        #expect(other.errors.map(\.code) == [.idReused])
    }

    @Test func `a pack is told from its bytes, an array of events is none`() {
        let bench = Bench()
        #expect(bench.take(#" [ {"bn":"x:","n":"y","v":1}]"#).accepted == 1)
        #expect(bench.take("[" + Bench.event([("n", "1")]) + "]").accepted == 1)
        #expect(bench.take(#"[{"v":1}]"#).errors.map(\.code) == [.missingField])
        #expect(bench.take("[]", .senml).errors.isEmpty)
        #expect(bench.take(#"{"n":"a","v":1}"#, .senml).errors.map(\.code) == [.wrongType])
        #expect(bench.take("{", .senml).errors.map(\.code) == [.badJSON])
    }

    @Test func `a pack has as many records as a message has events`() {
        let records = Array(repeating: #"{"n":"a","v":1}"#, count: Limits.batchEvents + 1)
        let packs = [records.dropLast(), records[...]].map { "[" + $0.joined(separator: ",") + "]" }
        #expect(take(packs[0]).outcome.errors.isEmpty)
        #expect(take(packs[1]).outcome.errors.map(\.code) == [.tooManyEvents])
    }

    @Test func `a pack of too many records is taken up to the bound, and the rest is one refusal that counts each`() {
        let count = Limits.batchEvents + 3
        let records = (0..<count).map { #"{"n":"s","v":1,"t":\#(1_782_864_900 - $0)}"# }
        let bench = Bench(window: 2 * count)
        let outcome = bench.take("[" + records.joined(separator: ",") + "]", .senml)
        #expect(outcome.accepted == Limits.batchEvents && bench.intake.batch.count == Limits.batchEvents)
        #expect(outcome.rejected == 3 && outcome.errors.map(\.code) == [.tooManyEvents])
        #expect(outcome.errors.first?.index == Limits.batchEvents)
    }

    @Test(arguments: [(200, true), (256, false), (4000, false)])
    func `a name longer than a subject can be is refused before anything is made of it`(base: Int, isTaken: Bool) {
        let name = String(repeating: "a", count: base)
        let (outcome, _) = take(#"[{"bn":"\#(name)","n":"b","v":1,"t":1782864900},{"n":"c","v":1,"t":1782864900}]"#)
        #expect((outcome.accepted == 2) == isTaken)
        if !isTaken { #expect(outcome.errors.map(\.code) == [.tooLong, .tooLong]) }
    }
}
