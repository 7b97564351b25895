/// One file's name and text, with the findings that reading it makes.
public struct YAMLSource {
    public let path: String
    public let findings: Findings
    private let lines: [Substring.UTF8View]

    public init(path: String, text: String, findings: Findings) {
        self.path = path
        self.findings = findings
        lines = yamlLines(text.utf8)
    }

    public func report(
        _ code: String, at mark: YAMLMark?, _ message: String, help: String? = nil, severity: Finding.Severity = .error
    ) {
        let line = mark.map { text(ofLine: $0.line) } ?? ""
        if severity == .error, let mark, let (offset, sign) = fullWidth(code, mark, line) {
            return findings.add(
                Finding(
                    path: path, line: mark.line, column: mark.column + offset, severity: severity, code: code,
                    message: message, suggestion: "\(sign.description); \(sign.advice)", sourceLine: line))
        }
        findings.add(
            Finding(
                path: path, line: mark?.line ?? 0, column: mark?.column ?? 0, width: mark?.width ?? 1,
                severity: severity, code: code, message: message, suggestion: help, sourceLine: line))
    }

    public func report(_ code: YAMLCode, at mark: YAMLMark?, _ message: String, help: String? = nil) {
        report(code.rawValue, at: mark, message, help: help)
    }

    /// A full-width sign in what a finding is about. Where a mapping is missed, only one that would make it; names of
    /// things may have any.
    private func fullWidth(_ code: String, _ mark: YAMLMark, _ line: String) -> (offset: Int, sign: FullWidth)? {
        guard code != YAMLCode.syntax.rawValue, !code.hasPrefix("duplicate_") else { return nil }
        let isShape = code == YAMLCode.wrongShape.rawValue
        let rest = line.unicodeScalars.dropFirst(max(0, mark.column - 1))
        guard let found = FullWidth.first(in: isShape ? rest : rest.prefix(mark.width)) else { return nil }
        return isShape && !":{[".unicodeScalars.contains(found.sign.ascii) ? nil : found
    }

    /// The place of a scalar of a node's text that stands on one or more lines: the same count of scalars that are not
    /// blank lies before it, here and there. nil where an escape makes the two differ.
    func mark(of text: String, atScalar offset: Int, width: Int, from start: YAMLMark) -> YAMLMark? {
        let scalars = Array(text.unicodeScalars)
        var ahead = scalars[..<min(offset, scalars.count)].filter { !Self.isBlank($0) }[...]
        let isAtEnd = scalars.dropFirst(offset).allSatisfy(Self.isBlank)
        var line = start.line
        var skipped = start.column - 1
        while line >= 1, line <= lines.count {
            for (index, scalar) in Substring(lines[line - 1]).unicodeScalars.enumerated().dropFirst(skipped)
            where !Self.isBlank(scalar) {
                guard let next = ahead.popFirst() else {
                    guard scalars.dropFirst(offset).first(where: { !Self.isBlank($0) }) == scalar else { return nil }
                    return YAMLMark(line: line, column: index + 1, width: width)
                }
                guard next == scalar else { return nil }
                if ahead.isEmpty, isAtEnd { return YAMLMark(line: line, column: index + 2, width: width) }
            }
            (line, skipped) = (line + 1, 0)
        }
        return nil
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\n" || scalar == "\t" }

    private func text(ofLine number: Int) -> String {
        guard number >= 1, number <= lines.count else { return "" }
        return String(Substring(lines[number - 1]))
    }
}
