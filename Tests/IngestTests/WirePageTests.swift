import Foundation
import Testing

@testable import Ingest

@Suite struct WirePageTests {
    @Test func `the wire page has a row for every code and no other`() throws {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let page = try String(contentsOf: root.appendingPathComponent("docs/wire.md"), encoding: .utf8)
        let codes = page.components(separatedBy: "## Codes").last!
        let rows = codes.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| code") }
        let names = rows.map { $0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces) }
        #expect(names.sorted() == IngestCode.allCases.map(\.rawValue).sorted())
    }

    @Test func `every code has words in both languages`() {
        for code in IngestCode.allCases {
            let finding = Finding(index: 0, code: code, field: "f", got: "g", want: "w")
            #expect(!finding.zh.isEmpty && !finding.en.isEmpty)
        }
    }

    @Test func `strings in an answer are escaped`() throws {
        var outcome = Outcome()
        outcome.reject(Finding(index: 0, id: "a\"\\\u{7}\u{7F}人", code: .badTime, got: "x"))
        let bytes = Answer.taken(outcome, position: nil, received: nil)
        let json = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect((json["errors"] as? [[String: Any]])?[0]["id"] as? String == "a\"\\\u{7}\u{7F}人")
    }
}
