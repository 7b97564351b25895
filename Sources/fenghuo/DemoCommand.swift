import ArgumentParser
import City
import Client
import Delivery
import Events
import Foundation
import Journal
import Logging
import Messaging
import Platform
import Synchronization

/// `fenghuo demo`: the platform on embedded defaults, a day of a city played into it through real sockets, its alarms shown.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Start a platform, play the shipped day of a city, show the alarms.",
        discussion: "Then it stays up for your own events until Ctrl-C; --once ends after the day with a summary. "
            + "Exit code 1 where it cannot start or the day's alarms differ, 2 where rules or settings are wrong.")

    @Flag(help: "End after the day.") var once = false
    @Option(help: "Data directory; emptied first.") var data = "data/demo"
    @Option(help: "Pace by event time, as in 600x; as fast as it goes where absent.") var speed: String?
    @Option(help: "Seed of the day.") var seed: UInt64 = CityDay.defaultSeed
    @Option(help: "Keep each n-th sensor only.") var keepEvery = 1
    @Option(help: "Events in one message.") var batch = 200

    func validate() throws {
        if let speed, SendCommand.factor(speed) == nil {
            throw ValidationError("--speed is a number and x, as in 600x")
        }
        guard (1...1000).contains(keepEvery) else { throw ValidationError("--keep-every is 1…1000") }
        guard (1...10_000).contains(batch) else { throw ValidationError("--batch is 1…10000") }
    }

    func run() throws {
        var configuration = Configuration()
        configuration.data = data
        configuration.clock = .events
        do {
            try emptyData()
            LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
            var log = Logger(label: "fenghuo")
            log.logLevel = .warning
            let platform = try Platform(configuration, log: log)
            let day = DemoDay(platform: platform, options: self)
            try platform.run { day.start($0) }
            day.finish()
            if let failure = day.failure { throw Exit.fail(failure, Exit.findings) }
        } catch PlatformError.configuration(let findings) {
            throw Exit.fail(findings, Exit.ruleError)
        } catch let error as ExitCode {
            throw error
        } catch {
            throw Exit.fail("\(error)", Exit.findings)
        }
    }

    /// Only a directory that a demo made before, and that no demo runs on, is emptied.
    private func emptyData() throws {
        let marker = data + "/.demo"
        if FileManager.default.fileExists(atPath: data) {
            guard FileManager.default.fileExists(atPath: marker) else {
                throw PlatformError.start("\(data) exists and no demo made it: name another directory with --data")
            }
            try Journal.requireUnowned(data: data)
            try FileManager.default.removeItem(atPath: data)
        }
        try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: marker, contents: nil)
    }
}
