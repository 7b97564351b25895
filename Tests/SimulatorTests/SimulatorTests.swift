import Foundation
import TestSupport
import Testing

/// A short round of the simulator (`make simulate` runs longer ones), and that it can find something.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SimulatorTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The simulator that was built with these tests: it lies beside their bundle.
    static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("simulate").path

    private func simulate(_ arguments: String...) throws -> Finished {
        try run(Self.program, arguments, in: NSTemporaryDirectory(), working: Self.root, seconds: 300)
    }

    @Test func `ten seeds keep every promise`() throws {
        // Seed 67 has the clock of the events, seed 75 the flood.
        let end = try simulate("--seed", "67", "--runs", "10")
        #expect(end.code == 0, "\(end.output)\(end.errors)")
    }

    @Test func `a seed does the same in every run, to the last step`() throws {
        let (first, second) = (
            try simulate("--seed", "7", "--runs", "1"), try simulate("--seed", "7", "--runs", "1", "--twice")
        )
        #expect(first.code == 0 && second.code == 0, "\(first.output)\(second.output)")
        let line = first.output.split(separator: "\n").first { $0.contains("fingerprint") }
        #expect(line.map { second.output.contains($0) } == true, "\(first.output)\(second.output)")
    }

    @Test func `a disk that loses what was synced to the journal is found, and the command that shows it is printed`()
        throws
    {
        let end = try simulate("--ignore-sync", ".sqlite-wal", "--runs", "100")
        #expect(end.code == 1)
        try replays(end)
    }

    /// Whether the printed command does what it says, as `make` calls the simulator.
    private func replays(_ end: Finished) throws {
        let found = end.output.firstMatch(of: /replay: make simulate SEED=(\d+) RUNS=1 OPTIONS="(.*)"/)
        let words = try #require(found, "\(end.output)\(end.errors)")
        let options = words.2.split(separator: " ").map(String.init)
        let again = try run(
            Self.program, ["--seed", String(words.1), "--runs", "1"] + options, in: NSTemporaryDirectory(),
            working: Self.root, seconds: 300)
        #expect(again.code == 1)
        let failure = end.output.split(separator: "\n").first { $0.contains(" FAILED: ") }
        // Up to where paths may begin, which differ.
        #expect(failure.map { again.output.contains($0.prefix(40)) } == true, "\(end.output)\(again.output)")
    }

    @Test func `some calls of the disk, each failing, and each the last one`() throws {
        let end = try simulate("--every-call", "211")
        #expect(end.code == 0, "\(end.output)\(end.errors)")
        for way in ["eio", "enospc", "kill", "power"] {
            let struck = end.output.firstMatch(of: try Regex("\(way): (\\d+) of", as: (Substring, Substring).self))
            #expect(struck.flatMap { Int($0.1) } ?? 0 > 3, "\(end.output)")
        }
    }

    @Test func `a call of the disk that breaks a promise is named, with the command that shows it`() throws {
        let end = try simulate("--every-call", "43", "--ignore-sync", ".sqlite-wal")
        #expect(end.code == 1)
        try replays(end)
    }

    /// `make mutations` builds and finds them, which takes twenty minutes; here they are kept from growing old.
    @Test func `the mutations still fit the sources`() throws {
        let folder = Self.root + "/Tests/Simulator/mutations"
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".patch") }
        #expect(names.count >= 8)
        for name in names {
            let lines = try String(contentsOfFile: folder + "/" + name, encoding: .utf8).components(separatedBy: "\n")
            var (text, hunk) = ("", "")
            func finish() {
                #expect(hunk.isEmpty || text.contains(hunk), "\(name) does not fit any more")
                hunk = ""
            }
            for line in lines {
                if line.hasPrefix("--- a/") {
                    finish()
                    text = try String(contentsOfFile: Self.root + "/" + line.dropFirst(6), encoding: .utf8)
                } else if line.hasPrefix("@@") {
                    finish()
                } else if !text.isEmpty, line.hasPrefix(" ") || line.hasPrefix("-") {
                    hunk += line.dropFirst() + "\n"
                } else if line.hasPrefix("diff ") {
                    finish()
                    text = ""
                }
            }
            finish()
        }
    }
}
