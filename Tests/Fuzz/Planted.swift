/// Not a kind of input: fails, traps and hangs at will, to show what a failure looks like (`--only planted`).
final class Planted: Kind {
    let name = "planted"
    let pace = 1
    let summary = "fails at 3, traps at 5"

    func run(_ random: inout FuzzRandom, _ report: Report) throws {
        // The last number of the case decides: each can be asked for by itself.
        let number = random.next()
        report.note("number \(number)")
        try require(number != Self.number(3), "a planted failure")
        precondition(number != Self.number(5), "a planted trap")
    }

    private static func number(_ number: Int) -> UInt64 {
        var random = FuzzRandom(seed: 1, kind: "planted", number: number)
        return random.next()
    }
}
