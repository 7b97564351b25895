import ArgumentParser

@main
struct Fenghuo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fenghuo",
        abstract: "City public-safety risk monitoring: events in over ZeroMQ, alarms out.",
        discussion: "Exit codes: 0 fine, 1 findings or failed tests, 2 rule or configuration error, 3 usage, "
            + "4 cannot reach the platform.",
        subcommands: [
            RunCommand.self, SendCommand.self, RulesCommand.self, AlarmsCommand.self, ReplayCommand.self,
            JournalCommand.self,
            StatusCommand.self,
        ])
}
