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

    init(_ row: Row) {
        domain = row["domain"]
        title = .init(zh: row["title_zh"], en: row["title_en"])
        message = .init(zh: row["message_zh"], en: row["message_en"])
        metric = row["metric"]
        unit = row["unit"]
        lead = row["lead"]
        support = (row["support"] as String).split(separator: "\n").map(String.init)
        runbook = row["runbook"]
    }
}
