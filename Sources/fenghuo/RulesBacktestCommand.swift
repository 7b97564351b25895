import ArgumentParser
import Client
import Engine
import Events
import Foundation
import Glibc
import Ingest
import Journal
import Platform
import RuleFiles

extension RulesCommand {
    /// `fenghuo rules backtest`: what a rule set would have said over recorded events, and what would have changed.
    struct BacktestCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "backtest",
            abstract: "What rules would have said over recorded events; with --diff, what changes.",
            discussion: """
                The same engine over the journal of a platform, stopped or running (it is only read), or over an NDJSON \
                file. Live means the rules that the journal ran last. With --diff an alarm of one rule and key counts as \
                the same one where both sets have it open at one moment. The state before --since comes from running \
                from the journal's beginning; the first line says where it is otherwise. \
                Exit code 1 where --diff finds differences or no event was judged, 2 where the rules have an error.
                """)

        @Argument(help: "The rules directory to try.") var directory: String
        @Argument(help: "Events as NDJSON, as journal export writes them; without it the journal of --data.")
        var file: String?
        @Option(help: "Compare with: live, or another rules directory.") var diff: String?
        @Option(help: "The platform's data directory.") var data = "data"
        @Option(help: "Only alarms open since then: a span back from the last event (30d), or a time with its zone.")
        var since: BacktestMoment?
        @Option(help: "Only what was decided until then, written as for --since.") var until: BacktestMoment?
        @Flag(help: "Begin at the nearest snapshot before --since: quicker, but windows of changed rules begin empty.")
        var nearest = false
        @Option(help: "For a file: the registry directory; a journal has its own.") var registry = RegistryDirectory
            .standard
        @Option(help: "The metric catalogue.") var metrics = "catalogue/metrics.yml"
        @Option(help: "Most alarms listed for a rule and kind; counts are of all.") var limit = 20
        @Option(help: "table or json.") var format = OutputFormat.table

        func validate() throws {
            guard (0...100_000).contains(limit) else { throw ValidationError("--limit is 0…100000") }
            if nearest, since == nil || file != nil {
                throw ValidationError("--nearest goes with --since and a journal")
            }
            if file != nil, diff == "live" {
                throw ValidationError("a file has no live rules: --diff live goes with --data")
            }
        }

        func run() throws {
            let found: BacktestOutcome
            do {
                found = try file.map(overFile) ?? overJournal()
            } catch let error as PlatformError {
                if case .configuration(let text) = error { throw Exit.fail(text, Exit.ruleError) }
                throw Exit.fail("\(error)", Exit.findings)
            }
            switch format {
            case .json: try printJSON(found.json)
            case .table: print(found.text(limit: limit))
            }
            guard found.events > 0, found.met > 0 else {
                throw Exit.fail("没有事件可判断 no event was judged: this says nothing about the rules", Exit.findings)
            }
            guard found.difference?.isEmpty ?? true else { throw Exit.findings }
        }

        private func overJournal() throws -> BacktestOutcome {
            try Exit.require(data + "/journal", "journal")
            let mine = try ruleSet(directory)
            let other = try diff.flatMap { $0 == "live" ? nil : try ruleSet($0) }
            let end = try ReplayJournal.end(of: data)
            let (from, to) = (since?.time(end: end), until?.time(end: end))
            try check(from, to, end)
            let replay = try ReplayJournal(data: data, nearest: nearest ? from : nil)
            let sets = [replay.candidate(mine)] + (diff == nil ? [] : [other.map(replay.candidate) ?? replay.live])
            var sides = sets.map { _ in ReplayEpisodes(since: from ?? .distantPast, until: to ?? .distantFuture) }
            let line = ProgressLine(pause: 10)
            let state = try replay.run(
                sets, until: to ?? .distantFuture,
                progress: { state in
                    line.show(
                        "\(Int(state.fraction * 100)) %, \(state.events) events, at \(state.received.formatted())")
                },
                each: { side, decisions in for decision in decisions { sides[side].take(decision) } })
            line.end()
            return BacktestOutcome(
                candidate: directory, other: diff, events: state.events, met: state.met,
                from: try [from, firstEvent()].compactMap { $0 }.max(),
                until: to ?? end, start: replay.start, sides: sides)
        }

        /// The stamp of the first event: rules and registry stand before it, at no time yet where events are the clock.
        private func firstEvent() throws -> Timestamp? {
            var reader = try Journal.read(data: data, from: nil)
            while let record = try reader.next()?.record {
                if case .events = record.entry { return record.received }
            }
            return nil
        }

        /// A stretch without anything in it would say "no difference".
        private func check(_ from: Timestamp?, _ to: Timestamp?, _ end: Timestamp) throws {
            guard let from else { return }
            guard from < to ?? .distantFuture else {
                throw Exit.fail("--since \(from.formatted()) is not before --until", Exit.usage)
            }
            guard from <= end else {
                throw Exit.fail("--since is after the last event, \(end.formatted())", Exit.usage)
            }
        }

        private func ruleSet(_ directory: String) throws -> RuleSet {
            var options = Options()
            options.directory = directory
            options.metrics = metrics
            return try options.load()
        }

        private func overFile(_ path: String) throws -> BacktestOutcome {
            var found = stat()
            guard path != "-", stat(path, &found) != 0 || found.st_mode & S_IFMT != S_IFIFO else {
                throw Exit.fail("\(path) can be read once only, a back-test reads twice: name a file", Exit.usage)
            }
            func nothing() -> ExitCode {
                Exit.fail("没有事件可判断 no event in \(path): this says nothing about the rules", Exit.findings)
            }
            let countsBack = [since, until].contains { if case .back? = $0 { true } else { false } }
            var end = countsBack ? try end(of: path) : .distantPast
            guard !countsBack || end > .distantPast else { throw nothing() }
            let (from, to) = (since?.time(end: end), until?.time(end: end))
            var sides: [ReplayEpisodes] = []
            var (events, met): (Int64, Int64) = (0, 0)
            for directory in [directory] + (diff.map { [$0] } ?? []) {
                let configuration = configuration(directory)
                var episodes = ReplayEpisodes(since: from ?? .distantPast, until: to ?? .distantFuture)
                let isFirst = sides.isEmpty
                var replay = try Replay(configuration)
                try replay.run(
                    file: path, department: configuration.department, tells: isFirst && !countsBack,
                    each: { for decision in $0 { episodes.take(decision) } })
                (events, end) = (replay.events, replay.received)
                if isFirst { met = replay.counters.reduce(0) { $0 + $1.counters.met } }
                sides.append(episodes)
            }
            guard events > 0 else { throw nothing() }
            try check(from, to, end)
            return BacktestOutcome(
                candidate: directory, other: diff, events: events, met: met, from: from, until: to ?? end,
                start: .beginning,
                sides: sides)
        }

        private func configuration(_ rules: String) -> Configuration {
            var configuration = Configuration()
            (configuration.rules, configuration.registry, configuration.metrics) = (rules, registry, metrics)
            return configuration
        }

        /// Where the clock of a replay ends, which no single event far ahead moves: what a span back is counted from.
        private func end(of path: String) throws -> Timestamp {
            let configuration = configuration(directory)
            var replay = try Replay(configuration)
            try replay.run(file: path, department: configuration.department, tells: true)
            return replay.events > 0 ? replay.received : .distantPast
        }
    }
}
