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
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "Alarms, newest first; with --open the highest level first.")
        @Option(help: "The platform's data directory.") var data = "data"
        @Flag(help: "Only those not yet resolved.") var open = false
        @Option(help: "Only this domain.") var domain: String?
        @Option(help: "Only this area and what it contains, by its digits.") var area: String?
        @Option(help: "Peak level and above: blue, yellow, orange, red; a + at the end is allowed.") var level: String?
        @Option(help: "Only this rule.") var rule: String?
        @Option(help: "At most so many, 1…10000.") var limit = 100
        @Flag(help: "Those of rules in the sandbox, too.") var sandbox = false
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
            // One more than is shown tells whether there are more. What is urgent must not be cut off by what is not.
            var episodes: [Episode] = []
            for level in open ? Level.allCases.reversed() + [nil] : [nil] {
                (filter.level, filter.isLevelless) = (level, open && level == nil)
                var page = try reader.episodes(filter, limit: limit + 1 - episodes.count)
                episodes += page.episodes
                while let next = page.next, episodes.count <= limit {
                    page = try reader.episodes(filter, before: next, limit: limit + 1 - episodes.count)
                    episodes += page.episodes
                }
                if episodes.count > limit { break }
            }
            let more = episodes.count > limit
            episodes = Array(episodes.prefix(limit))
            switch format {
            case .json: try printJSON(episodes.map(Row.init))
            case .table:
                var table = Table(
                    "episode", "level", "peak", "rule", "key", "subject", "area", "started", "resolved", "standing",
                    "title")
                for episode in episodes {
                    table.add(
                        episode.id.text, episode.level?.zh ?? "-", episode.peak.zh, episode.rule, episode.key,
                        episode.subjectName.isEmpty ? "-" : episode.subjectName,
                        episode.place.isEmpty ? "-" : episode.place, episode.started.formatted(),
                        episode.resolved?.formatted() ?? "open", episode.standing.zh, episode.titleZh)
                }
                print(episodes.isEmpty ? "没有符合条件的报警 no alarm matches, in \(data)" : table.text)
                if more { print("… 还有更多 more: --limit shows them") }
            }
        }
    }

    struct Row: Encodable {
        var episode: String
        var rule: String
        var domain: String
        var about: String
        var key: String
        var subject: String
        var subjectName: String
        var area: String
        var areaName: String
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
            (subject, subjectName) = (episode.subject, episode.subjectName)
            (area, areaName) = (episode.area, episode.areaName)
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
}
