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
        findings.add(
            Finding(
                path: path, line: mark?.line ?? 0, column: mark?.column ?? 0, width: mark?.width ?? 1,
                severity: severity, code: code, message: message, suggestion: help, sourceLine: line))
    }

    public func report(_ code: YAMLCode, at mark: YAMLMark?, _ message: String, help: String? = nil) {
        report(code.rawValue, at: mark, message, help: help)
    }

    private func text(ofLine number: Int) -> String {
        guard number >= 1, number <= lines.count else { return "" }
        return String(Substring(lines[number - 1]))
    }
}
