import ArgumentParser
import Foundation

/// `fuzz`: gives changed input to everything that reads what others wrote, and prints the command that repeats what failed.
@main
struct Fuzz: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give changed input to everything that reads what others wrote.",
        discussion: "Exit code 1 where a promise was broken. See docs/testing.md.")

    @Option(help: "Decides every case, with its number.") var seed: UInt64 = 1
    @Option(help: "How long; all kinds of input in turn.") var seconds: Double = 60
    @Option(help: "Instead of a time: so many cases of each kind.") var cases: Int?
    @Option(help: "Only this kind of input, or one case of it: cel, cel:4711.") var only: String?
    @Flag(help: "List the kinds of input.") var list = false

    /// Cases of one kind before the next kind's turn: a second's worth of the slowest at most.
    private static let turn = 50

    func run() throws {
        let place = NSTemporaryDirectory() + "fenghuo-fuzz-\(getpid())"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        let all = try Self.kinds(place)
        if list { return print(all.map(\.name).joined(separator: "\n")) }
        let words = only?.split(separator: ":").map(String.init) ?? []
        let chosen = words.isEmpty ? all : (all + [Planted()]).filter { $0.name == words[0] }
        guard !chosen.isEmpty else { throw ValidationError("there is no kind \(words[0]); --list shows all") }
        Watch.begin()
        if words.count == 2, let number = Int(words[1]) {
            try one(chosen[0], number, shows: true)
            return print("\(words[0]):\(number) of seed \(seed): every promise kept")
        }
        let begun = Date()
        var done = 0
        while cases.map({ done < $0 }) ?? (Date().timeIntervalSince(begun) < seconds) {
            let upTo = min(done + Self.turn, cases ?? .max)
            for kind in chosen {
                // The slow kinds do a tenth of the work: each has about its share of the time.
                for number in done..<upTo where number % kind.pace == 0 { try one(kind, number) }
            }
            done = upTo
        }
        let time = Int(Date().timeIntervalSince(begun))
        print("\(done) cases of \(chosen.count) kinds, seed \(seed): every promise kept, \(time) s")
        for kind in chosen { print("  \(kind.name): \(kind.summary)") }
    }

    private static func kinds(_ place: String) throws -> [any Kind] {
        let city = try City()
        return try [
            Bodies(city), SenMLPacks(city), Messages(city), Histories(place), RuleSources(city), Tables(),
            Expressions(), Encodings(city), Segments(place), Controls(place),
        ]
    }

    private func one(_ kind: any Kind, _ number: Int, shows: Bool = false) throws {
        var random = FuzzRandom(seed: seed, kind: kind.name, number: number)
        let replay = "make fuzz SEED=\(seed) ONLY=\(kind.name):\(number)"
        Watch.announce("\(kind.name):\(number) FAILED: a trap, or no end; replay: \(replay)\n")
        let report = Report(shows: shows)
        do {
            try kind.run(&random, report)
        } catch {
            print("\(kind.name):\(number) FAILED: \(error)")
            if !shows { for line in report.lines { print(line) } }
            print("replay: \(replay)")
            throw ExitCode(1)
        }
    }
}

/// One kind of input and what must hold of it.
protocol Kind: AnyObject {
    var name: String { get }
    /// Every so manieth case is made.
    var pace: Int { get }
    /// What the cases came to, so that one sees that they are not all refused at the door.
    var summary: String { get }
    /// Makes one case, the same for the same random numbers, and checks it. Throws `Broken` where a promise is broken.
    func run(_ random: inout FuzzRandom, _ report: Report) throws
}

/// What the failing case was made of.
final class Report {
    private(set) var lines: [String] = []
    private let shows: Bool

    init(shows: Bool) { self.shows = shows }

    func input(_ what: String, _ bytes: [UInt8]) {
        note("\(what), \(bytes.count) bytes: \(quoted(bytes.prefix(2000)))")
    }

    /// A trap leaves no time to print: one case run alone says what it does as it goes.
    func note(_ line: String) {
        lines.append(line)
        if shows { FileHandle.standardError.write(Data((line + "\n").utf8)) }
    }
}

/// A promise that did not hold.
struct Broken: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

func require(_ holds: Bool, _ message: @autoclosure () -> String) throws {
    if !holds { throw Broken(message()) }
}

/// Bytes as a literal that can be pasted.
func quoted(_ bytes: some Sequence<UInt8>) -> String {
    var text = "\""
    for byte in bytes {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
        case UInt8(ascii: "\n"): text += "\\n"
        case 0x20..<0x7F: text += String(UnicodeScalar(byte))
        default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
    return text + "\""
}
