import Events
import Testing

@testable import Ingest

@Suite struct EventShapeTests {
    private static let full = """
        {"specversion":"1.0","id":"e-1","source":"/gw/1","type":"reading","subject":"S-17","time":"2026-07-01T08:15:00+08:00",\
        "datacontenttype":"application/json","data":{"metric":"gas.lel","value":20.55,"unit":"%LEL","quality":"好",\
        "area":"320213021","lon":120.25,"lat":31.5,"crs":"GCJ02","category":"c","count":2,"battery":87,"rssi":-71.5,\
        "firmware":"4.2.1","ok":true,"no":null,"via":"/a","period":"PT1H","corrects":"x","exercise":false,"type":"valve"}}
        """
    private static let short = """
        { "id":"a", "subject":"RQ-1","metric":"temp" ,"value":31,"unit":"degF","time":"2026-07-01T08:15:00+08:00" }
        """
    private static let report = """
        {"id":"a","type":"report","category":"gas","count":1,"area":"320213021","time":"2026-07-01T08:12:00+08:00"}
        """

    /// One decoder that knows an event and one that walks the tape of each.
    private final class Pair {
        private let known = Bench()
        private let walked = Bench()

        /// What both make of an event behind the one that is known.
        func take(_ event: [UInt8], after first: String) -> (known: String, walked: String) {
            _ = known.take(first, .lines, sequenced: true)
            _ = walked.take(first, .document, sequenced: true)
            let outcomes = (known.take(event, .lines, sequenced: true), walked.take(event, .document, sequenced: true))
            let batches = (known.intake.close().0, walked.intake.close().0)
            return ("\(outcomes.0) \(batches.0)", "\(outcomes.1) \(batches.1)")
        }
    }

    /// Whether the second is taken as one of the first's shape.
    private func isRead(_ event: String, after first: String) throws -> Bool {
        var decoder = EventDecoder()
        let parser = JSONParser(maximumBytes: 1 << 20, nesting: 16)
        let view = IngestView(metrics: Bench.metrics, read: [], subjects: [])
        func padded(_ text: String) -> [UInt8] { Array(text.utf8) + [UInt8](repeating: 0, count: JSONParser.padding) }
        let bytes = padded(first)
        try #require(parser.parse(bytes, count: first.utf8.count, &decoder.tape) == nil)
        try decoder.decode(
            at: JSONTape.root, department: DepartmentTexts(Department(id: "d")), view: view, now: Bench.now)
        decoder.learn(bytes, count: first.utf8.count)
        return decoder.read(padded(event), count: event.utf8.count)
    }

    @Test(arguments: [
        ("e-1", "e-2"), ("e-1", "an id that is longer than sixteen bytes and than the one before"), ("/gw/1", "/"),
        ("\"reading\"", "\"燃气\""), ("S-17", "S-1"), ("08:15:00", "08:16:00.123456"), ("1.0", "1.1"),
        ("gas.lel", "temp"),
        ("20.55", "20.5"), ("20.55", "-20"), ("20.55", "1000.25"), ("%LEL", "degC"), ("好", "suspect"),
        ("320213021", "320213"),
        ("120.25", "-120.25"), ("31.5", "31"), ("31.5", "91"), ("GCJ02", "WGS84"), ("\"c\"", "\"d\""), (":2,", ":30,"),
        ("87", "87.5"), ("-71.5", "71"), ("4.2.1", "4.2.10"), ("valve", "pump"), ("application/json", "text/plain"),
    ])
    func `an event that differs in a value is read by it`(from: String, to: String) throws {
        let event = Self.full.replacing(from, with: to)
        #expect(event != Self.full)
        #expect(try isRead(event, after: Self.full))
        let made = Pair().take(Array(event.utf8), after: Self.full)
        #expect(made.known == made.walked)
    }

    @Test(arguments: [
        ("e-1", ""), ("e-1", "\\n"), ("e-1", "é"), ("e-1", String(repeating: "x", count: 257)), ("S-17\"", "S-17\" "),
        ("\"id\"", "\"di\""), ("20.55", "null"), ("20.55", "1e3"), ("20.55", "020"), ("20.55", "\"x\""),
        ("\"S-17\"", "17"),
        ("true", "false"), ("null", "1"), ("\"/a\"", "\"/b\""), ("PT1H", "PT2H"),
        ("\"exercise\":false", "\"exercise\":true"),
        ("}}", "},\"x\":1}"), ("}}", "}} "), ("}}", "}"),
    ])
    func `an event of another shape, and an odd value, are left to the tape`(from: String, to: String) throws {
        let event = Self.full.replacing(from, with: to)
        #expect(event != Self.full)
        #expect(try !isRead(event, after: Self.full))
        let made = Pair().take(Array(event.utf8), after: Self.full)
        #expect(made.known == made.walked)
    }

    @Test(arguments: [
        "{\"id\":\"a\",\"subject\":\"s\",\"time\":\"2026-07-01T08:15:00+08:00\",\"readings\":[{\"metric\":\"m\",\"value\":1}]}",
        "{\"id\":\"a\",\"subject\":\"s\",\"time\":\"2026-07-01T08:15:00+08:00\",\"metric\":\"m\",\"value\":1,\"phone\":\"13812345678\"}",
        "{\"id\":\"a\",\"subject\":\"s\",\"time\":\"2026-07-01T08:15:00+08:00\",\"metric\":\"m\",\"value\":1,\"f\":\"\\t\"}",
    ])
    func `what has several readings, is about persons or is not plain is not remembered`(event: String) throws {
        #expect(try !isRead(event, after: event))
    }

    @Test(arguments: [full, short, report]) func `whatever byte changes, both ways say the same`(first: String) {
        let pair = Pair()
        let bytes = Array(first.utf8)
        for at in bytes.indices {
            for byte in "\",\\0. ".utf8 + [0x1F, 0xE6] {
                var event = bytes
                // By turns: half of the places get another byte, half one more.
                if at % 2 == 0 { event[at] = byte } else { event.insert(byte, at: at) }
                let made = pair.take(event, after: first)
                #expect(made.known == made.walked)
            }
            let made = pair.take(Array(bytes[..<at] + bytes[(at + 1)...]), after: first)
            #expect(made.known == made.walked)
        }
    }
}
