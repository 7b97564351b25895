/// A regular expression of RE2's kind: no back-references, no look-around, time linear in the text.
struct Pattern: Sendable {
    struct Failure: Error {
        var message: String
    }

    enum Assertion: UInt8 {
        case textStart = 0
        case textEnd, lineStart, lineEnd, wordBoundary, notWordBoundary
    }

    enum Instruction {
        case one(ScalarClass)
        case split(Int, Int)
        case jump(Int)
        case assert(Assertion)
        case match
    }

    private let instructions: [Instruction]

    /// Instructions; a match costs at most this many steps per code point.
    var size: Int { instructions.count }

    init(_ source: String) throws(Failure) {
        var parser = PatternParser(source)
        var compiler = PatternCompiler()
        instructions = try compiler.compile(try parser.parse())
    }

    /// Whether some part of the text matches; nil when the budget ran out. Four thread steps cost one.
    func matches(_ text: String, budget: inout Int) -> Bool? {
        var run = PatternRun(instructions, steps: budget > Int.max / 8 ? Int.max / 2 : budget * 4)
        let found = run.matches(text)
        budget = run.steps / 4
        return found
    }
}

/// The threads of one match, advanced together one code point at a time.
private struct PatternRun {
    private let instructions: [Pattern.Instruction]
    private var current: [Int] = []
    private var next: [Int] = []
    /// The round in which an instruction was last added; a round is a position.
    private var added: [Int]
    private var stack: [Int] = []
    var steps: Int

    init(_ instructions: [Pattern.Instruction], steps: Int) {
        self.instructions = instructions
        added = Array(repeating: -1, count: instructions.count)
        self.steps = steps
    }

    mutating func matches(_ text: String) -> Bool? {
        var scalars = text.unicodeScalars.makeIterator()
        var previous: Unicode.Scalar?
        var following = scalars.next()
        var round = 0
        while true {
            if add(0, round, previous, following, to: \.current) { return true }
            guard steps >= 0 else { return nil }
            guard let scalar = following else { return false }
            let after = scalars.next()
            next.removeAll(keepingCapacity: true)
            round += 1
            for thread in current {
                steps -= 1
                if case .one(let set) = instructions[thread], set.contains(scalar),
                    add(thread + 1, round, scalar, after, to: \.next)
                {
                    return true
                }
            }
            guard steps >= 0 else { return nil }
            swap(&current, &next)
            previous = scalar
            following = after
        }
    }

    /// Follows everything that consumes nothing; whether that reached a match.
    private mutating func add(
        _ start: Int, _ round: Int, _ before: Unicode.Scalar?, _ after: Unicode.Scalar?,
        to list: WritableKeyPath<PatternRun, [Int]>
    ) -> Bool {
        stack.append(start)
        while let index = stack.popLast() {
            steps -= 1
            guard added[index] != round else { continue }
            added[index] = round
            switch instructions[index] {
            case .match:
                stack.removeAll(keepingCapacity: true)
                return true
            case .jump(let target): stack.append(target)
            case .split(let a, let b):
                stack.append(b)
                stack.append(a)
            case .assert(let assertion):
                if Self.holds(assertion, before, after) { stack.append(index + 1) }
            case .one: self[keyPath: list].append(index)
            }
        }
        return false
    }

    private static func holds(_ assertion: Pattern.Assertion, _ before: Unicode.Scalar?, _ after: Unicode.Scalar?)
        -> Bool
    {
        func isWord(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { ScalarClass.word.contains($0) } ?? false }
        return switch assertion {
        case .textStart: before == nil
        case .textEnd: after == nil
        case .lineStart: before == nil || before == "\n"
        case .lineEnd: after == nil || after == "\n"
        case .wordBoundary: isWord(before) != isWord(after)
        case .notWordBoundary: isWord(before) == isWord(after)
        }
    }
}
