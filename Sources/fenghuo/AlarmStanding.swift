import AlertStore

extension Episode {
    /// What was told of an alarm and what people did about it, in words; `-` where there is nothing to say.
    var standing: (zh: String, en: String) {
        var words: [(zh: String, en: String)] = []
        if exercise { words.append(("演练", "drill")) }
        if about == "no_data" { words.append(("无数据", "no data")) }
        if flapping, resolved == nil { words.append(("抖动", "flapping")) }
        if acknowledged != nil {
            words.append(("已确认(\(acknowledgedBy))", "acknowledged by \(acknowledgedBy)"))
        } else if unacknowledged {
            words.append(("无人确认", "not acknowledged"))
        }
        if unhandled { words.append(("超时未处置", "not handled in time")) }
        switch withheld {
        case "": break
        case "inhibited": words.append(("未发送:被抑制", "not sent: inhibited"))
        case "muted": words.append(("未发送:非发送时段", "not sent: muted"))
        case "sandbox": words.append(("未发送:试运行", "not sent: sandbox"))
        default: words.append(("未发送:\(withheld)", "not sent: \(withheld)"))
        }
        guard !words.isEmpty else { return ("-", "-") }
        return (words.map(\.zh).joined(separator: " "), words.map(\.en).joined(separator: ", "))
    }
}
