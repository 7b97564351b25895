import Engine
import Events
import StrictYAML

/// A reviewer's advice on rules that are correct: warnings only.
extension RuleReader {
    func lint(_ rule: Rule) {
        let place = fields.optional("id")
        if rule.runbook.isEmpty {
            place?.report(
                .missingRunbook, "the rule names no runbook", help: "add 'runbook: docs/runbooks/\(rule.id).md'",
                severity: .warning)
        }
        guard rule.cites.isEmpty, let levels = fields.optional("levels")?.pairs() else { return }
        for rung in rule.ladder where rung.cite.isEmpty {
            guard let pair = levels.first(where: { $0.name == rung.level.name }) else { continue }
            pair.source.report(
                .missingCitation, at: pair.keyMark, "\(rung.level.name) does not say where its threshold comes from",
                help: "add 'cite: …', or 'cite: project default'", severity: .warning)
        }
    }
}

extension RuleDirectory {
    /// Each rule needs a case in which it fires and one in which it stays quiet.
    static func lintTests(
        _ rules: [Rule], _ files: [RuleSet.File], _ tests: [RuleTestFile], _ testPaths: [String], _ findings: Findings
    ) {
        for rule in rules {
            guard let path = files.first(where: { isFile($0.path, of: rule.id) })?.path else { continue }
            let cases = tests.filter { $0.rule == rule.id }.flatMap(\.cases)
            func warn(_ code: RuleCode, _ message: String, _ help: String) {
                findings.add(
                    Finding(path: path, severity: .warning, code: code.rawValue, message: message, suggestion: help))
            }
            if cases.isEmpty {
                // A test that could not be read has its own findings.
                if testPaths.contains(where: { isFile($0, of: "\(rule.id).test") }) { continue }
                warn(.missingTest, "the rule has no test", "write \(rule.id).test.yml beside it")
                continue
            }
            if cases.allSatisfy(\.expected.isEmpty) {
                warn(.missingFiringCase, "no case of the rule's tests raises an alarm", "add one from a real incident")
            }
            if !cases.contains(where: \.expected.isEmpty) {
                warn(.missingQuietCase, "no case of the rule's tests stays quiet", "add one with 'expect: []'")
            }
        }
    }

    /// Two rules that decide alike raise every alarm twice.
    static func lintTwins(_ rules: [Rule], _ files: [RuleSet.File], _ findings: Findings) {
        for (index, rule) in rules.enumerated() {
            guard let first = rules[..<index].first(where: { decidesAlike($0, rule) }),
                let path = files.first(where: { isFile($0.path, of: rule.id) })?.path
            else { continue }
            findings.add(
                Finding(
                    path: path, severity: .warning, code: RuleCode.sameRule.rawValue,
                    message: "the rule decides exactly as '\(first.id)' does, so every alarm comes twice",
                    suggestion: "remove one of the two"))
        }
    }

    /// Whether the two differ in words at most.
    private static func decidesAlike(_ a: Rule, _ b: Rule) -> Bool {
        func bare(_ rule: Rule) -> Rule {
            var bare = rule
            (bare.id, bare.domain, bare.version, bare.runbook, bare.lead) = ("", "", "", "", "")
            (bare.title, bare.message) = (.init(zh: "", en: ""), .init(zh: "", en: ""))
            (bare.support, bare.cites) = ([], [])
            for index in bare.ladder.indices { bare.ladder[index].cite = "" }
            return bare
        }
        return bare(a) == bare(b)
    }

    /// Whether a rule of this id stands in the file.
    public static func isFile(_ path: String, of id: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        return name == "\(id).yml" || name == "\(id).yaml"
    }
}
