import ArgumentParser
import Foundation
import Platform

/// `fenghuo reload`: a running platform reads its rules, registry and metric catalogue again, as one unit.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Make a running platform read its rules, registry and catalogue again.",
        discussion: """
            Returns once the engine runs on them. Exit code 2 where the files are not valid: the set before stays; \
            4 where no platform answers. Where activation is named, rules stay: see fenghuo rules activate.
            """)
    @OptionGroup var place: ControlOptions

    func run() throws {
        try place.change(ControlRequest(op: "reload")) { answer in
            answer.changed == 0
                ? "nothing has changed: \(answer.ruleSet) runs already, since position \(answer.position)"
                : "running \(answer.ruleSet)"
        }
    }
}
