import Events
import Foundation

/// One alarm of the feed as a line for people, in the colour of its level.
struct AlarmLine: Decodable {
    struct Text: Decodable {
        var zh: String
        var en: String
    }

    struct Named: Decodable {
        var id: String?
        var code: String?
        var name: String?
    }

    var seq: Int64
    var transition: String
    var about: String
    var level: String?
    var peak: String
    var episode: String
    var domain: String
    var title: Text
    var rule: Named
    var subject: Named?
    var area: Named?
    var key: String?
    var value: Double?
    var threshold: Double?
    var compare: String?
    var unit: String?
    var at: String
    var exercise: Bool
    var by: String?
    var note: String?
    var escalateTo: [String]?

    init?(json: String) {
        // A notice that this build cannot read is shown as it came.
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let line = try? decoder.decode(AlarmLine.self, from: Data(json.utf8)) else { return nil }
        self = line
    }

    /// What the alarm is about: rule, key and about, as the city's script names them.
    var story: String { "\(rule.id ?? "") \(key ?? subject?.id ?? "") \(about)" }
    var step: String { "\(at.dropFirst(11).prefix(8)) \(transition)" + (level.map { " " + $0 } ?? "") }

    /// The first column is the level that holds from now on; an end says what the highest was. The last is the episode, for `alarms ack`.
    func text(colour: Bool) -> String {
        let isOver = transition == "resolved"
        let shown = level ?? peak
        var line = paint(" \(isOver ? "解除" : Level(name: shown)?.zh ?? shown) ", shown, colour)
        line += " \(at.dropFirst(5).prefix(14).replacing("T", with: " ")) "
        line += isOver ? "曾为\(Level(name: peak)?.zh ?? peak)" : Self.word(transition)
        if let by { line += "(\(by)\(note.map { ":" + $0 } ?? ""))" }
        if let escalateTo { line += ",请\(escalateTo.joined(separator: "、"))跟进" }
        if about == "no_data" { line += isOver ? " 数据恢复" : " 无数据" }
        line += " \(domain) \(place) \(subject.map { $0.name ?? $0.id ?? "" } ?? key ?? "-")"
        if let value { line += " \(ShownNumber.text(value))\(unit.map { " " + $0 } ?? "")" }
        if let threshold { line += " (\(compare ?? "") \(ShownNumber.text(threshold)))" }
        return line + "  \(title.zh) / \(title.en)" + (exercise ? " [演练]" : "") + "  \(episode)"
    }

    /// A transition in Chinese.
    static func word(_ transition: String) -> String { words[transition] ?? transition }

    private static let words = [
        "raised": "触发", "resolved": "解除", "escalated": "升级", "deescalated": "降级", "flapping_started": "抖动开始",
        "flapping_ended": "抖动结束",
        "acknowledged": "已确认", "unacknowledged": "无人确认", "unhandled": "未处置",
    ]

    private var place: String {
        area.map { [$0.name, $0.code].compactMap(\.self).joined(separator: " ") } ?? "-"
    }

    private func paint(_ text: String, _ level: String, _ colour: Bool) -> String {
        guard colour else { return text }
        let code =
            transition == "resolved"
            ? "42;97" : ["red": "41;97", "orange": "48;5;208;30", "yellow": "43;30"][level] ?? "44;97"
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
