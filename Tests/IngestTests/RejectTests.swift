import Events
import Synchronization
import Testing

@testable import Ingest

/// What goes to the dead letters, and what an answer lists.
@Suite struct RejectTests {
    /// The bytes of each refused event of a message, in order.
    private func letters(_ body: String) -> [String] {
        let kept = Mutex<[String]>([])
        var intake = Intake(
            view: IngestView(), window: DuplicateWindow(entries: 100),
            sink: { reject in kept.withLock { $0.append(String(decoding: reject.bytes, as: UTF8.self)) } })
        var context = Intake.Context(department: DepartmentTexts(Department(id: "d")), now: Bench.now)
        Array(body.utf8).withUnsafeBytes { intake.take($0, &context) }
        return kept.withLock { $0 }
    }

    private static let odd = #"{"id":"b","t":"]},\"[{\\","n":[1,{"x":[2]}]}"#

    @Test(arguments: [
        (" [ \(Bench.event()) , 3,\n\(odd) ,[4], \"x\" ]\n", ["3", odd, "[4]", "\"x\""]),
        ("[{}]", ["{}"]), ("[1,2]", ["1", "2"]),
        ("\(Bench.event())\n{}\n\(Bench.event([("id", "\"b\"")]))\n3", ["{}", "3"]), ("{}", ["{}"]),
        ("nonsense", ["nonsense"]),
    ]) func `a dead letter holds the refused event and nothing of its neighbours`(body: String, expected: [String]) {
        #expect(letters(body) == expected)
    }

    @Test func `what is beyond the greatest number of events begins with the first of them`() {
        let many = "[" + String(repeating: "1,", count: Limits.batchEvents) + "2,3]"
        #expect(letters(many).last == "2")
    }

    @Test func `one note does not crowd out another, and all are counted`() throws {
        let bench = Bench(subjects: [.init(id: "known")])
        var lines = (0..<300).map { n in
            Bench.event([("id", "\"\(n)\""), ("metric", "\"m\""), ("unit", ""), ("subject", "\"known\"")])
        }
        lines.append(Bench.event([("id", "\"late\"")]))
        let outcome = bench.take(lines.joined(separator: "\n"))
        let listed = outcome.notes.map(\.code)
        #expect(listed == Array(repeating: .noRule, count: Limits.answerNotesPerCode) + [.unknownSubject])
        let answer = String(decoding: Answer.taken(outcome, position: 1, received: Bench.now), as: UTF8.self)
        #expect(answer.contains(#""note_counts":{"no_rule":300,"unknown_subject":1}"#), "\(answer)")
    }

    @Test func `subjects that the registry does not know are listed to a bound, until it is read anew`() {
        let bench = Bench(subjects: [.init(id: "known")])
        func event(_ number: Int, _ subject: String) -> String {
            Bench.event([("id", "\"\(number)\""), ("subject", "\"\(subject)\"")])
        }
        let subjects = ["known"] + (0..<Strangers.maximum + 5).map { "S-\($0)" } + ["S-0"]
        _ = bench.take(subjects.enumerated().map(event).joined(separator: "\n"))
        let strangers = bench.intake.strangers
        #expect(strangers.listed.count == Strangers.maximum && strangers.unlisted == 5)
        #expect(strangers.listed[0] == .init(subject: "S-0", source: 0, events: 2, lastReceived: Bench.now))
        bench.intake.view = IngestView(subjects: [.init(id: "S-0")])
        #expect(bench.intake.strangers.listed == [])
        _ = bench.take(event(900, "S-0") + "\n" + event(901, "S-1"))
        #expect(bench.intake.strangers.listed.map(\.subject) == ["S-1"])
        bench.intake.view = IngestView()
        _ = bench.take(event(902, "S-1"))
        #expect(bench.intake.strangers.listed == [], "without a registry nobody is a stranger")
    }
}
