import Engine
import StrictYAML

extension RuleDirectory {
    /// A limit that no registered subject has is a level that is never judged, or always by what stands in for it.
    static func lintLimits(
        _ rules: [Rule], _ files: [DirectoryFiles.File], _ paths: [String: String], _ registry: Registry,
        _ findings: Findings
    ) {
        let known = Set(registry.subjects.flatMap { $0.limits.map(\.name) }).sorted()
        let texts = Dictionary(files.map { ($0.path, $0.bytes) }, uniquingKeysWith: { first, _ in first })
        for rule in rules {
            let asked = Set(rule.ladder.flatMap { limits(in: $0.at) + ($0.clear.map(limits) ?? []) })
            for name in asked.subtracting(known).sorted() {
                guard let path = paths[rule.id], let bytes = texts[path] else { continue }
                findings.add(finding(name, path, String(decoding: bytes, as: UTF8.self), known))
            }
        }
    }

    private static func limits(in threshold: Rule.Threshold) -> [String] {
        switch threshold {
        case .number: []
        case .limit(let name, _): [name]
        case .dated(let dates): dates.flatMap { limits(in: $0.threshold) }
        }
    }

    private static func finding(_ name: String, _ path: String, _ text: String, _ known: [String]) -> Finding {
        let word = "limit.\(name)"
        let near = closest(to: name, among: known).map { "did you mean limit.\($0)?" }
        var finding = Finding(
            path: path, width: word.unicodeScalars.count, severity: .warning, code: RuleCode.unknownLimit.rawValue,
            message: "no subject of the registry has the limit '\(name)'",
            suggestion: near
                ?? (known.isEmpty
                    ? "give subjects of the registry this limit"
                    : "those that the registry has are: \(known.joined(separator: ", "))"))
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let code = line.prefix { $0 != "#" }
            guard let found = code.ranges(of: word).first(where: { !isNamePart(code[$0.upperBound...].first) }) else {
                continue
            }
            (finding.line, finding.sourceLine) = (number + 1, String(line))
            finding.column = code[..<found.lowerBound].unicodeScalars.count + 1
            break
        }
        return finding
    }

    private static func isNamePart(_ character: Character?) -> Bool {
        character.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
    }
}
