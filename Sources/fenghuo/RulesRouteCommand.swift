import AlertStore
import ArgumentParser
import Client
import Engine
import Events
import Foundation
import Platform
import RuleFiles
import StrictYAML

extension RulesCommand {
    /// `fenghuo rules route`: who would be told, before an alarm or after it.
    struct RouteCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "route", abstract: "Who would be told: topics, subscriptions, owners, and what may follow.",
            discussion: """
                For a rule at every level of its ladder, or at --level, in --area; for an alarm of --data by its episode; \
                or with --event for the rules that read the events of a file, in the events' own areas. \
                Exit code 2 where there is no such rule, 1 where no rule reads the events.
                """)

        @Argument(help: "A rule's id, or an episode as in alarms list: 88190.0") var what: String?
        @Option(help: "The area, 6, 9, 12 or 14 digits.") var area = ""
        @Option(help: "Only this level: blue, yellow, orange or red.") var level: String?
        @Option(help: "NDJSON events: every rule that reads one of them.") var event: String?
        @Flag(help: "Of drills.") var exercise = false
        @Option(help: "The rules directory.") var rules = "rules"
        @Option(help: "The registry directory.") var registry = RegistryDirectory.standard
        @Option(help: "The metric catalogue.") var metrics = "catalogue/metrics.yml"
        @Option(help: "The platform's data directory, of an episode.") var data = "data"
        @Option(help: "table or json.") var format = OutputFormat.table

        func validate() throws {
            guard (what == nil) != (event == nil) else {
                throw ValidationError("name a rule, an episode or --event, one of them")
            }
            guard area.isEmpty || AreaCode(area) != nil else {
                throw ValidationError("--area is a code of 6, 9, 12 or 14 digits")
            }
            if let level, Level(name: level) == nil {
                throw ValidationError("--level is blue, yellow, orange or red")
            }
        }

        func run() throws {
            let shown: [ShownRoute]
            if let event {
                shown = try ofEvents(event)
            } else if let what, let episode = DecisionID(what) {
                shown = [try ofEpisode(episode)]
            } else {
                shown = [try ofRule(what ?? "")]
            }
            guard !shown.isEmpty else { throw Exit.fail("no rule reads these events", Exit.findings) }
            switch format {
            case .json: try printJSON(shown)
            case .table: print(shown.map(\.text).joined(separator: "\n\n"))
            }
        }

        private func ofRule(_ id: String) throws -> ShownRoute {
            let ruleSet = try load()
            guard let rule = ruleSet.rules.first(where: { $0.id == id }) else {
                let near = closest(to: id, among: ruleSet.rules.map(\.id)).map { "; did you mean \($0)?" } ?? ""
                throw Exit.fail("no rule '\(id)' in \(rules)\(near)", Exit.ruleError)
            }
            return ShownRoute(rule, try routes(rule, area, exercise, try knownAreas()))
        }

        private func ofEpisode(_ id: DecisionID) throws -> ShownRoute {
            guard let alarm = try AlarmsCommand.reader(data).episode(id)?.episode else {
                throw Exit.fail("no episode \(id.text) in \(data)", Exit.findings)
            }
            // What ran says more than the files of today; an alarm of a rule that is gone still has its own facts.
            let live = try ReplayJournal(data: data).live.rules.first { $0.id == alarm.rule }
            var rule =
                live
                ?? Rule(
                    id: alarm.rule, title: .init(zh: alarm.titleZh, en: alarm.titleEn), domain: alarm.domain,
                    message: .init(zh: "", en: ""), input: .init(type: "", metric: "", unit: ""), values: [], ladder: []
                )
            (rule.domain, rule.lead, rule.runbook) = (alarm.domain, alarm.lead, alarm.runbook)
            let route = RuleRoute(
                rule, level: alarm.peak, area: alarm.area, exercise: alarm.exercise, registry: try knownAreas())
            return ShownRoute(rule, [route], episode: id.text)
        }

        private func ofEvents(_ path: String) throws -> [ShownRoute] {
            var configuration = Configuration()
            (configuration.rules, configuration.registry, configuration.metrics) = (rules, registry, metrics)
            let areas = try knownAreas()
            do {
                var replay = try Replay(configuration)
                var readers: [String: ShownRoute] = [:]
                try replay.run(
                    file: path, department: configuration.department,
                    batch: { batch, engine in
                        for rule in engine.ruleSet.rules {
                            for event in 0..<batch.count {
                                for reading in engine.explain(rule: rule.id, batch, event: event)
                                where reading.condition?.result ?? "true" == "true" {
                                    let known = engine.registry.subject(reading.subject)?.area ?? ""
                                    let place = known.isEmpty ? reading.area : known
                                    let name = "\(rule.id) \(place)"
                                    if readers[name] == nil {
                                        readers[name] = ShownRoute(
                                            rule, try routes(rule, place, reading.exercise, areas), event: reading.id)
                                    }
                                }
                            }
                        }
                    })
                return readers.sorted { $0.key < $1.key }.map(\.value)
            } catch let error as PlatformError {
                throw Exit.fail("\(error)", Exit.ruleError)
            }
        }

        private func routes(_ rule: Rule, _ area: String, _ exercise: Bool, _ registry: Registry) throws -> [RuleRoute]
        {
            let levels = try level.map { name in
                guard let level = Level(name: name) else { throw ValidationError("--level \(name)") }
                return [level]
            }
            return (levels ?? rule.ladder.map(\.level)).map {
                RuleRoute(rule, level: $0, area: area, exercise: exercise, registry: registry)
            }
        }

        private func load() throws -> RuleSet {
            var options = Options()
            (options.directory, options.metrics) = (rules, metrics)
            return try options.load()
        }

        private func knownAreas() throws -> Registry {
            guard let loading = RegistryDirectory.loadIfPresent(registry) else { return .empty }
            guard let read = loading.registry else {
                throw Exit.fail(loading.findings.map(\.rendered).joined(separator: "\n"), Exit.ruleError)
            }
            return read
        }
    }
}

