import Foundation
import TestSupport
import Testing

/// A short round of the fuzzer (`make fuzz` runs longer ones), and what a failure looks like.
@Suite(.serialized, .timeLimit(.minutes(5))) struct FuzzTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The fuzzer that was built with these tests: it lies beside their bundle.
    static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("fuzz").path

    /// Another one each day, and the same all day long.
    static let seed: Int = {
        let day = Calendar(identifier: .gregorian).ordinality(of: .day, in: .year, for: Date()) ?? 1
        print("seed of the fuzzer: \(day), the day of the year")
        return day
    }()

    private func fuzz(_ arguments: String...) throws -> Finished {
        try run(Self.program, arguments, in: NSTemporaryDirectory(), working: Self.root, seconds: 200)
    }

    @Test(arguments: [
        "events", "senml", "messages", "history", "rules", "tables", "cel", "encodings", "journal", "control",
    ])
    func `changed input of every kind breaks no promise`(kind: String) throws {
        // A case of these is a whole journal or platform, and only every fiftieth or tenth number is one.
        let cases = ["journal", "control"].contains(kind) ? 3000 : 600
        let end = try fuzz("--seed", "\(Self.seed)", "--cases", "\(cases)", "--only", kind)
        #expect(end.code == 0, "\(end.output)\(end.errors)")
    }

    @Test func `no kind of input is left out above`() throws {
        let end = try fuzz("--list")
        #expect(end.output.split(separator: "\n").count == 10)
    }

    @Test func `a case that fails prints its input and the command that repeats it`() throws {
        let end = try fuzz("--cases", "10", "--only", "planted")
        #expect(end.code == 1)
        #expect(end.output.contains("planted:3 FAILED: a planted failure\nnumber "), "\(end.output)")
        #expect(end.output.hasSuffix("replay: make fuzz SEED=1 ONLY=planted:3\n"), "\(end.output)")
        #expect(try fuzz("--only", "planted:3").code == 1)
        #expect(try fuzz("--only", "planted:2").code == 0)
    }

    @Test func `a case that traps names itself`() throws {
        let end = try fuzz("--only", "planted:5")
        #expect(end.code == 1)
        #expect(end.output == "planted:5 FAILED: a trap, or no end; replay: make fuzz SEED=1 ONLY=planted:5\n")
        #expect(end.errors.contains("number "), "\(end.errors)")
    }
}
