import RuleFiles
import Testing

struct RuleIndexTests {
    private func row(_ rule: String) throws -> RuleIndex.Row {
        let text = "id: a\ntitle: {zh: 甲, en: A}\ndomain: gas\n" + rule
        let (index, findings) = RuleIndex.read(
            files: [.init(path: "gas/a.yml", bytes: Array(text.utf8))], metrics: catalogue())
        #expect(findings.map(\.rendered) == [])
        return try #require(index?.rows.first)
    }

    @Test func `a silence is shown as a span, whatever its threshold is`() throws {
        let row = try row(
            """
            input: {type: reading, metric: gas.lel, unit: "%LEL"}
            absence: {}
            levels: {blue: {at: 15m}, red: {at: limit.h or 90m}}
            """)
        #expect(row.levels == ["blue >= 15m", "red >= limit.h or 1h30m"])
    }

    @Test(arguments: [
        (
            "steps: [{type: reading, metric: gas.lel, unit: \"%LEL\"}, {not: {type: report, category: a}}, {type: report, category: b}]",
            "reading gas.lel %LEL then not report a then report b"
        ),
        ("any: [{type: report, category: a}, {type: report, category: b}]", "report a and report b"),
    ])
    func `every input of a sequence is shown`(steps: String, reads: String) throws {
        let row = try row("sequence: {within: 5m, \(steps)}\nlevels: {red: {at: 2}}")
        #expect(row.reads == reads)
    }
}
