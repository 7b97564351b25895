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
    /// Each rule needs a case in which it fires and one in which it stays quiet. `paths` are those of all files, by id.
    static func lintTests(_ rules: [Rule], _ paths: [String: String], _ tests: [RuleTestFile], _ findings: Findings) {
        let testsByRule = Dictionary(grouping: tests, by: \.rule)
        for rule in rules {
            guard let path = paths[rule.id] else { continue }
            let cases = testsByRule[rule.id, default: []].flatMap(\.cases)
            func warn(_ code: RuleCode, _ message: String, _ help: String) {
                findings.add(
                    Finding(path: path, severity: .warning, code: code.rawValue, message: message, suggestion: help))
            }
            if cases.isEmpty {
                // A test that could not be read has its own findings.
                if paths["\(rule.id).test"] != nil { continue }
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
    static func lintTwins(_ rules: [Rule], _ paths: [String: String], _ findings: Findings) {
        var firsts: [[UInt8]: String] = [:]
        for rule in rules {
            let decision = RuleSet(rules: [withoutWords(rule)], version: "").encoded()
            guard let first = firsts[decision] else {
                firsts[decision] = rule.id
                continue
            }
            guard let path = paths[rule.id] else { continue }
            findings.add(
                Finding(
                    path: path, severity: .warning, code: RuleCode.sameRule.rawValue,
                    message: "the rule decides exactly as '\(first)' does, so every alarm comes twice",
                    suggestion: "remove one of the two"))
        }
    }

    /// What decides, without what is only said.
    private static func withoutWords(_ rule: Rule) -> Rule {
        var bare = rule
        (bare.id, bare.domain, bare.version, bare.runbook, bare.lead) = ("", "", "", "", "")
        (bare.title, bare.message) = (.init(zh: "", en: ""), .init(zh: "", en: ""))
        (bare.support, bare.cites) = ([], [])
        for index in bare.ladder.indices { bare.ladder[index].cite = "" }
        return bare
    }
}
