import Events
import Foundation

@testable import Ingest
@testable import Journal

/// A door without sockets or journal: what it makes of a body, held against what its answer must be.
final class Bench {
    var intake: Intake
    private(set) var sum = (accepted: 0, duplicates: 0, rejected: 0)
    private let department = DepartmentTexts(Department(id: "default", defaultSource: "/default"))

    init(_ city: City) { intake = Intake(view: city.view, window: DuplicateWindow(entries: 1000)) }

    /// What is in the open batch, bit for bit.
    var bytes: [UInt8] { encodeBatch(intake.batch) + Array("\(intake.batch.restricted)".utf8) }

    func take(_ body: [UInt8], _ kind: BodyKind? = nil) throws -> Outcome {
        let before = intake.batch.count
        var context = Intake.Context(department: department, now: City.now)
        body.withUnsafeBytes { intake.take($0, kind: kind, &context) }
        let outcome = context.outcome
        sum.accepted += outcome.accepted
        sum.duplicates += outcome.duplicates
        sum.rejected += outcome.rejected
        try require(intake.batch.isConsistent, "the batch is inconsistent")
        try require(intake.batch.count - before == outcome.accepted, "\(outcome.accepted) accepted, other in the batch")
        try require(
            outcome.errors.count == min(outcome.rejected, Limits.answerErrors)
                || outcome.rejected > outcome.errors.count,
            "\(outcome.rejected) rejected, \(outcome.errors.count) listed")
        try require((outcome.rejected == 0) == outcome.errors.isEmpty, "rejected without an error that says why")
        try Answers.check(Answer.taken(outcome, position: 1, received: City.now))
        return outcome
    }
}

/// What every answer of the door must be.
enum Answers {
    /// The codes of docs/wire.md.
    private static let codes: Set<String> = {
        let page = try? String(contentsOfFile: Corpus.root + "/docs/wire.md", encoding: .utf8)
        let rows = page?.components(separatedBy: "## Codes").last?.split(separator: "\n") ?? []
        return Set(rows.filter { $0.hasPrefix("| ") }.map { $0.dropFirst(2).prefix { $0 != " " }.description })
    }()

    @discardableResult static func check(_ bytes: [UInt8]) throws -> [String: Any] {
        guard let answer = (try? JSONSerialization.jsonObject(with: Data(bytes))) as? [String: Any] else {
            throw Broken("an answer that is not JSON: \(quoted(bytes))")
        }
        try require(answer["ok"] is Bool, "an answer without ok: \(quoted(bytes))")
        let listed = ["errors", "notes"].flatMap { answer[$0] as? [[String: Any]] ?? [] }
        for code in ([answer["code"]] + listed.map { $0["code"] }).compactMap({ $0 as? String }) {
            try require(codes.contains(code), "docs/wire.md has no code \(code)")
        }
        for finding in listed {
            try require(finding["code"] is String && finding["index"] is Int, "a finding without code or index")
            try require(finding["zh"] is String && finding["en"] is String, "a finding without words: \(finding)")
        }
        return answer
    }
}
