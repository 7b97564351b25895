/// The changes that are tried on a text that is no YAML, and how each is told.
extension SyntaxAdvice {
    /// One full-width sign, or several that only help together: then the first that cannot be left out.
    var fullWidth: ComposeFailure? {
        let signs = fullWidthSigns
        let edits = signs.map(replacement)
        var guilty = edits.firstIndex { helps([$0]) }
        if guilty == nil, helps(edits) {
            guilty = edits.indices.first { index in
                !helps(edits.enumerated().filter { $0.offset != index }.map(\.element))
            }
        }
        guard let guilty else { return nil }
        let (line, column, sign) = signs[guilty]
        return told(
            line, column, sign.description + (sign.ascii == " " ? " and no blank to YAML" : " and no sign of YAML"),
            sign.advice)
    }

    /// From where something began that does not end, else those before the stop.
    private var fullWidthSigns: [(line: Int, column: Int, sign: FullWidth)] {
        var isNear = isIn("parsing a flow") || isIn("scanning")
        let from = begin ?? (0, 0)
        if begin == nil { isNear = false }
        var found: [(line: Int, column: Int, sign: FullWidth)] = []
        for line in (isNear ? from.line : 0)...stop.line {
            for (column, scalar) in lines[line].enumerated()
            where (line, column) <= (stop.line, stop.column) && (!isNear || (line, column) >= from) {
                if let sign = FullWidth(scalar), isPlausible(sign, line, column) { found.append((line, column, sign)) }
            }
        }
        return Array(isNear ? found.prefix(Self.maximumTrials) : found.suffix(Self.maximumTrials))
    }

    /// A colon ends a key and a comma comes before one, and keys are ASCII: between Chinese characters both are text.
    private func isPlausible(_ sign: FullWidth, _ line: Int, _ column: Int) -> Bool {
        switch sign.ascii {
        case ":": column > 0 && lines[line][column - 1].isASCII
        case ",": lines[line][(column + 1)...].first { $0 != " " }?.isASCII ?? true
        default: true
        }
    }

    private func replacement(_ place: (line: Int, column: Int, sign: FullWidth)) -> Edit {
        let next = place.column + 1 < lines[place.line].count ? lines[place.line][place.column + 1] : " "
        // A colon wants a space behind it; in an indentation a full-width space looks like two.
        let isIndent = place.sign.ascii == " " && lines[place.line][..<place.column].allSatisfy { $0 == " " }
        let space = isIndent || (place.sign.ascii == ":" && next != " ") ? " " : ""
        return Edit(
            line: place.line, column: place.column, removed: 1, inserted: String(place.sign.ascii) + space)
    }

    /// A bracket or quote that is not closed, closed by another, or closed without having been opened.
    var closing: ComposeFailure? { unopenedBracket ?? unclosedQuote ?? unclosedBracket ?? strayCloser }

    /// `title: zh: 甲, en: A}`
    private var unopenedBracket: ComposeFailure? {
        let text = lines[stop.line]
        for (opener, closer) in [("{", "}"), ("[", "]")] as [(Unicode.Scalar, Unicode.Scalar)] {
            guard !text.contains(opener), let end = text.lastIndex(of: closer) else { continue }
            let colons = text[..<end].indices.dropLast().filter { text[$0] == ":" && text[$0 + 1] == " " }
            let dash = text.firstIndex { $0 != " " }.flatMap { text[$0] == "-" ? $0 : nil }
            let before = opener == "{" ? [dash, colons.first] : [colons.last]
            let starts = before.compactMap { $0 }.map { sign in text[(sign + 1)...].firstIndex { $0 != " " } ?? end }
            let found = starts.first { helps([Edit(line: stop.line, column: $0, inserted: String(opener))]) }
            guard let start = found else { continue }
            let width = max(1, text[start...].prefix { isWord($0) }.count)
            return told(
                stop.line, start, width: width, "the '\(closer)' of this line has no '\(opener)'",
                "write '\(opener)' before '\(string(text[start..<(start + width)]))'")
        }
        return nil
    }

