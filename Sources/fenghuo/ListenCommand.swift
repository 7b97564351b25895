import ArgumentParser
import Delivery
import Events
import Foundation
import Messaging

/// `fenghuo listen`: subscribes, catches up from where it was, and prints alarms without gap or duplicate.
struct ListenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "listen", abstract: "Print alarms as they come; catch up after an absence.",
        discussion: """
            Topics are prefixes such as alarm/domain/gas/ or alarm/level/red/; all alarms where none is given. \
            Of one level and those above: name one topic each.
            """
    )

    @Argument(help: "Topic prefixes.") var topics: [String] = []
    @Option(help: "An area and everything in it, and what concerns the areas above it as a whole.") var area: String?
    @Option(help: "The feed.") var feed = "tcp://127.0.0.1:7410"
    @Option(help: "The feed's history.") var history = "tcp://127.0.0.1:7411"
    @Option(help: "File that keeps where we are, for these topics; the feed's beginning where it does not exist.")
    var state: String?
    @Option(help: "End after so many alarms.") var count: Int?
    @Flag(help: "One JSON object a line, as received.") var json = false

    func validate() throws {
        guard area.map({ FeedTopics.area($0) != nil }) ?? true else {
            throw ValidationError("--area is a code of 6, 9, 12 or 14 digits")
        }
        if let topic = topics.first(where: { !FeedTopics.isPossible($0) }) {
            throw ValidationError(
                "no topic begins with '\(topic)': they are alarm/domain/gas/, alarm/level/red/, alarm/area/320213 (without a slash, "
                    + "or all twelve digits and one), and the same below exercise/")
        }
    }

    func run() throws {
        var prefixes = topics + (area.flatMap { FeedTopics.area($0) } ?? [])
        if prefixes.isEmpty { prefixes = ["alarm/domain/"] }
        // Before any thread starts: a signal ends the run between two alarms, never between printing one and keeping the place.
        let signals = try SignalWait()
        let kept = try state.map { try ListenState($0, topics: prefixes) }
        let start = kept?.place.map { FeedConsumer.Start.after($0) } ?? .beginning
        let context = Context()
        var consumer = try FeedConsumer(context.handle, feed: feed, history: history, topics: prefixes, start: start)
        var left = count ?? .max
        try consumer.run(
            until: {
                if signals.next() != nil { left = 0 }
                return left <= 0
            },
            onSilence: { isSilent in
                let text = isSilent ? "no platform answers at \(history), waiting" : "the platform answers"
                FileHandle.standardError.write(Data((text + "\n").utf8))
            },
            onNotice: { notice in
                guard left > 0 else { return }
                left -= 1
                let text = json ? nil : AlarmLine(json: notice.body)?.text(colour: isatty(1) == 1)
                do {
                    try FileHandle.standardOutput.write(contentsOf: Data(((text ?? notice.body) + "\n").utf8))
                } catch {
                    throw Exit.fail("cannot print any more: standard output is closed or full", Exit.findings)
                }
                try kept?.save(notice.place)
            })
    }
}
