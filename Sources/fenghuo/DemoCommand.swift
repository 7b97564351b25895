import ArgumentParser
import City
import Logging
import Platform

/// `fenghuo demo`: the platform on embedded defaults, a day of a city played into it through real sockets, its alarms shown.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Start a platform, play the shipped day of a city, show the alarms.",
        discussion: "Then it stays up for your own events until Ctrl-C; --once ends after the day with a summary. "
            + "Exit code 1 where it cannot start or the day's alarms differ, 2 where rules or settings are wrong.")

    @Flag(help: "End after the day.") var once = false
    @Option(help: "Data directory; what an earlier demo left there is removed first.") var data = "data/demo"
    @Option(help: "Settings other than the defaults, as for run; data and clock are the demo's own.")
    var config: String?
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
        do {
            var settings = try config.map { try Configuration(file: $0) } ?? Configuration()
            settings.data = data
            settings.clock = .events
            // The recorded day has no gaps: an event with today's date is no part of it.
            settings.maxStep = .days(1)
            let isFresh = try !DemoPlace(configuration: settings).empty()
            LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
            var log = Logger(label: "fenghuo")
            log.logLevel = .warning
            let platform = try Platform(settings, log: log)
            let day = DemoDay(platform: platform, options: self)
            if !isFresh { day.say("a new demo: what the last one left in \(data) is removed") }
            try platform.run { day.start($0) }
            day.finish()
            if let failure = day.failure { throw Exit.fail(failure, Exit.findings) }
            day.sayWhereDataIs()
        } catch let code as ExitCode {
            throw code
        } catch PlatformError.configuration(let text) {
            throw Exit.fail(text, Exit.ruleError)
        } catch {
            throw Exit.fail("\(error)", Exit.findings)
        }
    }
}
