// Shared by the tests of this target: read a text, use it, list what was found.
import StrictYAML

/// What `use` returned for the text's root, and the findings as `line:column code`.
func reading<T>(_ text: String, limits: YAMLLimits = .standard, _ use: (YAMLItem) -> T?) -> (T?, [String]) {
    let findings = Findings()
    let value = YAMLDocument.read(path: "t.yml", text: text, limits: limits, findings: findings).flatMap(use)
    return (value, findings.list.map { "\($0.line):\($0.column) \($0.code)" })
}
