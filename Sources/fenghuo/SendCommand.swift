import ArgumentParser
import Client
import Events
import Foundation
import Messaging
import StrictYAML

/// `fenghuo send`: plays a file to a platform as a department's gateway would, and reports what was refused.
struct SendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send NDJSON events, or CSV with a mapping file.",
        discussion: """
            With --spool, what is read waits on disk until the platform has acknowledged it, however long that is away; run again \
            after a crash, it goes on where it was. Without, a file is a sequenced stream: sent again it is refused unless --resume goes on where it ended or --again counts \
            every event anew. Exit code 1 where an event was rejected or a row skipped, 2 where a file cannot be read, 3 where \
            the stream was sent before, 4 where the platform does not answer.
            """)

    @Argument(help: "NDJSON file, or CSV with --map.") var file: String
    @Option(help: "Mapping file that says how CSV columns become events.") var map: String?
    @Option(help: "The platform's ingest endpoint.") var to = "tcp://127.0.0.1:7400"
    @Option(help: "Events in one message, 1…10000.") var batch = 100
    @Option(help: "Batches in flight, 1…1000.") var window = 64
    @Option(help: "Pace by event time: 60x plays an hour in a minute. As fast as it goes where absent.")
    var speed: String?
    @Option(help: "Name of the sequenced stream; the file's name where absent.") var stream: String?
    @Flag(help: "Go on where an earlier run of this stream and file ended.") var resume = false
    @Flag(help: "Send a stream that was sent before as new events; they count twice.") var again = false
    @Option(help: "Seconds without an acknowledgement, or a request to wait, after which to give up.") var giveUp = 60
    @Option(help: "File that keeps what is read until it is acknowledged; NDJSON only, - is standard input.")
    var spool: String?
    @Option(help: "Megabytes that may wait in the spool; beyond, reading waits.") var spoolSize = 1024

    func validate() throws {
        guard (1...10_000).contains(batch) else { throw ValidationError("--batch is 1…10000") }
        guard (1...1000).contains(window) else { throw ValidationError("--window is 1…1000") }
        if let speed, Self.factor(speed) == nil { throw ValidationError("--speed is a number and x, as in 60x") }
        guard spool == nil || (map == nil && speed == nil && !resume && !again) else {
            throw ValidationError("--spool goes without --map, --speed, --resume and --again")
        }
        guard (1...1_000_000).contains(spoolSize) else { throw ValidationError("--spool-size is 1…1000000") }
        guard spool == nil || stream != nil else {
            throw ValidationError("--spool needs --stream: a name that only this sender uses, for ever")
        }
        guard !resume || !again else { throw ValidationError("--resume or --again, one of them") }
        guard map != nil || !file.lowercased().hasSuffix(".csv") else {
            throw ValidationError("a CSV file needs --map, which says what its columns mean: docs/wire.md, \"CSV\"")
        }
    }

    static func factor(_ text: String) -> Double? {
        let number = text.hasSuffix("x") ? text.dropLast() : Substring(text)
        guard let factor = Double(number), factor.isFinite, factor > 0 else { return nil }
        return factor
    }

    func run() throws {
        guard (1...86_400).contains(giveUp) else { throw Exit.fail("--give-up is 1…86400 seconds", Exit.usage) }
        var options = SendOptions(stream: stream ?? URL(fileURLWithPath: file).lastPathComponent)
        options.endpoint = to
        options.batch = batch
        options.window = window
        options.speed = speed.flatMap(Self.factor)
        options.resumes = resume
        options.refusesRepeat = !resume && !again
        options.giveUpAfter = giveUp * 1000
        do {
            let (progress, empty) = try send(options)
            for line in progress.skipped.report(of: file) { print(line) }
            print(SendReport.summary(progress))
            if empty > 0 { print("\(empty) rows without any value or category 无数值的行") }
            for line in SendReport.rejects(progress, of: file) { print(line) }
            if progress.rejected > 0 || progress.skipped.count > 0 { throw Exit.findings }
        } catch let failure as SendFailure {
            let code =
                switch failure {
                case .sentBefore, .sentBeforeSpool, .unusable: Exit.usage
                case .refused, .outOfStep, .otherSender, .badAnswer: Exit.findings
                case .unreachable, .stopped: Exit.unreachable
                }
            throw Exit.fail("\(failure)", code)
        } catch let failure as SpoolError {
            throw Exit.fail("\(failure)", Exit.ruleError)
        } catch let failure as MessagingError {
            throw Exit.fail("\(failure)", Exit.usage)
        }
    }

    /// What became of the events, and how many rows of a CSV file had nothing to tell.
    private func send(_ options: SendOptions) throws -> (SendProgress, empty: Int) {
        let context = Context()
        if let spool { return (try send(options, spool, context.handle), 0) }
        var sender = try EventSender(context.handle, options)
        let line = ProgressLine()
        defer { line.end() }
        if let map {
            let findings = Findings()
            guard let mapping = MappingFile.load(map, findings: findings) else {
                throw Exit.fail(findings.sorted.map(\.rendered).joined(separator: "\n"), Exit.ruleError)
            }
            var events = try CSVEvents(path: file, mapping: mapping)
            let progress = try sender.send(&events) { line.show(SendReport.line($0)) }
            return (progress, events.emptyCount)
        } else {
            var events = try NDJSONFile(path: file, readsTimes: options.speed != nil)
            return (try sender.send(&events) { line.show(SendReport.line($0)) }, 0)
        }
    }

    private func send(_ options: SendOptions, _ path: String, _ context: Context.Handle) throws -> SendProgress {
        let spool = try Spool(path: path, stream: options.stream, maximumBytes: spoolSize << 20)
        let line = ProgressLine()
        defer { line.end() }
        return try SpoolRun(options, spool).run(context, NDJSONFile(path: file, readsTimes: false)) { progress in
            line.show(SendReport.line(progress) + ", \(spool.counts.events) in the spool")
        } onTrouble: { failure in
            line.end()
            FileHandle.standardError.write(Data("\(failure)\n\(spool.counts.events) events wait in \(path)\n".utf8))
        }
    }
}
