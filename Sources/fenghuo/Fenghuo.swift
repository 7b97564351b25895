import ArgumentParser
import Client
import Foundation
import Messaging

@main
struct Fenghuo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fenghuo",
        abstract: "City public-safety risk monitoring: events in over ZeroMQ, alarms out.",
        discussion:
            "Exit codes: 0 fine, 1 findings or failed tests, 2 rule, configuration or input file error (or none there), "
            + "3 usage, 4 cannot reach the platform.",
        version: "0.1.0, journal format 1",
        subcommands: [
            RunCommand.self, DemoCommand.self, SendCommand.self, ListenCommand.self, RulesCommand.self,
            AlarmsCommand.self, ReplayCommand.self, JournalCommand.self, LettersCommand.self, StatusCommand.self,
            ReloadCommand.self,
        ])

    /// Wrong usage ends with 3, as the help says, and not with the parser's own 64; an address that is none is wrong usage too.
    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
            guard fflush(nil) == 0 else {
                throw Exit.fail("cannot print all of it: standard output is closed or full", Exit.findings)
            }
        } catch let error as MessagingError where error.isUnusableEndpoint {
            exit(withError: Exit.fail("\(error)", Exit.usage))
        } catch let error as InputFailure {
            exit(withError: Exit.fail("\(error)", Exit.ruleError))
        } catch {
            guard exitCode(for: error) == .validationFailure else { exit(withError: error) }
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            exit(withError: Exit.usage)
        }
    }
}
