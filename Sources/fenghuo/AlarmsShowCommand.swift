import AlertStore
import ArgumentParser
import Engine
import Events

extension AlarmsCommand {
    /// `fenghuo alarms show`: one alarm, and why each of its transitions was decided.
    struct ShowCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "One alarm: every transition, its reading, threshold and rule; --file adds the rule's text.")
        @Argument(help: "The episode, as in alarms list: 88190.0") var episode: String
        @Option(help: "The platform's data directory.") var data = "data"
        @Flag(help: "With the text of the rule file that decided.") var file = false

        func validate() throws {
            guard DecisionID(episode) != nil else { throw ValidationError("an episode is written 88190.0") }
        }

        func run() throws {
            guard let id = DecisionID(episode), let detail = try AlarmsCommand.reader(data).episode(id) else {
                throw Exit.fail("no episode \(episode) in \(data)", Exit.findings)
            }
            let alarm = detail.episode
            print("\(alarm.id.text)  \(alarm.titleZh)  \(alarm.titleEn)")
            print("规则 rule \(alarm.rule) \(alarm.ruleVersion)")
            print("对象 key \(alarm.key)  subject \(shown(alarm.who))  地区 area \(shown(alarm.place))")
            print("牵头 lead \(shown(alarm.lead))  处置 runbook \(shown(alarm.runbook))")
            let standing = alarm.standing
            if standing.zh != "-" { print("状态 standing \(standing.zh)  \(standing.en)") }
            for step in detail.steps {
                print(Self.line(step.decision, unit: alarm.unit))
                if let message = step.message { print("    \(message.zh) / \(message.en)") }
                print("    " + Self.cause(step.decision))
            }
            if file, let text = detail.steps.last?.rule?.text { print("\n\(text)") }
        }

        private func shown(_ text: String) -> String { text.isEmpty ? "-" : text }

        static func line(_ decision: Decision, unit: String = "") -> String {
            var line =
                "\(decision.at.formatted()) \(AlarmLine.word(decision.transition.name)) \(decision.transition.name)"
            if let level = decision.level { line += " \(level.zh) \(level.name)" }
            if decision.about == .noData {
                line += decision.transition == .raised ? " 无数据 no data" : " 数据恢复或不再等待 no longer without data"
            }
            if decision.reason != .none { line += " (\(decision.reason.name))" }
            if decision.withheld != .none { line += " [not sent: \(decision.withheld.name)]" }
            if !decision.actor.isEmpty { line += " by \(decision.actor)" }
            if !decision.note.isEmpty { line += ", \"\(decision.note)\"" }
            if !decision.escalateTo.isEmpty { line += ", next \(decision.escalateTo.joined(separator: ", "))" }
            let unit = unit.isEmpty ? "" : " " + unit
            if !decision.value.isNaN { line += ": \(decision.valueName) = \(ShownNumber.text(decision.value))\(unit)" }
            if let ground = decision.ground {
                line += decision.isWayDown ? ", now" : ", threshold"
                line += " \(ground.compare.symbol) \(ShownNumber.text(ground.threshold))\(unit)"
            } else if decision.isWayDown, decision.reason == .cleared, !decision.threshold.isNaN {
                line += ", the rule's condition (only_while) no longer holds"
            }
            return line
        }

        /// What made the engine decide, and where the journal has it.
        static func cause(_ decision: Decision) -> String {
            let from = decision.source.isEmpty ? "" : " of \(decision.source)"
            let cause =
                switch decision.transition {
                case .acknowledged: "an operator's request; the newest reading\(from)"
                case .unacknowledged, .unhandled: "the rule's time to respond ran out; the newest reading\(from)"
                default:
                    if !decision.eventID.isEmpty {
                        "reading \(decision.eventID)\(from)"
                    } else if decision.about == .noData, decision.transition == .raised {
                        "no reading came in time; the last one\(from)"
                    } else if decision.subject.isEmpty, decision.valueName == "index" {
                        "the parts of the index changed; the newest reading\(from)"
                    } else {
                        "time passed; the key's newest reading\(from)"
                    }
                }
            return "\(cause) at position \(decision.eventPosition), decision \(decision.id.text)"
        }
    }
}

extension Episode {
    /// The subject's name and id, as far as they are known.
    var who: String { [subjectName, subject].filter { !$0.isEmpty }.joined(separator: " ") }
    /// Likewise the area.
    var place: String { [areaName, area].filter { !$0.isEmpty }.joined(separator: " ") }
}
