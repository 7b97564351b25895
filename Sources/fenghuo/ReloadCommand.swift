import ArgumentParser
import Foundation
import Platform

/// `fenghuo reload`: a running platform reads its rules and registry again, as one unit.
struct ReloadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Make a running platform read its rules and registry again.",
        discussion: "Exit code 2 where the files are not valid: the set before stays; 4 where no platform answers.")
    @Option(help: "The platform's control endpoint.") var control = "tcp://127.0.0.1:7412"

    private struct Answer: Decodable {
        var ok: Bool
        var changed: Int
        var findings: String?
    }

    func run() throws {
        guard let body = try ControlClient(control).ask("reload") else {
            throw Exit.fail("no platform answers at \(control)", Exit.unreachable)
        }
        let answer = try JSONDecoder().decode(Answer.self, from: Data(body))
        guard answer.ok else { throw Exit.fail(answer.findings ?? "refused", Exit.ruleError) }
        print(answer.changed == 0 ? "nothing has changed" : "\(answer.changed) changes are on their way")
    }
}
