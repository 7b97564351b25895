/// The quotes and commas that are tried on a text that is no YAML.
extension SyntaxAdvice {
    /// A text that YAML reads as something else, or two pairs that nothing parts.
    var quoting: ComposeFailure? {
        guard !failure.message.contains("block sequence entries") else { return nil }
        let text = lines[stop.line]
        let (start, end) = stoppedText
        guard start < end else { return nil }
        let written = string(text[start..<end])
        if let (comma, word) = missingComma(start),
            helps([Edit(line: stop.line, column: comma, inserted: ",")])
        {
            return told(
                stop.line, start, width: end - start, "a ',' is missing before '\(word)', or the text needs quotes",
                "write '\(string(text[start..<comma])), \(word): …'")
        }
        if written.last == "\"", helps([Edit(line: stop.line, column: start, inserted: "\"")]) {
            return told(
                stop.line, start, width: end - start, "the quote at the end of this text has none at its start",
                "write \" at the start too")
        }
        let quoted =
            written.contains { $0 == "\"" || $0 == "\\" } ? "'\(written.replacing("'", with: "''"))'" : "\"\(written)\""
        guard helps([Edit(line: stop.line, column: start, removed: end - start, inserted: quoted)]) else { return nil }
        return told(stop.line, start, width: end - start, "this text needs quotes", "write \(quoted)")
    }

    /// The value in which the parser stopped: all of a line's, or one between brackets.
    private var stoppedText: (start: Int, end: Int) {
        let text = lines[stop.line]
        let before = text[..<stop.column]
        let starts = before.indices.filter { index in
            let isAfterSign = before[index] == " " && index > 0 && ":,-".unicodeScalars.contains(before[index - 1])
            return isAfterSign || "{[".unicodeScalars.contains(before[index])
        }
        let length = lengthOfText(stop.line)
        guard !isIn("parsing a block"), let last = starts.last else { return (skipBlanks(starts.first), length) }
        let depth = before.count { $0 == "{" || $0 == "[" } - before.count { $0 == "}" || $0 == "]" }
        let inside = text[stop.column...].firstIndex { ",}]".unicodeScalars.contains($0) }
        return (skipBlanks(last), depth > 0 || isIn("parsing a flow") ? inside ?? length : length)
    }

    private func skipBlanks(_ before: Int?) -> Int {
        let text = lines[stop.line]
        guard let before else { return text.count }
        return text[(before + 1)...].firstIndex { $0 != " " } ?? text.count
    }

    /// In `{at: 10 clear: 8}`, where the comma belongs and the key after it.
    private func missingComma(_ start: Int) -> (column: Int, key: String)? {
        guard let word = wordBeforeStop, word.lowerBound > start else { return nil }
        let comma = lines[stop.line][..<word.lowerBound].lastIndex { $0 != " " }.map { $0 + 1 } ?? 0
        return comma > start && comma < word.lowerBound ? (comma, string(lines[stop.line][word])) : nil
    }

    /// The word that ends at the stop, or blanks before it.
    var wordBeforeStop: Range<Int>? {
        let before = lines[stop.line][..<stop.column]
        let end = before.lastIndex { $0 != " " }.map { $0 + 1 } ?? 0
        let start = before[..<end].lastIndex { !($0 == "_" || ($0.isASCII && isWord($0))) }.map { $0 + 1 } ?? 0
        return start < end ? start..<end : nil
    }
}
