import Engine
import Events

/// The message of a deescalation or an end: a rule's own text speaks of a threshold that was reached.
struct WayDownText {
    let decision: Decision
    let facts: RuleFacts
    /// Of the subject, the area or the key.
    let name: Notice.Text

    var text: Notice.Text {
        let (zh, en) = (facts.title.zh, facts.title.en)
        guard decision.transition == .resolved else {
            let (old, new) = (decision.previous, decision.level)
            return .init(
                zh: "【降级】\(zh):\(name.zh) 由\(old?.zh ?? "更高级别")降为\(new?.zh ?? "无")\(why.zh)",
                en: "Deescalated from \(old?.name ?? "above") to \(new?.name ?? "none"): \(en): \(name.en)\(why.en)")
        }
        return .init(zh: "【解除】\(zh):\(name.zh)\(why.zh)", en: "Resolved: \(en): \(name.en)\(why.en)")
    }

    private var why: Notice.Text {
        switch decision.reason {
        case .none, .cleared: cleared
        case .noData: .init(zh: ",无数据", en: ", no data")
        case .ruleRemoved: .init(zh: ",规则已删除", en: ", the rule was removed")
        case .ruleChanged: .init(zh: ",规则已修改", en: ", the rule was changed")
        case .expired: .init(zh: ",规则已过有效期", en: ", the rule's dates are over")
        }
    }

    private var cleared: Notice.Text {
        if decision.about == .noData { return .init(zh: ",数据已恢复", en: ", data comes again") }
        guard decision.value.isFinite else { return .init(zh: "", en: "") }
        let unit = facts.unit.isEmpty ? "" : " " + facts.unit
        let value = " \(decision.value.shortest)\(unit)"
        guard let ground = decision.ground else {
            guard decision.threshold.isFinite else { return .init(zh: value, en: value) }
            return .init(zh: "\(value),报警条件不再成立", en: "\(value), the rule's condition no longer holds")
        }
        let limit = "\(ground.threshold.shortest)\(unit)"
        return .init(
            zh: "\(value),\(Self.word(ground.compare)) \(limit)", en: "\(value), now \(ground.compare.symbol) \(limit)")
    }

    private static func word(_ compare: Rule.Comparison) -> String {
        switch compare {
        case .less: "低于"
        case .lessOrEqual: "不高于"
        case .greater: "高于"
        case .greaterOrEqual: "不低于"
        }
    }
}
