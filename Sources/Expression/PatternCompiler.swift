/// Lays a parsed pattern out as instructions, refusing more than `ExpressionLimits.patternInstructions`.
struct PatternCompiler {
    private var instructions: [Pattern.Instruction] = []
    /// Pieces laid out, empty ones too, so that repeated nothing is bounded as well.
    private var work = 0

    mutating func compile(_ piece: PatternPiece) throws(Pattern.Failure) -> [Pattern.Instruction] {
        try emit(piece)
        try add(.match)
        return instructions
    }

    private mutating func add(_ instruction: Pattern.Instruction) throws(Pattern.Failure) {
        guard instructions.count < ExpressionLimits.patternInstructions else { throw Self.tooLarge }
        instructions.append(instruction)
    }

    private static let tooLarge = Pattern.Failure(
        message: "the pattern needs more than \(ExpressionLimits.patternInstructions) instructions")

    private mutating func emit(_ piece: PatternPiece) throws(Pattern.Failure) {
        work += 1
        guard work <= ExpressionLimits.patternInstructions * 4 else { throw Self.tooLarge }
        switch piece {
        case .empty: break
        case .one(let set): try add(.one(set))
        case .assertion(let assertion): try add(.assert(assertion))
        case .sequence(let pieces): for piece in pieces { try emit(piece) }
        case .either(let pieces): try emitEither(pieces)
        case .repeated(let inner, let least, let most):
            for _ in 0..<least { try emit(inner) }
            guard let most else { return try emitStar(inner) }
            try emitOptional(inner, times: most - least)
        }
    }

    private mutating func emitEither(_ pieces: [PatternPiece]) throws(Pattern.Failure) {
        var ends: [Int] = []
        for (index, piece) in pieces.enumerated() {
            guard index < pieces.count - 1 else {
                try emit(piece)
                break
            }
            let split = instructions.count
            try add(.split(split + 1, 0))
            try emit(piece)
            ends.append(instructions.count)
            try add(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for end in ends { instructions[end] = .jump(instructions.count) }
    }

    private mutating func emitStar(_ inner: PatternPiece) throws(Pattern.Failure) {
        let split = instructions.count
        try add(.split(split + 1, 0))
        try emit(inner)
        try add(.jump(split))
        instructions[split] = .split(split + 1, instructions.count)
    }

    /// `(x(x(x)?)?)?`, flat: every split leaves to the common end.
    private mutating func emitOptional(_ inner: PatternPiece, times: Int) throws(Pattern.Failure) {
        var splits: [Int] = []
        for _ in 0..<times {
            splits.append(instructions.count)
            try add(.split(instructions.count + 1, 0))
            try emit(inner)
        }
        for split in splits { instructions[split] = .split(split + 1, instructions.count) }
    }
}