/// The routes of one rule, in words and as JSON.
struct ShownRoute: Encodable {
    struct Route: Encodable {
        var level: String
        var area: String
        var areaName: String?
        var topics: [String]
        var subscriptions: [String]
    }

    var rule: String
    var titleZh: String
    var titleEn: String
    var status: String
    /// Why nothing goes out: sandbox or disabled.
    var withheld: String?
    var lead: String
    var support: [String]
    var issue: String
    var runbook: String
    var episode: String?
    var event: String?
    var routes: [Route]
    private let lines: [String]

    private enum CodingKeys: String, CodingKey {
        case rule, titleZh, titleEn, status, withheld, lead, support, issue, runbook, episode, event, routes
    }

    init(_ rule: Rule, _ routes: [RuleRoute], episode: String? = nil, event: String? = nil) {
        self.rule = rule.id
        (titleZh, titleEn, status) = (rule.title.zh, rule.title.en, "\(rule.status)")
        withheld = routes.first?.withheld?.rawValue
        (lead, support, issue, runbook) = (rule.lead, rule.support, "\(rule.issue)", rule.runbook)
        (self.episode, self.event) = (episode, event)
        self.routes = routes.map { route in
            Route(
                level: route.level.name, area: route.area, areaName: route.areaName?.zh, topics: route.topics,
                subscriptions: route.subscriptions.map(\.prefix))
        }
        lines = routes.flatMap { route in
            ["", "\(route.level.zh) \(route.level.name), \(Self.place(route))"]
                + route.topics.map { "  " + $0 }
                + [route.withheld == nil ? "received by subscriptions to" : "would be received by subscriptions to"]
                + route.subscriptions.map { "  \($0.prefix)\($0.areaName.map { "  \($0.zh) \($0.en)" } ?? "")" }
        }
    }

    var text: String {
        var out = ["\(rule)  \(titleZh)  \(titleEn)"]
        if let episode { out.append("episode \(episode)") }
        if let event { out.append("reads \(event)") }
        switch withheld {
        case "sandbox": out.append("试运行:只存不发 / sandbox: stored, sent to nobody")
        case "disabled": out.append("停用:不判定 / disabled: reads no events, tells nobody")
        default: out.append("发布 / sent")
        }
        let helpers = support.isEmpty ? "-" : support.joined(separator: ", ")
        out.append("牵头 lead \(lead.isEmpty ? "-" : lead)  协助 support \(helpers)")
        out.append("issue \(issue): \(Self.words[issue] ?? "")")
        out.append("runbook \(runbook.isEmpty ? "-" : runbook)")
        return (out + lines).joined(separator: "\n")
    }

    private static func place(_ route: RuleRoute) -> String {
        guard route.area.contains(where: { $0 != "0" }) else {
            return "区划未知 where the area is unknown; --area CODE for a place"
        }
        return ["area \(route.area)", route.areaName?.zh].compactMap(\.self).joined(separator: " ")
    }

    private static let words = [
        "review": "审核后可发布预警 / a warning to the public may follow after review",
        "auto": "可自动发布预警 / a warning to the public may follow by itself",
        "never": "不得发布预警 / no warning to the public follows",
    ]
}
