import Events
import StrictYAML
import Testing

struct StrictYAMLTests {
    @Test(arguments: [
        ("a: [1", "1:4 yaml_syntax"), ("a: [1\nb: 2", "1:4 yaml_syntax"), ("a: [", "1:4 yaml_syntax"),
        ("a: {b: [c], d:\n", "1:4 yaml_syntax"), ("a: \"1", "1:4 yaml_syntax"),
        ("a: 1\na: 2", "2:1 duplicate_key"), ("a: &x 1\nb: *x", "1:4 yaml_anchor"),
        ("a: *x", "1:4 yaml_anchor"), ("a: !!int 1", "1:4 yaml_tag"), ("a:\n\tb: 1", "2:1 tab_indent"),
        ("a: 1\n---\nb: 2", "2:1 several_documents"), ("# nothing", "0:0 empty_file"), ("", "0:0 empty_file"),
        ("? [a]\n: 1", "1:3 wrong_shape"), ("a: \u{1}", "1:4 yaml_syntax"),
        ("a: 1\n警: \u{7F}", "2:4 yaml_syntax"),
        (String(repeating: "[", count: 17) + String(repeating: "]", count: 17), "1:17 too_deep"),
        (String(repeating: "- ", count: 17) + "x", "1:33 too_deep"),
        ("a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]", "1:4 yaml_anchor"),
    ])
    func `a text that is not one plain document is refused with its place`(text: String, finding: String) {
        let (_, found) = reading(text) { $0 }
        #expect(found == [finding])
    }

    @Test(arguments: ["\n", "\r", "\r\n", "\u{85}", "\u{2028}", "\u{2029}"])
    func `a finding shows its line, however lines end`(end: String) throws {
        let findings = Findings()
        for third in ["b: {c", "b: \u{1}"] {
            _ = YAMLDocument.read(path: "t", text: "# 警" + end + "a: 1" + end + third, findings: findings)
        }
        let shown = findings.list.map { "\($0.line) \($0.sourceLine)" }
        #expect(shown.last == "3 b: \u{1}")
        #expect(shown.first == "3 b: {c", "\(shown)")
    }

    @Test(arguments: ["[", "{a: ", "- ", "? "])
    func `deep nesting of any kind is refused without exhausting the stack`(opening: String) {
        let (_, found) = reading(String(repeating: opening, count: 100_000)) { $0 }
        #expect(found.count == 1)
    }

