import Testing

@testable import Expression

/// What the pattern language accepts, and what matches.
@Suite struct PatternTests {
    static let cases: [(pattern: String, text: String, matches: Bool)] = [
        ("", "", true), ("^$", "", true), ("^$", "a", false), ("a|b", "xbx", true), ("^(a|b)$", "xbx", false),
        ("a.c", "a\nc", false), ("(?s)a.c", "a\nc", true), ("(?i)straSSe", "STRASSE", true), ("(?i:a)b", "AB", false),
        ("^b", "a\nb", false), ("(?m)^b", "a\nb", true), ("(?m)a$", "a\nb", true), ("\\Ab\\z", "b", true),
        ("\\bfoo\\b", "a foo b", true), ("\\bfoo\\b", "afoob", false), ("o\\B", "foob", true),
        ("^[^a-z]+$", "ABC", true), ("^[^a-z]+$", "ABc", false), ("[]a]", "]", true), ("[a\\-z]", "-", true),
        ("^[\\d\\s]+$", "1 2", true), ("^[\\D]+$", "12", false), ("^\\w+$", "a_1", true), ("\\W", "é", true),
        ("^\\p{L}+$", "éß中", true), ("^\\p{Han}+$", "火警", true), ("^\\P{Han}+$", "火警", false), ("\\pN", "٣", true),
        ("^[[:alpha:]]+$", "abc", true), ("^[[:^alpha:]]+$", "123", true), ("a{2}", "a", false),
        ("^a{2,3}$", "aaa", true),
        ("^a{2,3}$", "aaaa", false), ("^a{2,}$", "aaaa", true), ("a{,2}", "a{,2}", true), ("{", "{", true),
        ("\\x41\\x{1F525}\\101", "A\u{1F525}A", true), ("\\Q.*\\E", "a.*b", true), ("\\.", "a", false),
        ("(?P<x>a)(?<y>b)", "ab", true), ("a+?b*?c??", "a", true), ("(a*)*$", "aaaa", true), ("(|a)+", "aaa", true),
        ("x*", "", true), ("^火.{2}$", "火灾警", true), ("(?U)a+", "a", true), ("a\\tb", "a\tb", true),
    ]

    @Test func `patterns match as RE2's do`() throws {
        for example in Self.cases {
            var budget = 100_000
            let found = try Pattern(example.pattern).matches(example.text, budget: &budget)
            #expect(found == example.matches, "\(example)")
        }
    }

    @Test(arguments: [
        "(", ")", "[", "[a", "a**", "*a", "a{3,2}", "\\", "\\q", "(?=a)", "(?!a)", "(?<=a)", "\\1x\\8", "[z-a]",
        "\\p{Foo}",
        "[[:foo:]]", "(?P<>a)", "\\x{110000}", "\\xZ",
    ])
    func `what RE2 refuses is refused`(pattern: String) {
        #expect(throws: Pattern.Failure.self) { try Pattern(pattern) }
    }

    @Test func `steps grow with the text, not faster`() throws {
        let pattern = try Pattern("(a|a)*(a|a)*(a*)*b")
        var used: [Int] = []
        for size in [1_000, 2_000] {
            var budget = 10_000_000
            let matches = pattern.matches(String(repeating: "a", count: size), budget: &budget)
            #expect(matches == false)
            used.append(10_000_000 - budget)
        }
        #expect(used[1] <= used[0] * 2 + 100)
    }
}
