import AlertStore
import ArgumentParser
import Engine
import Events
import Foundation

/// `fenghuo alarms …`: reads the alert store, whether or not the platform runs.
struct AlarmsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms", abstract: "List alarms, show one and why it fired, or take one over.",
        subcommands: [ListCommand.self, ShowCommand.self, AckCommand.self])

    static func reader(_ data: String) throws -> AlertReader {
        try Exit.require(data + "/alerts.sqlite", "alert store")
        return try AlertReader(path: data + "/alerts.sqlite")
    }

    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "Alarms, newest first.")
        @Option(help: "The platform's data directory.") var data = "data"
        @Flag(help: "Only those not yet resolved.") var open = false
        @Option(help: "Only this domain.") var domain: String?
        @Option(help: "Only this area and what it contains, by its digits.") var area: String?
        @Option(help: "Peak level and above: blue, yellow, orange, red; a + at the end is allowed.") var level: String?
        @Option(help: "Only this rule.") var rule: String?
        @Option(help: "At most so many, 1…10000.") var limit = 100
        @Flag(help: "With rules in the sandbox.") var sandbox = false
        @Option(help: "table or json.") var format = OutputFormat.table

        func validate() throws {
            guard area.map({ AreaCode($0) != nil }) ?? true else {
                throw ValidationError("--area is a code of 6, 9, 12 or 14 digits")
            }
            guard level == nil || minimumLevel != nil else {
                throw ValidationError("--level is blue, yellow, orange or red")
            }
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit is 1…10000") }
        }

        private var minimumLevel: Level? { level.flatMap { Level(name: $0.hasSuffix("+") ? $0.dropLast() : $0[...]) } }

        func run() throws {
            var filter = EpisodeFilter()
            filter.open = open
            filter.domain = domain
            filter.rule = rule
            filter.includeSandbox = sandbox
            if let code = area.flatMap({ AreaCode($0) }) { filter.areaPrefix = code.prefix }
            if let minimumLevel { filter.minimumLevel = minimumLevel }
            let reader = try AlarmsCommand.reader(data)
            var page = try reader.episodes(filter, limit: limit)
            while let next = page.next, page.episodes.count < limit {
                let more = try reader.episodes(filter, before: next, limit: limit - page.episodes.count)
                page.episodes += more.episodes
                page.next = more.next
            }
            switch format {
            case .json: try printJSON(page.episodes.map(Row.init))
            case .table:
                var table = Table(
                    "episode", "level", "peak", "rule", "key", "area", "started", "resolved", "standing", "title")
                for episode in page.episodes {
                    table.add(
                        episode.id.text, episode.level?.zh ?? "-", episode.peak.zh, episode.rule, episode.key,
                        episode.area.isEmpty ? "-" : episode.area, episode.started.formatted(),
                        episode.resolved?.formatted() ?? "open", episode.standing.zh, episode.titleZh)
                }
                print(page.episodes.isEmpty ? "没有符合条件的报警 no alarm matches" : table.text)
                if page.next != nil { print("… more; raise --limit") }
            }
        }
    }

    struct Row: Encodable {
        var episode: String
        var rule: String
        var domain: String
        var about: String
        var key: String
        var area: String
        var level: String?
        var peak: String
        var started: String
        var resolved: String?
        var reason: String
        /// Why its newest transition was not sent; empty where it was.
        var withheld: String
        var acknowledgedBy: String?
        var acknowledged: String?
        var unacknowledged: Bool
        var unhandled: Bool
        var flapping: Bool

        init(_ episode: Episode) {
            self.episode = episode.id.text
            rule = episode.rule
            domain = episode.domain
            about = episode.about
            key = episode.key
            area = episode.area
            level = episode.level?.name
            peak = episode.peak.name
            started = episode.started.formatted()
            resolved = episode.resolved?.formatted()
            reason = episode.reason
            withheld = episode.withheld
            acknowledgedBy = episode.acknowledged == nil ? nil : episode.acknowledgedBy
            acknowledged = episode.acknowledged?.formatted()
            (unacknowledged, unhandled) = (episode.unacknowledged, episode.unhandled)
            flapping = episode.flapping
        }
    }

    struct ShowCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "One alarm: every transition, its reading, threshold and rule; --file adds the rule's text.")
        @Argument(help: "The episode, as in alarms list: 88190.0") var episode: String
        @Option(help: "The platform's data directory.") var data = "data"
        @Flag(help: "With the text of the rule file that decided.") var file = false

        func validate() throws {
            guard DecisionID(episode) != nil else { throw ValidationError("an episode is written 88190.0") }
        }

        func run() throws {
            guard let id = DecisionID(episode), let detail = try AlarmsCommand.reader(data).episode(id) else {
                throw Exit.fail("no episode \(episode) in \(data)", Exit.findings)
            }
            let alarm = detail.episode
            print("\(alarm.id.text)  \(alarm.titleZh)  \(alarm.titleEn)")
            print("rule \(alarm.rule) \(alarm.ruleVersion)")
            let (subject, area) = (alarm.subject.isEmpty ? "-" : alarm.subject, alarm.area.isEmpty ? "-" : alarm.area)
            print("key \(alarm.key)  subject \(subject)  area \(area)")
            print(
                "lead \(alarm.lead.isEmpty ? "-" : alarm.lead)  runbook \(alarm.runbook.isEmpty ? "-" : alarm.runbook)")
            let standing = alarm.standing
            if standing.zh != "-" { print("\(standing.zh)  \(standing.en)") }
            for step in detail.steps { print(Self.line(step.decision)) }
            if file, let text = detail.steps.last?.rule?.text { print("\n\(text)") }
        }

        static func line(_ decision: Decision) -> String {
            var line = "\(decision.at.formatted()) \(decision.transition.name)"
            if let level = decision.level { line += " \(level.name)" }
            if decision.about == .noData {
                line += decision.transition == .raised ? " 无数据 no data" : " 数据恢复或不再等待 no longer without data"
            }
            if decision.reason != .none { line += " (\(decision.reason.name))" }
            if decision.withheld != .none { line += " [not sent: \(decision.withheld.name)]" }
            if !decision.actor.isEmpty { line += " by \(decision.actor)" }
            if !decision.note.isEmpty { line += ", \"\(decision.note)\"" }
            if !decision.escalateTo.isEmpty { line += ", next \(decision.escalateTo.joined(separator: ", "))" }
            if !decision.value.isNaN { line += ": \(decision.valueName) = \(decision.value)" }
            if let ground = decision.ground {
                line += decision.isWayDown ? ", now" : ", threshold"
                line += " \(ground.compare.symbol) \(ground.threshold)"
            } else if decision.isWayDown, decision.reason == .cleared, !decision.threshold.isNaN {
                line += ", the rule's condition (only_while) no longer holds"
            }
            let reading = decision.eventID.isEmpty ? "(timer; the key's newest reading)" : decision.eventID
            line += "\n    reading \(reading) of \(decision.source.isEmpty ? "-" : decision.source)"
            return line + " at position \(decision.eventPosition), decision \(decision.id.text)"
        }
    }
}