    @Test func `bounds hold at the bound and not beyond`() {
        let limits = YAMLLimits(bytes: 8, depth: 16, nodes: 4)
        #expect(reading("[a,b,c]", limits: limits) { $0.strings(atMost: 3) } == (["a", "b", "c"], []))
        #expect(reading("[a,b,c,d]", limits: limits) { $0.items(atMost: 9)?.count } == (nil, ["1:8 too_many_nodes"]))
        #expect(reading("[a,b,c]") { $0.strings(atMost: 2) } == (nil, ["1:1 too_many_items"]))
        let findings = Findings()
        _ = YAMLDocument.read(path: "t.yml", bytes: Array("a: 567890".utf8), limits: limits, findings: findings)
        _ = YAMLDocument.read(path: "t.yml", bytes: [0xFF, 0x41], limits: limits, findings: findings)
        #expect(findings.list.map(\.code) == ["file_too_large", "not_utf8"])
        #expect(
            YAMLDocument.read(path: "t", bytes: [0xEF, 0xBB, 0xBF] + Array("a".utf8), findings: findings)?.scalar == "a"
        )
    }

    @Test(arguments: ["on", "22:00", "0x10", "~", "null", "yes", "1_000", ".inf", "2026-03-01", "1e3"])
    func `a scalar is its text until the schema says otherwise`(text: String) {
        #expect(reading("v: \(text)") { $0.pairs()?.first?.value.string() } == (text, []))
    }

    @Test(arguments: [("25", 25), ("-0.5", -0.5), ("1e3", 1000), ("+.5", 0.5), ("5.", 5), ("'10'", 10)])
    func `a number is decimal`(text: String, value: Double) {
        #expect(reading(text) { $0.double() } == (value, []))
    }

    @Test(arguments: [
        ("0x10", "not_a_number"), ("1_000", "not_a_number"), ("22:00", "not_a_number"), ("on", "not_a_number"),
        ("''", "empty_value"), ("~", "not_a_number"), (".", "not_a_number"), ("1e", "not_a_number"),
        (".inf", "not_finite"), ("-.INF", "not_finite"), ("NaN", "not_finite"), ("1e999", "not_finite"),
        ("[1]", "wrong_shape"), ("1 000", "not_a_number"), ("１", "not_a_number"),
    ])
    func `what is no finite decimal number says which it is`(text: String, code: String) {
        #expect(reading(text) { $0.double() } == (nil, ["1:1 \(code)"]))
    }

    @Test(
        arguments: [
            ("60", 60, nil), ("-3", -3, nil), ("0", 0, nil), ("010", nil, "not_an_integer"),
            ("1.0", nil, "not_an_integer"),
            ("101", nil, "out_of_range"), ("99999999999999999999", nil, "not_an_integer"),
            ("--", nil, "not_an_integer"),
        ] as [(String, Int?, String?)])
    func `a whole number has no octal form and stays within its range`(text: String, value: Int?, code: String?) {
        #expect(reading(text) { $0.int(in: -3...100) } == (value, code.map { ["1:1 \($0)"] } ?? []))
    }

    @Test func `spans, times and words are read by the schema`() {
        #expect(reading("1h30m") { $0.span() } == (.minutes(90), []))
        #expect(reading("90") { $0.span() } == (nil, ["1:1 not_a_span"]))
        #expect(reading("3s") { $0.span(in: .minutes(1) ... .hours(1)) } == (nil, ["1:1 out_of_range"]))
        #expect(reading("1970-01-01T08:00:01+08:00") { $0.timestamp() } == (Timestamp(seconds: 1), []))
        #expect(reading("2026-03-01T00:00:00") { $0.timestamp() } == (nil, ["1:1 not_a_time"]))
        #expect(reading("2026-02-30T00:00:00Z") { $0.timestamp() } == (nil, ["1:1 not_a_time"]))
        #expect(reading("b") { $0.word(of: [("a", 1), ("b", 2)]) } == (2, []))
        #expect(reading("c") { $0.word(of: [("a", 1), ("b", 2)]) } == (nil, ["1:1 unknown_word"]))
    }

    @Test func `all findings of a mapping come in one run, with the nearest name`() {
        let findings = Findings()
        let text = "level: 3\nclera: 8\nzzz: 1\n"
        let fields = YAMLDocument.read(path: "a.yml", text: text, findings: findings)?.fields(["level", "clear", "at"])
        _ = fields?.required("at")
        _ = fields?.required("level")?.int(in: 0...2)
        #expect(findings.sorted.map(\.code) == ["missing_field", "out_of_range", "unknown_key", "unknown_key"])
        #expect(findings.list[0].suggestion == "did you mean 'clear'?")
        #expect(findings.list[1].suggestion == "the keys are: level, clear, at")
    }

    @Test func `a finding shows the line with carets under wide characters`() {
        let findings = Findings()
        let item = YAMLDocument.read(path: "rules/a.yml", text: "a: 1\n标题: {zh: 浓度, xx: 1}\n", findings: findings)
        _ = item?.pairs()?[1].value.fields(["zh", "en"])
        #expect(
            findings.list[0].rendered == """
                rules/a.yml:2:14: error[unknown_key]: 标题 has no key 'xx'
                 2 | 标题: {zh: 浓度, xx: 1}
                   |                  ^^
                help: the keys are: zh, en

                """)
    }

    @Test(arguments: [
        ("v: abc", 6), ("v: 'abc'", 7), ("v: \"abc\"", 7), ("v: \"a\\u0062c\"", 4),
    ])
    func `a place inside a scalar is found where it is written as it reads`(text: String, column: Int) {
        let (mark, _) = reading(text) { $0.pairs()?[0].value.mark(atScalar: 2) }
        #expect(mark?.column == column)
    }

    /// `a` stands once before the second line of the block, `!` is searched.
    @Test(arguments: [
        ("v: |\n  a\n  b !", "3:5"), ("v: >\n\n  a\n  b\n    !", "5:5"), ("v: |2-\n    a\n\n  !", "4:3"),
        ("v: a\n  b !", "2:5"),
        ("v: \"a\n  !\"", "2:3"), ("v: 'a''\n  !'", "1:4"), ("v:\n- |\n a\n !", "4:2"),
    ])
    func `a place inside a text of several lines is found on its line`(text: String, place: String) {
        let (mark, _) = reading(text) { root -> YAMLMark? in
            let value = root.pairs()?[0].value
            let item = value?.scalar == nil ? value?.items(atMost: 1)?[0] : value
            let scalars = Array((item?.scalar ?? "").unicodeScalars)
            return scalars.firstIndex(of: "!").flatMap { item?.mark(atScalar: $0) }
        }
        #expect(mark.map { "\($0.line):\($0.column)" } == place)
    }

    /// Wherever it ends, and whatever sign has slipped in: the advice points into the text.
    @Test(arguments: ["", "{", "]", "\"", "'", ": ", "- ", "#", "\t", "\n", "：", "　", "”", "\u{2028}"])
    func `a finding stands in the file, wherever that breaks off`(sign: String) throws {
        let text =
            "id: a\ntitle: {zh: 甲，“乙”, en: \"A\"}\nlevels:\n  blue: {at: 10}   # 一\n  red:\n    - at: 'x'\nfor: [1,\n  2]\n"
        let scalars = Array(text.unicodeScalars)
        for end in 0...scalars.count {
            let whole = sign.isEmpty ? "" : sign + String(String.UnicodeScalarView(scalars[end...]))
            let findings = Findings()
            let broken = String(String.UnicodeScalarView(scalars[..<end])) + whole
            _ = YAMLDocument.read(path: "t", text: broken, findings: findings)
            let lines = broken.split(omittingEmptySubsequences: false) { "\n\u{2028}".contains($0) }
            for finding in findings.list where finding.line > 0 {
                try #require(finding.line <= lines.count, "\(broken)")
                #expect(finding.column <= lines[finding.line - 1].unicodeScalars.count + 1, "\(broken)")
            }
        }
    }

    /// A file at the bound of trials: its advice comes in time, and beyond it the parser's own words do.
    @Test(arguments: [(1 << 18) - 10, (1 << 18) + 10]) func `advice on a large file is bounded`(size: Int) {
        let line = "- 甲，乙：丙“丁”\n"
        let text =
            String(repeating: line, count: size / line.utf8.count)
            + String(repeating: "#", count: size % line.utf8.count) + "\n- {a"
        let findings = Findings()
        let start = ContinuousClock.now
        _ = YAMLDocument.read(path: "t", text: text, limits: .tables, findings: findings)
        #expect(ContinuousClock.now - start < .seconds(120))
        #expect(findings.list.count == 1)
    }

    @Test(arguments: [("clera", "clear"), ("Clear", "clear"), ("fro", "for"), ("valeu", "value"), ("xyz", nil)])
    func `the closest name is offered only where it is near`(text: String, name: String?) {
        #expect(closest(to: text, among: ["at", "clear", "for", "value", "values"]) == name)
    }
}
