/// One file's name and text, with the findings that reading it makes.
public struct YAMLSource {
    public let path: String
    public let findings: Findings
    private let lines: [Substring]

    public init(path: String, text: String, findings: Findings) {
        self.path = path
        self.findings = findings
        lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }

    public func report(
        _ code: String, at mark: YAMLMark?, _ message: String, help: String? = nil, severity: Finding.Severity = .error
    ) {
        let line = mark.map { $0.line >= 1 && $0.line <= lines.count ? String(lines[$0.line - 1]) : "" } ?? ""
        findings.add(
            Finding(
                path: path, line: mark?.line ?? 0, column: mark?.column ?? 0, width: mark?.width ?? 1,
                severity: severity, code: code, message: message, suggestion: help, sourceLine: line))
    }

    public func report(_ code: YAMLCode, at mark: YAMLMark?, _ message: String, help: String? = nil) {
        report(code.rawValue, at: mark, message, help: help)
    }
}