    private var unclosedQuote: ComposeFailure? {
        let first = max(begin?.line ?? 0, stop.line - Self.maximumLines, 0)
        for line in first...stop.line {
            for quote in ["\"", "'"] as [Unicode.Scalar] {
                guard let column = openQuote(quote, line) else { continue }
                let length = lengthOfText(line)
                let ends = lines[line].indices.filter { $0 > column && "}],".unicodeScalars.contains(lines[line][$0]) }
                let found = (ends.suffix(Self.maximumLines) + [max(length, column + 1), lines[line].count]).contains {
                    helps([Edit(line: line, column: $0, inserted: String(quote))])
                }
                if found { return told(unclosed: quote, line, column) }
            }
        }
        guard isIn("scanning a quoted scalar"), let begin, begin.column < lines[begin.line].count else { return nil }
        return told(unclosed: lines[begin.line][begin.column], begin.line, begin.column)
    }

    private func told(unclosed quote: Unicode.Scalar, _ line: Int, _ column: Int) -> ComposeFailure {
        told(line, column, "the quote that begins here is not closed", "close it with \(quote) where the text ends")
    }

    /// The last of an odd number of quotes, where a value may begin.
    private func openQuote(_ quote: Unicode.Scalar, _ line: Int) -> Int? {
        let text = lines[line]
        let places = text.indices.filter { text[$0] == quote }
        guard places.count % 2 == 1, let last = places.last else { return nil }
        return last == 0 || " [{,".unicodeScalars.contains(text[last - 1]) ? last : nil
    }

    private var unclosedBracket: ComposeFailure? {
        guard isIn("parsing a flow"), let begin = openBracket else { return nil }
        let opener = lines[begin.line][begin.column]
        let closer = opener == "{" ? "}" : "]"
        let stopped = stop.column < lines[stop.line].count ? lines[stop.line][stop.column] : " "
        if stopped == "}" || stopped == "]",
            helps([Edit(line: stop.line, column: stop.column, removed: 1, inserted: closer)])
        {
            return told(
                stop.line, stop.column, "'\(stopped)' cannot close the '\(opener)' of line \(begin.line + 1)",
                "write '\(closer)'")
        }
        let last = min(stop.line, begin.line + Self.maximumLines)
        let end = (begin.line...last).first { line in
            (line < stop.line || stop.column >= lengthOfText(line))
                && helps([Edit(line: line, column: lengthOfText(line), inserted: closer)])
        }
        guard end != nil || stop.line == lines.count - 1, begin.line < stop.line || end != nil else { return nil }
        return told(
            begin.line, begin.column, "the '\(opener)' that begins here is not closed",
            "write '\(closer)' at the end of line \((end ?? begin.line) + 1)")
    }

    /// The last bracket before the stop that is open there.
    private var openBracket: (line: Int, column: Int)? {
        var depth = 0
        for line in stride(from: stop.line, through: max(0, stop.line - Self.maximumLines), by: -1) {
            for column in lines[line].indices.reversed() where (line, column) < stop {
                let sign = lines[line][column]
                if sign == "}" || sign == "]" { depth += 1 }
                guard sign == "{" || sign == "[" else { continue }
                guard depth > 0 else { return (line, column) }
                depth -= 1
            }
        }
        return nil
    }

    private var strayCloser: ComposeFailure? {
        guard stop.column < lines[stop.line].count else { return nil }
        let sign = lines[stop.line][stop.column]
        guard sign == "}" || sign == "]",
            helps([Edit(line: stop.line, column: stop.column, removed: 1, inserted: "")])
        else { return nil }
        return told(stop.line, stop.column, "this '\(sign)' closes nothing", "remove it")
    }

    /// Indentation, and colons that are missing or stand too close.
    var placing: ComposeFailure? {
        guard !failure.message.contains("expected '-'") else { return nil }
        if let colon = colonInside { return colon }
        let near = Set([stop.line, stop.line - 1, begin?.line ?? stop.line]).filter { $0 >= 0 }.sorted()
        for line in near {
            if let colon = colon(line) { return colon }
        }
        for line in near.reversed() {
            if let indentation = indentation(line) { return indentation }
        }
        return nil
    }

