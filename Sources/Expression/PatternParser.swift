/// A pattern in pieces.
indirect enum PatternPiece {
    case empty
    case one(ScalarClass)
    case assertion(Pattern.Assertion)
    case sequence([PatternPiece])
    case either([PatternPiece])
    /// No upper bound when `most` is nil.
    case repeated(PatternPiece, least: Int, most: Int?)
}

/// Reads RE2 syntax.
struct PatternParser {
    typealias Failure = Pattern.Failure

    struct Flags {
        var ignoreCase = false
        var multiline = false
        var dotAll = false
    }

    var scalars: [Unicode.Scalar]
    var position = 0
    var flags = Flags()
    private var depth = 0

    init(_ source: String) { scalars = Array(source.unicodeScalars) }

    mutating func parse() throws(Failure) -> PatternPiece {
        let piece = try either()
        guard position == scalars.count else { throw Failure(message: "')' without '('") }
        return piece
    }

    var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        position += 1
        return true
    }

    private mutating func either() throws(Failure) -> PatternPiece {
        depth += 1
        defer { depth -= 1 }
        guard depth <= ExpressionLimits.depth else { throw Failure(message: "groups nested too deep") }
        var arms = [try sequence()]
        while take("|") { arms.append(try sequence()) }
        return arms.count == 1 ? arms[0] : .either(arms)
    }

    private mutating func sequence() throws(Failure) -> PatternPiece {
        var pieces: [PatternPiece] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            if scalar == "\\", position + 1 < scalars.count, scalars[position + 1] == "Q" {
                quoted(&pieces)
                continue
            }
            pieces.append(try repetition(of: try atom()))
        }
        return pieces.count == 1 ? pieces[0] : pieces.isEmpty ? .empty : .sequence(pieces)
    }

    private mutating func quoted(_ pieces: inout [PatternPiece]) {
        position += 2
        while let scalar = current {
            if scalar == "\\", position + 1 < scalars.count, scalars[position + 1] == "E" {
                position += 2
                return
            }
            pieces.append(literal(scalar))
            position += 1
        }
    }

    func literal(_ scalar: Unicode.Scalar) -> PatternPiece {
        var set = ScalarClass([scalar.value...scalar.value])
        if flags.ignoreCase { set.foldCase() }
        return .one(set)
    }

    private mutating func repetition(of atom: PatternPiece) throws(Failure) -> PatternPiece {
        let bounds: (least: Int, most: Int?)
        if take("*") {
            bounds = (0, nil)
        } else if take("+") {
            bounds = (1, nil)
        } else if take("?") {
            bounds = (0, 1)
        } else if let counted = try counts() {
            bounds = counted
        } else {
            return atom
        }
        _ = take("?")
        if let scalar = current, scalar == "*" || scalar == "+" || scalar == "?" {
            throw Failure(message: "a repetition of a repetition")
        }
        return .repeated(atom, least: bounds.least, most: bounds.most)
    }

    /// `{n}`, `{n,}`, `{n,m}`; anything else starting with a brace is the brace itself.
    private mutating func counts() throws(Failure) -> (least: Int, most: Int?)? {
        let start = position
        guard take("{"), let least = number() else {
            position = start
            return nil
        }
        var most: Int? = least
        if take(",") { most = number() }
        guard take("}") else {
            position = start
            return nil
        }
        guard least <= ExpressionLimits.patternRepeat, most ?? 0 <= ExpressionLimits.patternRepeat,
            most ?? least >= least
        else { throw Failure(message: "a repetition count beyond \(ExpressionLimits.patternRepeat), or backwards") }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = current, ("0"..."9").contains(scalar) {
            value = min((value ?? 0) * 10 + Int(scalar.value - 48), 1_000_000)
            position += 1
        }
        return value
    }

    private mutating func atom() throws(Failure) -> PatternPiece {
        guard let scalar = current else { return .empty }
        position += 1
        switch scalar {
        case "(": return try group()
        case "[": return .one(try bracket())
        case ".": return .one(flags.dotAll ? .any : .notNewline)
        case "^": return .assertion(flags.multiline ? .lineStart : .textStart)
        case "$": return .assertion(flags.multiline ? .lineEnd : .textEnd)
        case "*", "+", "?": throw Failure(message: "nothing to repeat before '\(scalar)'")
        case "\\": return try escape()
        default: return literal(scalar)
        }
    }

    private mutating func group() throws(Failure) -> PatternPiece {
        let outer = flags
        if take("?") {
            if take("P") || current == "<" {
                try groupName()
            } else if try groupFlags() {
                return .empty
            }
        }
        let inner = try either()
        guard take(")") else { throw Failure(message: "'(' without ')'") }
        flags = outer
        return inner
    }

    private mutating func groupName() throws(Failure) {
        guard take("<") else { throw Failure(message: "a group name is written (?P<name>…)") }
        let start = position
        while let scalar = current, ScalarClass.word.contains(scalar) { position += 1 }
        guard position > start, take(">") else { throw Failure(message: "a group name is letters, digits and '_'") }
    }

    /// Flags after `(?`; whether they end with `)` and so apply to the rest of the enclosing group.
    private mutating func groupFlags() throws(Failure) -> Bool {
        var on = true
        while let scalar = current {
            position += 1
            switch scalar {
            case "i": flags.ignoreCase = on
            case "m": flags.multiline = on
            case "s": flags.dotAll = on
            case "U": break
            case "-": on = false
            case ":": return false
            case ")": return true
            default: throw Failure(message: "'(?\(scalar)' is not supported")
            }
        }
        throw Failure(message: "'(' without ')'")
    }
}
