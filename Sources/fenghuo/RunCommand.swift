import ArgumentParser
import Foundation
import Logging
import Platform

/// `fenghuo run`: the platform itself, until SIGINT or SIGTERM.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the platform until Ctrl-C or SIGTERM.",
        discussion: "Exit code 2 where files stop the first start, 1 where the platform had to stop.")

    @Option(help: "Settings; fenghuo.yml in the repository lists them all with their defaults.") var config: String?
    @Option(help: "The data directory, instead of the settings'.") var data: String?
    @Flag(help: "At the first start after a backup was restored: consumers of the feed begin anew, and miss nothing.")
    var restored = false
    @Option(help: "trace, debug, info, notice, warning, error or critical.") var logLevel = "info"

    func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--log-level is one of \(levels)")
        }
    }

    func run() throws {
        do throws(PlatformError) {
            var configuration = Configuration()
            if let config { configuration = try Configuration(file: config) }
            if let data { configuration.data = data }
            try Self.run(configuration, restored, logLevel)
        } catch {
            switch error {
            case .configuration: throw Exit.fail("\(error)", Exit.ruleError)
            case .start, .stopped: throw Exit.fail("\(error)", Exit.findings)
            }
        }
    }

    private static func run(_ configuration: Configuration, _ restored: Bool, _ level: String) throws(PlatformError) {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var log = Logger(label: "fenghuo")
        log.logLevel = Logger.Level(rawValue: level) ?? .info
        do {
            let platform = try Platform(configuration, isRestored: restored, log: log)
            try platform.run { endpoints in
                let line =
                    "fenghuo ready: ingest \(endpoints.ingest) feed \(endpoints.feed) "
                    + "history \(endpoints.history) control \(endpoints.control)\n"
                FileHandle.standardOutput.write(Data(line.utf8))
            }
        } catch let error as PlatformError {
            throw error
        } catch {
            throw .start("\(error)")
        }
    }
}