    /// `domain gas` and `domain:gas`.
    private func colon(_ line: Int) -> ComposeFailure? {
        let text = lines[line]
        let dash = indent(line)
        if dash + 1 < text.count, text[dash] == "-", text[dash + 1] != " ",
            helps([Edit(line: line, column: dash + 1, inserted: " ")])
        {
            return told(line, dash, "a space is missing after '-'", "write '- '")
        }
        let start = text.firstIndex { $0 != " " && $0 != "-" } ?? text.count
        let end = text[start...].firstIndex { !isWord($0) } ?? text.count
        guard end > start else { return nil }
        let key = string(text[start..<end])
        let value = string(text[end..<max(end, lengthOfText(line))].drop { $0 == ":" || $0 == " " })
        let help = "write '\(key): \(value.isEmpty ? "…" : value)'"
        guard end < text.count, text[end] == ":" else {
            guard helps([Edit(line: line, column: end, inserted: ":")]) else { return nil }
            return told(line, start, width: end - start, "'\(key)' has no ':' after it", help)
        }
        guard end + 1 < text.count, text[end + 1] != " ",
            helps([Edit(line: line, column: end + 1, inserted: " ")])
        else { return nil }
        return told(line, end, "a space is missing after ':'", help)
    }

    /// `{support [甲]}` and `{support:[甲]}`.
    private var colonInside: ComposeFailure? {
        guard let word = wordBeforeStop, stop.column < lines[stop.line].count else { return nil }
        let key = string(lines[stop.line][word])
        if lines[stop.line][stop.column] == ":", helps([Edit(line: stop.line, column: stop.column + 1, inserted: " ")])
        {
            return told(stop.line, stop.column, "a space is missing after ':'", "write '\(key): …'")
        }
        guard "[{".unicodeScalars.contains(lines[stop.line][stop.column]),
            helps([Edit(line: stop.line, column: word.upperBound, inserted: ":")])
        else { return nil }
        return told(
            stop.line, word.lowerBound, width: word.count, "'\(key)' has no ':' after it", "write '\(key): …'")
    }

    func isWord(_ scalar: Unicode.Scalar) -> Bool { scalar == "_" || scalar.properties.isAlphabetic }

    /// A line further in or out than its neighbours.
    private func indentation(_ line: Int) -> ComposeFailure? {
        let mine = indent(line)
        guard mine < lines[line].count else { return nil }
        var tried: Set = [mine]
        for above in stride(from: line - 1, through: max(0, line - Self.maximumLines), by: -1) {
            let wanted = indent(above)
            guard wanted < lengthOfText(above), tried.insert(wanted).inserted,
                helps([Edit(line: line, column: 0, removed: mine, inserted: String(repeating: " ", count: wanted))])
            else { continue }
            let width = lines[line][mine...].prefix { isWord($0) }.count
            return told(
                line, mine, width: width, "the line is indented like nothing above it",
                "begin it in column \(wanted + 1) like line \(above + 1)")
        }
        return nil
    }

    private func indent(_ line: Int) -> Int { lines[line].prefix { $0 == " " }.count }

    /// Where no change helped: what the parser says, with what most often is behind it.
    var standing: ComposeFailure {
        var told = failure
        let last = lines.indices.last { lengthOfText($0) > 0 } ?? 0
        if (last, lengthOfText(last)) <= stop {
            // The file ends too soon: after its last text.
            told.mark = YAMLMark(line: last + 1, column: lines[last].count + 1)
        }
        let stopped = stop.column < lines[stop.line].count ? lines[stop.line][stop.column] : " "
        if stopped == "\t" || failure.message.contains("tab character") {
            told.help = "a tab stands here: write spaces"
        } else if failure.message.contains("expected '-'") {
            told.help = "begin each item of the list with '- ', or write none of them so"
        } else if failure.message.contains("block sequence entries") {
            told.help = "write the list as [a, b], or each item on a line of its own"
        } else if isIn("parsing a flow"), let begin, begin.line < stop.line {
            told.help = "close the bracket of line \(begin.line + 1), or quote a text with ': ' in it"
        } else if isIn("parsing a block") {
            told.help = "look at the indentation: keys of one mapping begin in one column"
        }
        return told
    }
}
