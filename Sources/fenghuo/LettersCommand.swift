import ArgumentParser
import Events
import Foundation
import Ingest
import Journal

/// `fenghuo letters list`: what was refused and why, newest first.
struct LettersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "letters", abstract: "Refused events: the dead letters.", subcommands: [ListCommand.self])

    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List refused events, the newest first; the platform may run.",
            discussion:
                "Events are shown without free text, reporter fields and numbers that look like those of a phone or an identity card, and left "
                + "out where they cannot be read as JSON or were refused for a subject that looks personal."
        )

        @Option(help: "The platform's data directory.") var data = "data"
        @Option(help: "At most so many, 1…100000.") var limit = 50
        @Option(help: "table or json.") var format = OutputFormat.table
        @Flag(help: "The bytes as they were sent: may hold personal data.") var restricted = false

        func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit is 1…100000") }
        }

        func run() throws {
            try Exit.require(DeadLetters.path(data), "dead letters")
            let letters = try DeadLetters.newest(limit, data: data, raw: true).map {
                Letter($0, restricted: restricted)
            }
            switch format {
            case .json: try printJSON(letters)
            case .table:
                var table = Table("received", "department", "event", "code", "reason", "as sent")
                for letter in letters {
                    table.add(
                        letter.received, letter.department, "\(letter.index)", letter.code, letter.reason,
                        letter.event ?? "-")
                }
                print(table.text)
            }
        }
    }

    private struct Letter: Encodable {
        var received: String
        var department: String
        /// Of the event in its message.
        var index: Int64
        var code: String
        var field: String
        var reason: String
        var event: String?

        init(_ letter: DeadLetter, restricted: Bool) {
            received = letter.received.formattedStamp
            (department, index, code) = (letter.department, letter.index, letter.code)
            let shown = { (text: String) in restricted ? text : ShownEvent.withoutPersonal(text) }
            (field, reason) = (shown(letter.field), shown(letter.reason))
            // Refused because it would show a person.
            let isPersonal = letter.code == IngestCode.personalSubject.rawValue
            event =
                restricted
                ? String(decoding: letter.raw, as: UTF8.self)
                : isPersonal ? nil : ShownEvent.withoutRestricted(letter.raw)
        }
    }
}
