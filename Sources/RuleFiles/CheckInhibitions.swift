import Engine
import StrictYAML

/// What can only be said of rules together: who inhibits whom.
extension RuleReader {
    /// `ids` are those of every file, readable or not; `rules` those that were read, by id.
    func checkInhibitions(_ rule: Rule, among rules: [String: Rule], ids: Set<String>) {
        guard !rule.inhibitedBy.isEmpty, let items = inhibitionItems, items.count == rule.inhibitedBy.count else {
            return
        }
        for (item, inhibition) in zip(items, rule.inhibitedBy) {
            guard ids.contains(inhibition.rule) else {
                item.report(
                    .unknownRule, "there is no rule '\(inhibition.rule)'",
                    help: closest(to: inhibition.rule, among: ids.filter { $0 != rule.id }.sorted()).map {
                        "did you mean '\($0)'?"
                    }
                        ?? "write the id of a rule in this directory")
                continue
            }
            guard let other = rules[inhibition.rule] else { continue }
            for (key, whose) in [(rule.by, "this rule's alarms"), (other.by, "alarms of '\(other.id)'")] {
                guard let flaw = Self.flaw(inhibition.same, key) else { continue }
                item.report(.inhibitionScope, "\(whose) \(flaw.message)", help: flaw.help)
                break
            }
            let highest = max(
                other.ladder.last?.level ?? .blue, other.noData?.action == .alarm ? other.noData?.level ?? .blue : .blue
            )
            if inhibition.level > highest {
                item.report(
                    .unreachable,
                    "alarms of '\(other.id)' never come to \(inhibition.level.name), so it inhibits nobody",
                    help: "write 'level: \(highest.name)'")
            }
            let idle: [Rule.Status] = [.sandbox, .disabled]
            if idle.contains(other.status), !idle.contains(rule.status) {
                item.report(
                    .idleInhibitor, "'\(other.id)' is \(other.status), so it inhibits nobody",
                    help: "make '\(other.id)' stable once it is trusted, or remove it here", severity: .warning)
            }
        }
    }

    /// One ring of rules that inhibit each other, at the first rule in it.
    static func reportRing(_ read: [(reader: RuleReader, rule: Rule)]) {
        guard let ring = Rule.Inhibition.ring(among: read.map(\.rule)),
            let first = read.first(where: { $0.rule.id == ring[0] }),
            let place = first.rule.inhibitedBy.firstIndex(where: { $0.rule == ring[1] })
        else { return }
        let item = first.reader.inhibitionItems?[place]
        item?.report(
            .inhibitionRing,
            ring.count == 2
                ? "the rule inhibits itself" : "rules inhibit each other in a ring: \(ring.joined(separator: " by "))",
            help: "remove '\(ring[1])' here")
    }

    private var inhibitionItems: [YAMLItem]? {
        fields.optional("inhibited_by")?.items(atMost: Self.maximumInhibitions)
    }

    /// Why alarms with this key never have that in common with others; nil where they can.
    private static func flaw(_ same: Rule.Inhibition.Same, _ key: Rule.Key) -> (message: String, help: String)? {
        guard case .area(let digits) = key else { return nil }
        switch same {
        case .subject: return ("are about areas, and have no subject", "write 'same: area(\(digits))'")
        case .area(let wanted) where wanted > digits:
            return ("know \(digits) digits of their area, not \(wanted)", "write 'same: area(\(digits))'")
        case .area: return nil
        }
    }
}
