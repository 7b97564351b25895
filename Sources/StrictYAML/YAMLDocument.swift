/// Opens a file as one YAML document, or says what keeps it from being one.
public enum YAMLDocument {
    /// Reads `bytes`; on failure the findings have an error and the result is nil.
    public static func read(
        path: String, bytes: [UInt8], limits: YAMLLimits = .standard, findings: Findings
    ) -> YAMLItem? {
        let empty = YAMLSource(path: path, text: "", findings: findings)
        guard bytes.count <= limits.bytes else {
            empty.report(
                .fileTooLarge, at: nil, "the file has \(bytes.count) bytes, at most \(limits.bytes) are read",
                help: "split it into several files")
            return nil
        }
        let withoutMark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        guard let text = String(validating: withoutMark, as: UTF8.self) else {
            empty.report(.notUTF8, at: nil, "the file is not UTF-8", help: "save it as UTF-8")
            return nil
        }
        return read(path: path, text: text, limits: limits, findings: findings)
    }

    public static func read(
        path: String, text: String, limits: YAMLLimits = .standard, findings: Findings
    ) -> YAMLItem? {
        let source = YAMLSource(path: path, text: text, findings: findings)
        guard !reportTabs(text, source) else { return nil }
        do throws(ComposeFailure) {
            guard let root = try compose(text, limits: limits) else {
                source.report(.emptyFile, at: nil, "the file is empty", help: "write it, or remove it")
                return nil
            }
            return YAMLItem(node: root, name: "the file", source: source)
        } catch {
            let told = SyntaxAdvice.explain(error, in: text, limits: limits)
            source.report(told.code, at: told.mark, told.message, help: told.help)
            return nil
        }
    }

    /// YAML forbids tabs as indentation and reports them obscurely; the first one is named plainly.
    private static func reportTabs(_ text: String, _ source: YAMLSource) -> Bool {
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let indent = line.prefix { $0 == " " || $0 == "\t" }
            guard let tab = indent.firstIndex(of: "\t"), indent.count < line.count else { continue }
            let column = line.distance(from: line.startIndex, to: tab) + 1
            source.report(
                .tabIndent, at: YAMLMark(line: index + 1, column: column), "the line is indented with a tab",
                help: "indent with spaces")
            return true
        }
        return false
    }
}
