import ArgumentParser
import Foundation
import Platform

/// Where a running platform is asked, and how its answer ends the command.
struct ControlOptions: ParsableArguments {
    @Option(help: "The platform's control endpoint.") var control = "tcp://127.0.0.1:7412"

    /// What a control endpoint answered; anything else came from another kind of endpoint.
    static func read<Answer: Decodable>(_ body: [UInt8], from control: String) throws -> Answer {
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(body))
        } catch is DecodingError {
            throw Exit.fail(
                "what answers at \(control) is no control endpoint of this version (tcp://127.0.0.1:7412 where the settings name no other)",
                Exit.unreachable)
        }
    }

    /// Asks for a change of rules and prints what became of it.
    func change(_ request: ControlRequest, _ words: (RulesAnswer) -> String) throws {
        // A change may wait for the engine; a platform that is not there is told at once.
        guard try ControlClient(control).ask("status") != nil,
            let body = try ControlClient(control).ask(request, milliseconds: 40_000)
        else {
            throw Exit.fail(
                "no platform answers at \(control): is it running? --control names another endpoint", Exit.unreachable)
        }
        let answer: RulesAnswer = try Self.read(body, from: control)
        guard answer.ok else {
            let code = answer.code == "unavailable" ? Exit.unreachable : Exit.ruleError
            throw Exit.fail(answer.findings ?? "refused", code)
        }
        for line in [words(answer)] + answer.differences { print(line) }
        if let note = answer.note { print(note) }
    }
}

/// The person who answers for a change of rules.
struct PersonOptions: ParsableArguments {
    @Option(help: "Who makes the change; kept in the journal.") var by: String
    @Option(help: "Why; kept in the journal.") var why: String

    func validate() throws {
        guard ![by, why].contains(where: { $0.allSatisfy(\.isWhitespace) }) else {
            throw ValidationError("--by and --why say who and why")
        }
        guard by.utf8.count <= 200, why.utf8.count <= 2000 else {
            throw ValidationError("--by takes up to 200 bytes and --why up to 2000")
        }
    }
}
