import ArgumentParser
import Events
import Foundation
import Platform

extension AlarmsCommand {
    /// `fenghuo alarms ack`: a person takes an alarm over, on record.
    struct AckCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "ack", abstract: "Take an alarm over: nobody else is told that it waits.",
            discussion: """
                The request goes through the journal of a running platform; the command returns with the engine's \
                decision. Exit code 1 where the alarm is unknown, over, or acknowledged already; 4 where no platform \
                answers. Without an answer, repeat it with the same --key: the second has no second effect.
                """)
        @Argument(help: "The episode, as in alarms list: 88190.0") var episode: String
        @OptionGroup var person: PersonOptions
        @Option(help: "Names this request; a repeat with the same key hears the first answer. Else a new one.")
        var key: String?
        @OptionGroup var place: ControlOptions
        @Option(help: "table or json.") var format = OutputFormat.table

        func validate() throws {
            guard DecisionID(episode) != nil else { throw ValidationError("an episode is written 88190.0") }
            guard (1...200).contains(key?.utf8.count ?? 1) else { throw ValidationError("--key takes 1…200 bytes") }
        }

        func run() throws {
            var request = ControlRequest(op: "acknowledge")
            let key = key ?? UUID().uuidString
            (request.episode, request.by, request.why, request.key) = (episode, person.by, person.why, key)
            // A platform that is not there is told at once; one that decides is waited for.
            guard try ControlClient(place.control).ask("status") != nil,
                let body = try ControlClient(place.control).ask(request, milliseconds: 40_000)
            else {
                throw Exit.fail(
                    "no platform answers at \(place.control); to ask again: --key \(key)", Exit.unreachable)
            }
            let answer: RequestAnswer = try ControlOptions.read(body, from: place.control)
            if format == .json { try printJSON(answer) }
            guard !answer.ok else {
                if format == .table { print(Self.words(answer)) }
                return
            }
            throw Exit.fail(Self.words(answer), answer.code == "unavailable" ? Exit.unreachable : Exit.findings)
        }

        private static func words(_ answer: RequestAnswer) -> String {
            let alarm = [answer.episode, answer.rule, answer.key, answer.level].compactMap { $0 }.joined(separator: " ")
            let by = "by \(answer.acknowledgedBy ?? "-") at \(answer.acknowledgedAt ?? "-")"
            switch answer.code {
            case "accepted": return "已确认 acknowledged \(alarm) \(by)" + (answer.repeated ? " (asked before)" : "")
            case "already_acknowledged": return "\(alarm) was acknowledged \(by): nothing changed"
            case "over": return "\(alarm) is over since \(answer.resolvedAt ?? "-"): nothing to acknowledge"
            case "lost":
                return "\(alarm) is none to the engine since an upgrade: it ends when something is decided of its key"
            case "unknown": return "there is no alarm \(alarm); see fenghuo alarms list --open"
            default: return answer.why ?? answer.code
            }
        }
    }
}
