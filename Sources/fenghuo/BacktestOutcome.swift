import Engine
import Events
import Platform

/// What a backtest found, as a table for people and as JSON for machines.
struct BacktestOutcome {
    let candidate: String
    /// What it is compared with; nil where nothing is.
    let other: String?
    let events: Int64
    /// Readings that its rules have looked at.
    let met: Int64
    let from: Timestamp?
    let until: Timestamp
    let start: ReplayJournal.Start
    let episodes: [ReplayEpisode]
    let difference: ReplayDifference?
    let omitted: Int

    init(
        candidate: String, other: String?, events: Int64, met: Int64, from: Timestamp?, until: Timestamp,
        start: ReplayJournal.Start, sides: [ReplayEpisodes]
    ) {
        (self.candidate, self.other, self.events, self.met) = (candidate, other, events, met)
        (self.from, self.until, self.start) = (from, until, start)
        episodes = sides[0].all
        difference = sides.count > 1 ? ReplayDifference(from: sides[1].all, to: sides[0].all) : nil
        omitted = sides.reduce(0) { $0 + $1.omitted }
    }

    func text(limit: Int) -> String {
        var lines = [
            "\(events) events\(from.map { " from \($0.formatted())" } ?? "") until \(until.formatted()); \(state)"
        ]
        if omitted > 0 { lines.append("\(omitted) alarms beyond \(ReplayEpisodes.maximum) are left out") }
        if let difference {
            lines += Self.lines(of: difference, candidate, other ?? "", limit)
        } else {
            lines += Self.lines(of: episodes, limit)
        }
        return lines.joined(separator: "\n")
    }

    private var state: String {
        switch start {
        case .beginning: "state from the beginning"
        case .snapshot(let position, let received):
            "state from the snapshot at position \(position), \(received.formatted())"
        case .firstKept(let position): "older entries are pruned: keys begin empty at position \(position)"
        }
    }

    private static func lines(of episodes: [ReplayEpisode], _ limit: Int) -> [String] {
        let byRule = Dictionary(grouping: episodes, by: \.rule).sorted { $0.key < $1.key }
        var table = Table("rule", "alarms", "red", "orange", "yellow", "blue", "open")
        for (rule, alarms) in byRule {
            let counts = Level.allCases.reversed().map { level in "\(alarms.count { $0.peak == level })" }
            table.add(
                rule, "\(alarms.count)", counts[0], counts[1], counts[2], counts[3],
                "\(alarms.count { $0.ended == nil })")
        }
        var lines = byRule.isEmpty ? ["no alarm"] : ["", table.text]
        for (rule, alarms) in byRule where limit > 0 {
            lines += ["", rule] + alarms.prefix(limit).map { "  " + Self.line($0) } + more(alarms.count, limit)
        }
        return lines
    }

    private static func lines(
        of difference: ReplayDifference, _ candidate: String, _ other: String, _ limit: Int
    ) -> [String] {
        guard !difference.isEmpty else {
            return ["no difference: \(difference.same) alarms are the same with \(candidate) as with \(other)"]
        }
        var table = Table("rule", "gained", "lost", "changed", "same")
        for rule in difference.rules {
            table.add(
                rule.rule, "\(rule.gained.count)", "\(rule.lost.count)", "\(rule.changed.count)", "\(rule.same)")
        }
        table.add(
            "all", "\(difference.gained)", "\(difference.lost)", "\(difference.changed)", "\(difference.same)")
        var lines = ["", table.text]
        for rule in difference.rules where !rule.isEmpty && limit > 0 {
            lines += ["", "\(rule.rule): + only \(candidate), - only \(other), ~ both"]
            lines += rule.gained.prefix(limit).map { "  + " + line($0) } + more(rule.gained.count, limit)
            lines += rule.lost.prefix(limit).map { "  - " + line($0) } + more(rule.lost.count, limit)
            for change in rule.changed.prefix(limit) {
                lines.append("  ~ \(change.candidate.key): \(change.ways.map(\.text).joined(separator: ", "))")
                lines.append("      \(other): \(line(change.other))")
                lines.append("      \(candidate): \(line(change.candidate))")
            }
            lines += more(rule.changed.count, limit)
        }
        return lines
    }

    private static func more(_ count: Int, _ limit: Int) -> [String] {
        count > limit ? ["  … \(count - limit) more; raise --limit"] : []
    }

    private static func line(_ episode: ReplayEpisode) -> String {
        var line = "\(episode.key) \(episode.started.formatted())"
        if episode.about == .noData { line += " no data" }
        if !episode.value.isNaN { line += " \(ShownNumber.text(episode.value))" }
        if !episode.threshold.isNaN { line += " (\(episode.compare.symbol) \(ShownNumber.text(episode.threshold)))" }
        let steps = episode.reached.map { $0.level.name }
        line += " " + steps.joined(separator: " → ")
        line += episode.ended.map { ", until \($0.formatted()) (\(episode.reason.name))" } ?? ", open"
        return line + (episode.exercise ? " [exercise]" : "")
            + (episode.withheld == .none ? "" : " [\(episode.withheld.name)]")
    }
}

extension BacktestOutcome {
    struct JSON: Encodable {
        struct Alarm: Encodable {
            var rule: String
            var key: String
            var about: String
            var exercise: Bool
            /// Why the raise was not sent; empty where it was.
            var withheld: String
            var started: String
            var ended: String?
            var reason: String?
            var peak: String
            var reached: [String: String]
            var value: Double?
            var threshold: Double?

            init(_ episode: ReplayEpisode) {
                (rule, key, about) = (episode.rule, episode.key, episode.about.name)
                (exercise, withheld) = (episode.exercise, episode.withheld.name)
                (started, ended) = (episode.started.formatted(), episode.ended?.formatted())
                reason = episode.ended == nil ? nil : episode.reason.name
                peak = episode.peak.name
                reached = .init(uniqueKeysWithValues: episode.reached.map { ($0.level.name, $0.at.formatted()) })
                value = episode.value.isNaN ? nil : episode.value
                threshold = episode.threshold.isNaN ? nil : episode.threshold
            }
        }

        struct Change: Encodable {
            var ways: [String]
            var other: Alarm
            var candidate: Alarm
        }

        struct OfRule: Encodable {
            var rule: String
            var gained: [Alarm]
            var lost: [Alarm]
            var changed: [Change]
            var same: Int
        }

        struct Counts: Encodable {
            var gained: Int
            var lost: Int
            var changed: Int
            var same: Int
        }

        var candidate: String
        var other: String?
        var events: Int64
        var from: String?
        var until: String
        var state: String
        var omitted: Int
        /// Without --diff.
        var alarms: [Alarm]?
        /// With --diff.
        var counts: Counts?
        var rules: [OfRule]?
    }

    var json: JSON {
        JSON(
            candidate: candidate, other: other, events: events, from: from?.formatted(), until: until.formatted(),
            state: state, omitted: omitted, alarms: difference == nil ? episodes.map(JSON.Alarm.init) : nil,
            counts: difference.map { .init(gained: $0.gained, lost: $0.lost, changed: $0.changed, same: $0.same) },
            rules: difference?.rules.map { rule in
                JSON.OfRule(
                    rule: rule.rule, gained: rule.gained.map(JSON.Alarm.init), lost: rule.lost.map(JSON.Alarm.init),
                    changed: rule.changed.map { change in
                        JSON.Change(
                            ways: change.ways.map(\.text), other: .init(change.other),
                            candidate: .init(change.candidate))
                    }, same: rule.same)
            })
    }
}
