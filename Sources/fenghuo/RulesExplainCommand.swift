import ArgumentParser
import CivilTime
import Engine
import Events
import Foundation
import Platform
import RuleFiles
import StrictYAML

extension RulesCommand {
    /// `fenghuo rules explain`: why a key of a rule fires, waits or is quiet.
    struct ExplainCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "explain", abstract: "Why a rule fires, waits or is quiet for one key.",
            discussion: """
                Plays the journal of a platform, stopped or running (it is only read), up to a moment under the rules \
                that ran then, or an NDJSON file under the rules of a directory; shows the newest reading, every level \
                with its value, threshold and hold, what expressions come to part by part, silence, and the readings \
                of the last day with what became of each. Exit code 1 where the rule has no state for the key.
                """)

        @Argument(help: "The rule's id.") var rule: String
        @Argument(help: "What the state belongs to: a subject, an area, a source, …, as in alarms list.") var key:
            String
        @Option(help: "The moment: a time with its zone, or 08:15 or 08:15:30 of the last day, +08:00; else the end.")
        var at: ExplainMoment?
        @Option(help: "The platform's data directory.") var data = "data"
        @Option(help: "NDJSON events instead of a journal; --rules and --registry say under what.") var event: String?
        @Option(help: "With --event: the rules directory.") var rules = "rules"
        @Option(help: "With --event: the registry directory.") var registry = RegistryDirectory.standard
        @Option(help: "With --event: the metric catalogue.") var metrics = "catalogue/metrics.yml"
        @Flag(help: "The state of drills instead of the real one.") var exercise = false
        @Option(help: "Most readings shown, the newest, 0…200.") var readings = 5
        @Option(help: "table or json.") var format = OutputFormat.table

        func validate() throws {
            guard (0...ReplayTrace.kept).contains(readings) else { throw ValidationError("--readings is 0…200") }
            if event != nil, at != nil { throw ValidationError("--at goes with a journal; cut the file instead") }
        }

        func run() throws {
            let found: (trace: ReplayTrace, start: ReplayJournal.Start)
            do {
                found = try event.map(overFile) ?? overJournal()
            } catch let error as PlatformError {
                if case .configuration(let text) = error { throw Exit.fail(text, Exit.ruleError) }
                throw Exit.fail("\(error)", Exit.findings)
            }
            guard let explanation = found.trace.explanation else {
                let ids = found.trace.engine.ruleSet.rules.map(\.id)
                let near = closest(to: rule, among: ids).map { "; did you mean \($0)?" } ?? ""
                throw Exit.fail("no rule '\(rule)' ran then\(near)", Exit.ruleError)
            }
            let shown = ShownExplanation(explanation, found.trace, found.start, readings: readings)
            switch format {
            case .json: try printJSON(shown.json)
            case .table: print(shown.text)
            }
            if explanation.state == nil { throw Exit.findings }
        }

        private func overJournal() throws -> (ReplayTrace, ReplayJournal.Start) {
            try Exit.require(data + "/journal", "journal")
            let end = try ReplayJournal.end(of: data)
            let moment = at?.time(end: end)
            guard moment ?? end <= end else {
                throw Exit.fail(
                    "日志止于 the journal ends at \(end.formatted()): what comes later is not known", Exit.usage)
            }
            let since = min(moment ?? end, end) - .days(1)
            let replay = try ReplayJournal(data: data, nearest: since)
            let begins: Timestamp? =
                switch replay.start {
                case .beginning: nil
                case .snapshot(_, let received): received
                case .firstKept: replay.received.lowerBound
                }
            if let moment, let begins, begins > moment {
                throw Exit.fail(
                    "\(moment.formatted()) 已无法解释 cannot be explained: what was before is pruned, the state that is left "
                        + "begins at \(begins.formatted())", Exit.findings)
            }
            let line = ProgressLine(pause: 10)
            let trace = try replay.trace(rule: rule, key: key, exercise: exercise, at: moment, since: since) { state in
                line.show("\(Int(state.fraction * 100)) %, \(state.events) events, at \(state.received.formatted())")
            }
            line.end()
            return (trace, replay.start)
        }

        private func overFile(_ path: String) throws -> (ReplayTrace, ReplayJournal.Start) {
            var configuration = Configuration()
            (configuration.rules, configuration.registry, configuration.metrics) = (rules, registry, metrics)
            var replay = try Replay(configuration)
            replay.follow(rule: rule, key: key, exercise: exercise)
            try replay.run(file: path, department: configuration.department)
            guard replay.events > 0 else { throw Exit.fail("没有事件 no event in \(path)", Exit.findings) }
            guard let trace = replay.trace else { preconditionFailure("a followed replay has a trace") }
            return (trace, .beginning)
        }
    }
}

/// A moment as operators write it: RFC 3339, or a time of day (+08:00) on the last recorded day.
enum ExplainMoment: ExpressibleByArgument {
    case at(Timestamp)
    /// Since midnight.
    case ofDay(TimeSpan)

    private static let zone = TimeSpan.hours(8)

    init?(argument text: String) {
        if case .at(let moment)? = BacktestMoment(argument: text) {
            self = .at(moment)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard (2...3).contains(parts.count), !parts.contains(nil) else { return nil }
        let numbers = parts.compactMap { $0 }
        guard (0...23).contains(numbers[0]), numbers.dropFirst().allSatisfy({ (0...59).contains($0) }) else {
            return nil
        }
        self = .ofDay(.seconds(numbers[0] * 3600 + numbers[1] * 60 + (numbers.count > 2 ? numbers[2] : 0)))
    }

    /// The last such time of day that is not after the end.
    func time(end: Timestamp) -> Timestamp {
        switch self {
        case .at(let moment): return moment
        case .ofDay(let span):
            let day = TimeSpan.days(1).microseconds
            let local = end.microseconds + Self.zone.microseconds
            let midnight = local - (local % day + day) % day - Self.zone.microseconds
            let today = Timestamp(microseconds: midnight) + span
            return today > end ? today - .days(1) : today
        }
    }
}
