import Events
import Testing

struct EventsTests {
    @Test(arguments: [
        ("320200", "3202", "320200000000"), ("320213", "320213", "320213000000"), ("320000", "32", "320000000000"),
        ("320213021", "320213021", "320213021000"), ("320213000000", "320213", "320213000000"),
        ("320213021005", "320213021005", "320213021005"), ("32021302100507", "32021302100507", "320213021005"),
    ]) func `an area code has a prefix and a topic form`(text: String, prefix: String, padded: String) throws {
        let code = try #require(AreaCode(text))
        #expect(code.prefix == prefix && code.padded == padded && code.text == text)
    }

    @Test(arguments: ["", "32021", "3202130", "32021x", "032021", "320213021005071"])
    func `a malformed area code is none`(text: String) { #expect(AreaCode(text) == nil) }

    @Test func `a city holds its districts and not the next city's`() throws {
        let city = try #require(AreaCode("320200"))
        #expect(city.contains(try #require(AreaCode("320213021"))))
        #expect(!city.contains(try #require(AreaCode("320300"))))
    }

    @Test(arguments: [
        ("90s", 90_000_000), ("1h30m", 5_400_000_000), ("500ms", 500_000), ("2d", 172_800_000_000), ("0s", 0),
    ]) func `spans read`(text: String, microseconds: Int64) {
        #expect(TimeSpan(parsing: text)?.microseconds == microseconds)
        #expect(TimeSpan(parsing: TimeSpan(microseconds: microseconds).formatted)?.microseconds == microseconds)
    }

    @Test(arguments: ["", "90", "s", "1y", "-5m", "1.5h", "99999999999999999999s", "9999999999999d"])
    func `malformed spans are none`(text: String) { #expect(TimeSpan(parsing: text) == nil) }

    @Test func `a string table numbers in order of appearance and survives its parts`() throws {
        var table = StringTable(minimumBuckets: 1)
        let words = (0..<1000).map { "word-\($0)-\(String(repeating: "x", count: $0 % 20))" }
        for (number, word) in words.enumerated() { #expect(table.intern(word) == Int32(number)) }
        for (number, word) in words.enumerated() { #expect(table.intern(word) == Int32(number)) }
        #expect(table.find("word") == nil)
        let copy = try #require(StringTable(bytes: table.bytes, ends: table.ends))
        #expect(copy.string(999) == words[999] && copy.find(words[17]) == 17)
        #expect(StringTable(bytes: [65, 65], ends: [1, 2]) == nil)
        #expect(StringTable(bytes: [65], ends: [2]) == nil)
        #expect(StringTable(bytes: [65, 66], ends: [1]) == nil)
    }

    @Test(arguments: ["88213.0", "0.12"]) func `a decision id reads what it writes`(text: String) {
        #expect(DecisionID(text)?.text == text)
    }

    @Test(arguments: ["", "1", "1.", ".1", "1.2.3", "-1.0", "a.b"]) func `a malformed decision id is none`(text: String)
    {
        #expect(DecisionID(text) == nil)
    }

    @Test func `a timestamp shows only the fraction it has`() {
        #expect(Timestamp(seconds: 0).formatted() == "1970-01-01T08:00:00+08:00")
        #expect(Timestamp(microseconds: 1_500_000).formatted(offsetMinutes: 0) == "1970-01-01T00:00:01.500Z")
        #expect(Timestamp(microseconds: -1).formatted(offsetMinutes: 0) == "1969-12-31T23:59:59.999999Z")
    }
}
