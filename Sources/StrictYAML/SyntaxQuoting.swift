/// The quotes and commas that are tried on a text that is no YAML.
extension SyntaxAdvice {
    /// A text that YAML reads as something else, or two pairs that nothing parts.
    var quoting: ComposeFailure? {
        guard !failure.message.contains("block sequence entries") else { return nil }
        if let (comma, key) = missingComma, helps([Edit(line: stop.line, column: comma, inserted: ",")]) {
            let word = string(lines[stop.line][key])
            return told(
                stop.line, key.lowerBound, width: key.count,
                "a ',' is missing before '\(word)', or the text needs quotes", "write ', \(word): …'")
        }
        let text = lines[stop.line]
        let (start, end) = stoppedText
        guard start < end else { return nil }
        let written = string(text[start..<end])
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
    private var missingComma: (column: Int, key: Range<Int>)? {
        guard let key = wordBeforeStop ?? wordAtStop,
            let last = lines[stop.line][..<key.lowerBound].lastIndex(where: { $0 != " " }),
            !":,{[-".unicodeScalars.contains(lines[stop.line][last]), last + 1 < key.lowerBound
        else { return nil }
        return (last + 1, key)
    }

    private var wordAtStop: Range<Int>? {
        let width = lines[stop.line][stop.column...].prefix { $0.isASCII && isWord($0) }.count
        return width > 0 ? stop.column..<(stop.column + width) : nil
    }

    /// The word that ends at the stop, or blanks before it.
    var wordBeforeStop: Range<Int>? {
        let before = lines[stop.line][..<stop.column]
        let end = before.lastIndex { $0 != " " }.map { $0 + 1 } ?? 0
        let start = before[..<end].lastIndex { !($0 == "_" || ($0.isASCII && isWord($0))) }.map { $0 + 1 } ?? 0
        return start < end ? start..<end : nil
    }
}
