import Engine

/// What may be told of a key now, in words: calendar, inhibition, flapping, answers.
struct ShownSending {
    let sending: Explanation.Sending
    let rule: Rule

    /// None where the rule says nothing of it.
    var lines: [String] {
        var lines: [String] = []
        if let active = rule.active {
            let begins = sending.mutedUntil.map { $0 < .distantFuture ? "until \($0.formatted())" : "for ever" }
            lines.append("active (\(active.zone)): " + (begins.map { "muted \($0)" } ?? "now"))
        }
        if !rule.inhibitedBy.isEmpty {
            lines.append(
                sending.inhibitors.isEmpty
                    ? "inhibited_by: nobody now (\(rule.inhibitedBy.map(\.rule).joined(separator: ", ")))"
                    : "inhibited_by: \(sending.inhibitors.joined(separator: ", ")), firing now")
        }
        if let flap = rule.flap, let change = sending.change {
            let share = ShownNumber.text(change)
            lines.append(
                sending.isFlapping
                    ? "flapping: change \(share), ends below \(ShownNumber.text(flap.low))"
                    : "flap: change \(share), begins above \(ShownNumber.text(flap.high))")
        }
        if let response = rule.response, sending.isAnnounced, !sending.isAnswerable {
            lines.append("response: an answer is asked for from \(response.level.name) on")
        } else if rule.response != nil, sending.isAnnounced {
            let due =
                sending.answerDue.map { "the next unit is told at \($0.formatted())" } ?? "no further unit will be told"
            lines.append("response: " + (sending.isAcknowledged ? "acknowledged, " : "not acknowledged, ") + due)
        }
        if sending.withheld != .none { lines.append("nothing new is sent now: \(sending.withheld.name)") }
        return lines
    }
}
