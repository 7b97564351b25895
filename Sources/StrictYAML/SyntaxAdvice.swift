/// Explains why a text is no YAML: what people get wrong is mended on trial, and the first change after which the text
/// reads further is the advice. The parser itself only says where it could go no further.
struct SyntaxAdvice {
    /// A change of one line; columns from 0, in scalars.
    struct Edit {
        var line: Int
        var column: Int
        var removed = 0
        var inserted: String
    }

    /// Larger files get the parser's words: each trial reads the file again.
    static let maximumBytes = 1 << 18
    /// Changes of one kind that are tried.
    static let maximumTrials = 32
    /// Lines between a bracket or quote and its end that are tried.
    static let maximumLines = 12

    let failure: ComposeFailure
    let lines: [[Unicode.Scalar]]
    private let limits: YAMLLimits

    static func explain(_ failure: ComposeFailure, in text: String, limits: YAMLLimits) -> ComposeFailure {
        guard failure.code == .syntax, failure.mark != nil, text.utf8.count <= maximumBytes else { return failure }
        let lines = yamlLines(text.utf8).map { Array(Substring($0).unicodeScalars) }
        let advice = SyntaxAdvice(failure: failure, lines: lines, limits: limits)
        return advice.fullWidth ?? advice.closing ?? advice.placing ?? advice.quoting ?? advice.standing
    }

    /// Where the parser stopped, from 0; the end of the file counts as the end of its last line.
    var stop: (line: Int, column: Int) {
        let mark = failure.mark ?? YAMLMark(line: 1, column: 1)
        guard mark.line <= lines.count else { return (lines.count - 1, lines[lines.count - 1].count) }
        return (mark.line - 1, min(mark.column - 1, lines[mark.line - 1].count))
    }

    /// Where what it was reading began, from 0; not after the stop.
    var begin: (line: Int, column: Int)? {
        guard let mark = failure.contextMark, (mark.line - 1, mark.column - 1) <= stop else { return nil }
        return (mark.line - 1, mark.column - 1)
    }

    func isIn(_ context: String) -> Bool { failure.message.contains("while " + context) }

    /// Whether the text reads past the line at which it stopped.
    func helps(_ edits: [Edit]) -> Bool {
        var changed = lines
        for edit in edits.sorted(by: { ($0.line, $0.column) > ($1.line, $1.column) }) {
            let end = edit.column + edit.removed
            changed[edit.line].replaceSubrange(edit.column..<end, with: Array(edit.inserted.unicodeScalars))
        }
        do throws(ComposeFailure) {
            _ = try compose(changed.map(string).joined(separator: "\n"), limits: limits)
            return true
        } catch {
            return (error.mark?.line ?? 0) > (failure.mark?.line ?? 0)
        }
    }

    func told(_ line: Int, _ column: Int, width: Int = 1, _ message: String, _ help: String) -> ComposeFailure {
        ComposeFailure(
            code: .syntax, mark: YAMLMark(line: line + 1, column: column + 1, width: width), message: message,
            help: help)
    }

    /// Without a comment at its end.
    func lengthOfText(_ line: Int) -> Int {
        let text = lines[line]
        var quote: Unicode.Scalar?
        for (column, scalar) in text.enumerated() {
            if scalar == quote { quote = nil } else if quote == nil, scalar == "\"" || scalar == "'" { quote = scalar }
            if scalar == "#", quote == nil, column == 0 || text[column - 1] == " " { return trimmed(text[..<column]) }
        }
        return trimmed(text[...])
    }

    private func trimmed(_ text: ArraySlice<Unicode.Scalar>) -> Int {
        (text.lastIndex { $0 != " " && $0 != "\t" } ?? -1) + 1
    }
}

func string(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars)
    return String(text)
}
