import Engine

/// The message of what is not a change of level: a rule's own text would say its threshold, which nothing has reached.
struct SendingText {
    let decision: Decision
    let facts: RuleFacts
    /// Of the subject, the area or the key.
    let name: Notice.Text

    /// nil for changes of level that a reading made.
    var text: Notice.Text? {
        switch decision.transition {
        case .raised where decision.about == .noData:
            return text("无数据", "No data", ",规定时间内没有读数,现状不明", ", no reading in the rule's time: its state is unknown")
        case .raised where decision.isBetween, .escalated where decision.isBetween:
            let value = " \(decision.value.shortest)" + (facts.unit.isEmpty ? "" : " " + facts.unit)
            return text("仍在报警", "Still firing", ",\(level.zh)\(value)", ", \(level.en)\(value)")
        case .raised, .escalated, .deescalated, .resolved: return nil
        case .flappingStarted:
            return text(
                "抖动", "Flapping", ",等级反复变化,在恢复稳定前不再逐次通知", ", changes follow too closely to tell each")
        case .flappingEnded: return text("抖动结束", "Flapping over", ",当前\(level.zh)", ", now at \(level.en)")
        case .acknowledged:
            let note = decision.note.isEmpty ? "" : ":\(decision.note)"
            let english = decision.note.isEmpty ? "" : ": \(decision.note)"
            return text("已确认", "Acknowledged", ",\(decision.actor)\(note)", ", by \(decision.actor)\(english)")
        case .unacknowledged:
            return text("无人确认", "Not acknowledged", ",\(level.zh)\(next.zh)", ", \(level.en)\(next.en)")
        case .unhandled:
            return text("超时未处置", "Not handled in time", ",\(level.zh)\(next.zh)", ", \(level.en)\(next.en)")
        }
    }

    private func text(_ zh: String, _ en: String, _ moreZh: String, _ moreEn: String) -> Notice.Text {
        .init(
            zh: "【\(zh)】\(facts.title.zh):\(name.zh)\(moreZh)", en: "\(en): \(facts.title.en): \(name.en)\(moreEn)")
    }

    private var level: Notice.Text {
        .init(zh: decision.level?.zh ?? "无等级", en: decision.level?.name ?? "no level")
    }

    private var next: Notice.Text {
        guard !decision.escalateTo.isEmpty else { return .init(zh: "", en: "") }
        return .init(
            zh: ",请\(decision.escalateTo.joined(separator: "、"))跟进",
            en: "; next: \(decision.escalateTo.joined(separator: ", "))")
    }
}
