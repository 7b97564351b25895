import ArgumentParser
import Engine
import Foundation
import Platform
import RuleFiles

/// `fenghuo replay`: what the rules of a directory say about recorded events, without sockets.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Run rules over an NDJSON file or a journal; the same engine, no sockets.",
        discussion:
            "Time is the events' own. Exit code 1 where every event was refused, 2 where the rules have an error.")

    @Argument(help: "NDJSON file; leave it out with --journal.") var file: String?
    @Option(help: "A platform's data directory, whose journal is read.") var journal: String?
    @Option(help: "The rules directory.") var rules = "rules"
    @Option(help: "The registry directory.") var registry = RegistryDirectory.standard
    @Option(help: "The metric catalogue.") var metrics = "catalogue/metrics.yml"
    @Flag(help: "Only the counters.") var quiet = false

    func validate() throws {
        guard (file == nil) != (journal == nil) else { throw ValidationError("name a file or --journal, one of them") }
    }

    func run() throws {
        if let journal { try Exit.require(journal + "/journal", "journal", option: "--journal") }
        var configuration = Configuration()
        configuration.rules = rules
        configuration.registry = registry
        configuration.metrics = metrics
        let isRefused: Bool
        do throws(PlatformError) {
            isRefused = try run(Replay(configuration), configuration)
        } catch {
            throw Exit.fail("\(error)", Exit.ruleError)
        }
        if isRefused { throw Exit.findings }
    }

    /// Whether there was something and all of it was refused: nothing was judged.
    private func run(_ replay: consuming Replay, _ configuration: Configuration) throws(PlatformError) -> Bool {
        var count = 0
        var refused = 0
        func show(_ decisions: [Decision]) {
            count += decisions.count
            guard !quiet else { return }
            for decision in decisions {
                print("\(decision.rule) \(decision.key): \(AlarmsCommand.ShowCommand.line(decision))")
            }
        }
        do {
            if let journal {
                try replay.run(
                    journal: journal,
                    first: { position in
                        guard position > 1 else { return }
                        let text =
                            "the journal begins at position \(position), what was before is pruned: keys begin empty\n"
                        FileHandle.standardError.write(Data(text.utf8))
                    }, each: show)
            } else if let file {
                refused = try replay.run(file: file, department: configuration.department, each: show)
            }
        } catch let error as PlatformError {
            throw error
        } catch {
            throw .start("\(error)")
        }
        print("\(replay.events) events, \(refused) refused, \(count) decisions")
        for entry in replay.counters where entry.counters.evaluated > 0 {
            print(
                "  \(entry.rule): \(entry.keys) keys, \(entry.counters.evaluated) evaluated, \(entry.counters.decisions) decisions"
            )
        }
        return refused > 0 && replay.events == 0
    }
}
