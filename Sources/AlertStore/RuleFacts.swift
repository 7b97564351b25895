import Engine
import GRDB

/// What an episode keeps of its rule, so that its end can still be told once the rule is removed.
struct RuleFacts: Equatable {
    var domain: String
    var title: Rule.Bilingual
    var message: Rule.Bilingual
    var metric: String
    var unit: String
    var lead: String
    var support: [String]
    var runbook: String

    init(_ rule: Rule) {
        domain = rule.domain
        title = rule.title
        message = rule.message
        metric = rule.input.metric
        unit = rule.valueUnit
        lead = rule.lead
        support = rule.support
        runbook = rule.runbook
    }

    /// Of a rule that neither the set nor the store knows.
    init(unknown id: String) {
        domain = "unknown"
        title = .init(zh: id, en: id)
        message = title
        metric = ""
        unit = ""
        lead = ""
        support = []
        runbook = ""
    }

    init(_ row: Row) throws {
        domain = try row.decode(forColumn: "domain")
        title = try .init(zh: row.decode(forColumn: "title_zh"), en: row.decode(forColumn: "title_en"))
        message = try .init(zh: row.decode(forColumn: "message_zh"), en: row.decode(forColumn: "message_en"))
        metric = try row.decode(forColumn: "metric")
        unit = try row.decode(forColumn: "unit")
        lead = try row.decode(forColumn: "lead")
        support = try (row.decode(forColumn: "support") as String).split(separator: "\n").map(String.init)
        runbook = try row.decode(forColumn: "runbook")
    }
}
