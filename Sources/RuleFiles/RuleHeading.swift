import Engine
import Events
import StrictYAML

/// What a rule is called and who answers for it.
extension RuleReader {
    struct Heading {
        var id: String
        var title: Rule.Bilingual
        var domain: String
    }

    func heading() -> Heading? {
        let id = fields.required("id").flatMap(id)
        let title = fields.required("title").flatMap(bilingual)
        let domain = fields.required("domain").flatMap(domain)
        guard let id, let title, let domain else { return nil }
        return Heading(id: id, title: title, domain: domain)
    }

    private func id(_ item: YAMLItem) -> String? {
        guard let text = item.string() else { return nil }
        guard isSlug(text) else {
            item.report(
                .badID, "an id has small letters, digits and hyphens, this is '\(text)'", help: slug(near: text))
            return nil
        }
        let name = fileName
        guard text == name else {
            item.report(
                .idMismatch, "the id '\(text)' differs from the file's name '\(name)'",
                help: "write 'id: \(name)' or rename the file")
            return nil
        }
        return text
    }

    private func domain(_ item: YAMLItem) -> String? {
        guard let text = item.string() else { return nil }
        guard isSlug(text) else {
            item.report(
                .badID, "a domain has small letters, digits and hyphens, this is '\(text)'", help: slug(near: text))
            return nil
        }
        let folders = path.split(separator: "/").dropLast()
        if let folder = folders.last, folder != text {
            item.report(
                .domainMismatch, "the domain '\(text)' differs from the folder's name '\(folder)'",
                help: "write 'domain: \(folder)' or move the file")
        }
        return text
    }

    func describe(_ rule: inout Rule) {
        rule.status =
            fields.optional("status")?.word(of: Rule.Status.words) ?? .stable
        if let owner = fields.optional("owner")?.fields(RuleKeys.owner) {
            rule.lead = owner.required("lead").flatMap(unit) ?? ""
            rule.support = owner.optional("support").flatMap { units($0, atMost: 32) } ?? []
        }
        rule.runbook = fields.optional("runbook")?.string() ?? ""
        rule.cites = fields.optional("cites")?.strings(atMost: 32) ?? []
        rule.issue = issue(rule)
        if let dates = fields.optional("effective")?.fields(RuleKeys.effective) {
            rule.effectiveFrom = dates.optional("from")?.timestamp() ?? .distantPast
            rule.effectiveUntil = dates.optional("until")?.timestamp() ?? .distantFuture
            if rule.effectiveFrom >= rule.effectiveUntil {
                dates.item.report(.effectiveOrder, "the rule ends before it begins", help: "swap 'from' and 'until'")
            }
        }
    }

    /// Names of units, which other systems know by these letters.
    func units(_ item: YAMLItem, atMost bound: Int) -> [String]? {
        guard let items = item.items(atMost: bound) else { return nil }
        let units = items.map(unit)
        return units.contains(nil) ? nil : units.compactMap { $0 }
    }

    /// A name with a Chinese comma in it is one unit for the machine, and most likely none in the city.
    private func unit(_ item: YAMLItem) -> String? {
        guard let name = item.string() else { return nil }
        let names = name.split { "，、".contains($0) }.map { $0.drop { $0 == " " } }
        if names.count > 1 {
            let isLead = item.name == "lead"
            item.report(
                .joinedUnits, "'\(name)' is one unit with a comma in its name",
                help: isLead
                    ? "write 'lead: \(names[0])' and the others under 'support'"
                    : "write [\(names.joined(separator: ", "))]", severity: .warning)
        }
        return name
    }

    /// Warnings about the weather are the weather office's to publish (Meteorology Law, art. 22); risks to public
    /// order stay internal notices.
    private func issue(_ rule: Rule) -> Rule.Issue {
        guard let item = fields.optional("issue") else { return .review }
        guard let issue = item.word(of: Rule.Issue.words) else {
            return .review
        }
        guard issue == .auto else { return issue }
        let family = rule.input.metric.prefix { $0 != "." }
        if rule.domain == "weather" || ["rain", "wind", "snow", "typhoon"].contains(family) {
            item.report(
                .weatherIssue, "only the weather office may publish weather warnings, so this rule cannot issue them",
                help: "write 'issue: never'")
        } else if ["public-order", "dispute", "cyber"].contains(rule.domain) {
            item.report(
                .internalIssue, "rules of domain '\(rule.domain)' give internal notices and cannot issue warnings",
                help: "write 'issue: never'")
        }
        return issue
    }

    func bilingual(_ item: YAMLItem) -> Rule.Bilingual? {
        if let text = item.scalar, !text.isEmpty {
            let isChinese = text.unicodeScalars.contains { $0.properties.isIdeographic }
            item.report(
                YAMLCode.wrongShape.rawValue, "\(item.name) takes a mapping, this is \(item.node.shape)",
                help: isChinese ? "write {zh: \(text), en: …}" : "write {zh: …, en: \(text)}")
            return nil
        }
        guard let both = item.fields(RuleKeys.title) else { return nil }
        let zh = both.required("zh")?.string()
        let en = both.required("en")?.string()
        guard let zh, let en else { return nil }
        return Rule.Bilingual(zh: zh, en: en)
    }

    /// Without folders and `.yml`.
    private var fileName: String {
        let last = path.split(separator: "/").last ?? ""
        for suffix in [".yml", ".yaml"] where last.hasSuffix(suffix) { return String(last.dropLast(suffix.count)) }
        return String(last)
    }
}

/// Small ASCII letters, digits and single hyphens inside; begins with a letter; at most 64.
func isSlug(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, (97...122).contains(first), bytes.last != 45, bytes.count <= 64 else { return false }
    return bytes.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 } && !text.contains("--")
}

/// What to write instead of a text that is no slug.
func slug(near text: String) -> String {
    let letters = text.lowercased().map { character in
        character.isASCII && (character.isLetter || character.isNumber) ? String(character) : " "
    }
    let candidate = letters.joined().split(separator: " ").joined(separator: "-")
    return isSlug(candidate) ? "write '\(candidate)'" : "write it like gas-lel"
}

/// A word that an expression can use as a name: letters, digits and underscores, not beginning with a digit.
func isName(_ text: some StringProtocol) -> Bool {
    guard let first = text.utf8.first, !(48...57).contains(first), text.utf8.count <= 64 else { return false }
    return text.utf8.allSatisfy {
        (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 95
    }
}
