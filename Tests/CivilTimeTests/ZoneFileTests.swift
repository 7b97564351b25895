import CivilTime
import Foundation
import Testing

/// Compiled zone files become tables that hold for the rest of the century.
struct ZoneFileTests {
    static func zone(_ name: String) throws -> ZoneTable {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/" + name))
        return try #require(ZoneTable(name: name, file: [UInt8](bytes)))
    }

    /// Hours east of Greenwich at a moment.
    static func hours(_ name: String, _ text: String) throws -> Double {
        Double(try zone(name).offset(at: RFC3339.parse(text).seconds)) / 3600
    }

    @Test(arguments: [
        ("Asia/Shanghai", "2026-07-01T00:00:00Z", 8.0), ("Asia/Shanghai", "1988-07-01T00:00:00Z", 9),
        ("America/New_York", "2026-03-08T06:59:59Z", -5), ("America/New_York", "2026-03-08T07:00:00Z", -4),
        // Beyond what any file lists: by the rule at its end.
        ("America/New_York", "2060-11-07T05:59:59Z", -4), ("America/New_York", "2060-11-07T06:00:00Z", -5),
        ("Europe/Berlin", "2099-03-29T00:59:59Z", 1), ("Europe/Berlin", "2099-03-29T01:00:00Z", 2),
        ("Australia/Sydney", "2070-01-01T00:00:00Z", 11), ("Australia/Sydney", "2070-07-01T00:00:00Z", 10),
        ("Asia/Kathmandu", "2026-07-01T00:00:00Z", 5.75), ("Antarctica/Troll", "2060-07-01T00:00:00Z", 2),
        ("America/Nuuk", "2060-07-01T00:00:00Z", -1),
    ]) func `the offset at a moment`(name: String, moment: String, hours: Double) throws {
        #expect(try Self.hours(name, moment) == hours)
    }

    @Test func `a slim file, which lists no transition that its rule gives, is the same as the whole`() throws {
        // One transition of 2007 and the rule, as `zic -b slim` writes it.
        var bytes = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        bytes += [UInt8](repeating: 0, count: 24)
        func number(_ value: Int, _ width: Int) -> [UInt8] {
            (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        bytes += Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
        for count in [0, 0, 0, 1, 2, 8] { bytes += number(count, 4) }
        bytes += number(1_173_596_400, 8) + [1]
        bytes += number(-18_000, 4) + [0, 0] + number(-14_400, 4) + [1, 4]
        bytes += Array("EST\0EDT\0\nEST5EDT,M3.2.0,M11.1.0\n".utf8)
        let slim = try #require(ZoneTable(name: "America/New_York", file: bytes))
        let whole = try Self.zone("America/New_York")
        for seconds in stride(from: 1_173_596_400, to: 4_000_000_000, by: 86_400 * 5 + 1234) {
            #expect(slim.offset(at: seconds) == whole.offset(at: seconds))
        }
    }

    @Test func `what is no zone file, cut short or ends with an unknown rule is refused`() throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Europe/Berlin")))
        #expect(ZoneTable(name: "x", file: []) == nil)
        for count in stride(from: 0, to: bytes.count - 1, by: 7) {
            #expect(ZoneTable(name: "x", file: Array(bytes[..<count])) == nil)
        }
        #expect(ZoneTable(name: "x", file: bytes.dropLast() + Array("!\n".utf8)) == nil)
    }

    @Test func `every zone of the system can be read`() throws {
        let listed = try String(contentsOfFile: "/usr/share/zoneinfo/tzdata.zi", encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("Z ") }.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) }
        #expect(listed.count > 200)
        for name in listed { #expect(throws: Never.self) { try Self.zone(name) } }
    }
}
