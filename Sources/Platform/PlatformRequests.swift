import AlertStore
import Engine
import Events
import Foundation

/// What people ask about alarms: through the journal, so that it is on record and survives like everything else.
extension Platform {
    func acknowledge(_ request: ControlRequest) -> RequestAnswer {
        let text = request.episode ?? ""
        guard let id = DecisionID(text) else {
            return RequestAnswer(code: "refused", episode: text, why: "'episode' is written 88190.0")
        }
        let asked = OperatorRequest(
            key: request.key ?? UUID().uuidString, actor: request.by ?? "", note: request.why ?? "",
            act: .acknowledge(episode: id.inEngine))
        guard asked.isValid, [asked.key, asked.actor, asked.note].allSatisfy(\.isPlain), !asked.actor.isBlank else {
            return RequestAnswer(
                code: "refused", episode: text,
                why: "'by' names a person, not in blanks, and 'key' the request, "
                    + "in 1…\(OperatorRequest.maximumName) bytes; 'why' has at most \(Limits.textBytes); none has control characters"
            )
        }
        do throws(PlatformError) {
            let outcome = try requests.ask(asked)
            if let earlier = outcome.request, earlier.act != asked.act {
                return RequestAnswer(
                    code: "refused", episode: text,
                    why: "the key '\(asked.key)' was used for another alarm; nothing changed: ask with a key of its own"
                )
            }
            // The store has committed the decision by now; where it cannot be read the decision stands all the same.
            return RequestAnswer(outcome, id, try? stored(id, outcome.verdict))
        } catch {
            return RequestAnswer(code: "unavailable", episode: text, why: "\(error)")
        }
    }

    /// The alarm that a verdict was of. Since an upgrade the engine may know another one by the name that was asked.
    private func stored(_ id: DecisionID, _ verdict: RequestOutcome.Verdict) throws -> Episode? {
        let reader = try AlertReader(path: storePath)
        let found = try [id, id.aside, id.inEngine].compactMap { try reader.episode($0)?.episode }
        let taken = verdict == .notOpen ? [] : found.filter { $0.acknowledged != nil }
        return taken.first { $0.resolved == nil } ?? taken.first ?? found.first { $0.id == id }
    }
}

extension String {
    var isBlank: Bool { allSatisfy(\.isWhitespace) }

    /// Without control characters: SQLite ends a text at NUL, and a terminal obeys ESC.
    var isPlain: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }
}
