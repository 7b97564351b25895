/// Backslash escapes and bracketed classes of a pattern.
extension PatternParser {
    mutating func escape() throws(Failure) -> PatternPiece {
        switch current {
        case "A": return assertion(.textStart)
        case "z": return assertion(.textEnd)
        case "b": return assertion(.wordBoundary)
        case "B": return assertion(.notWordBoundary)
        default:
            if let set = try escapedClass() { return .one(set) }
            return literal(try escapedScalar())
        }
    }

    private mutating func assertion(_ assertion: Pattern.Assertion) -> PatternPiece {
        position += 1
        return .assertion(assertion)
    }

    /// `\d \D \s \S \w \W \p{…} \P{…}`; nil when the escape is a single character.
    private mutating func escapedClass() throws(Failure) -> ScalarClass? {
        guard let scalar = current else { throw Failure(message: "a backslash at the end") }
        let set: ScalarClass
        switch scalar {
        case "d": set = .digit
        case "D": set = .digit.inverted
        case "s": set = .space
        case "S": set = .space.inverted
        case "w": set = .word
        case "W": set = .word.inverted
        case "p", "P":
            position += 1
            return try property(negated: scalar == "P")
        default: return nil
        }
        position += 1
        return set
    }

    private mutating func property(negated: Bool) throws(Failure) -> ScalarClass {
        var name = ""
        if take("{") {
            while let scalar = current, scalar != "}", name.utf8.count < 32 {
                name.unicodeScalars.append(scalar)
                position += 1
            }
            guard take("}") else { throw Failure(message: "'\\p{' without '}'") }
        } else if let scalar = current {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        let inverted = name.hasPrefix("^")
        if inverted { name.removeFirst() }
        guard let set = ScalarClass.named(name, negated: negated != inverted) else {
            throw Failure(message: "the class \\p{\(name)} is not supported")
        }
        return set
    }

    private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
        guard let scalar = current else { throw Failure(message: "a backslash at the end") }
        position += 1
        switch scalar {
        case "a": return "\u{07}"
        case "f": return "\u{0C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{0B}"
        case "x": return try hexadecimal()
        case "0"..."7":
            position -= 1
            return try code(radix: 8, digits: 3)
        default:
            guard scalar.value < 0x80, !ScalarClass.word.contains(scalar) else {
                throw Failure(message: "'\\\(scalar)' is not supported")
            }
            return scalar
        }
    }

    private mutating func hexadecimal() throws(Failure) -> Unicode.Scalar {
        guard take("{") else { return try code(radix: 16, digits: 2) }
        let scalar = try code(radix: 16, digits: 6)
        guard take("}") else { throw Failure(message: "'\\x{' without '}'") }
        return scalar
    }

    private mutating func code(radix: UInt32, digits: Int) throws(Failure) -> Unicode.Scalar {
        var value: UInt32 = 0
        var count = 0
        while count < digits, let scalar = current, scalar.value < 0x80, let digit = hexDigit(UInt8(scalar.value)),
            digit < radix
        {
            value = value * radix + digit
            position += 1
            count += 1
        }
        guard count > 0, let scalar = Unicode.Scalar(value) else { throw Failure(message: "not a code point") }
        return scalar
    }

    /// After `[`.
    mutating func bracket() throws(Failure) -> ScalarClass {
        let negated = take("^")
        var set = ScalarClass()
        var first = true
        while let scalar = current, scalar != "]" || first {
            first = false
            if scalar == "[", position + 1 < scalars.count, scalars[position + 1] == ":" {
                set.insert(try posix())
                continue
            }
            if scalar == "\\" {
                position += 1
                if let inner = try escapedClass() {
                    set.insert(inner)
                    continue
                }
                position -= 1
            }
            let low = try bracketScalar()
            var high = low
            if current == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                high = try bracketScalar()
            }
            guard low <= high else { throw Failure(message: "a range backwards: \(low)-\(high)") }
            set.insert(low.value...high.value)
        }
        guard take("]") else { throw Failure(message: "'[' without ']'") }
        set.merge()
        if flags.ignoreCase { set.foldCase() }
        return negated ? set.inverted : set
    }

    private mutating func bracketScalar() throws(Failure) -> Unicode.Scalar {
        guard let scalar = current else { throw Failure(message: "'[' without ']'") }
        position += 1
        return scalar == "\\" ? try escapedScalar() : scalar
    }

    private mutating func posix() throws(Failure) -> ScalarClass {
        position += 2
        let negated = take("^")
        var name = ""
        while let scalar = current, ("a"..."z").contains(scalar), name.utf8.count < 16 {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard take(":"), take("]"), let set = Self.posixClass(name) else {
            throw Failure(message: "the class [:\(name):] is not supported")
        }
        return negated ? set.inverted : set
    }

    private static func posixClass(_ name: String) -> ScalarClass? {
        switch name {
        case "alnum": ScalarClass([48...57, 65...90, 97...122])
        case "alpha": ScalarClass([65...90, 97...122])
        case "ascii": ScalarClass([0...127])
        case "blank": ScalarClass([9...9, 32...32])
        case "cntrl": ScalarClass([0...31, 127...127])
        case "digit": .digit
        case "graph": ScalarClass([33...126])
        case "lower": ScalarClass([97...122])
        case "print": ScalarClass([32...126])
        case "punct": ScalarClass([33...47, 58...64, 91...96, 123...126])
        case "space": ScalarClass([9...13, 32...32])
        case "upper": ScalarClass([65...90])
        case "word": .word
        case "xdigit": ScalarClass([48...57, 65...70, 97...102])
        default: nil
        }
    }
}
