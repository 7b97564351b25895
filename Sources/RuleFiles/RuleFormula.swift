import Engine
import StrictYAML

/// The expressions of a rule.
extension RuleReader {
    enum Wanted {
        case boolean, number
    }

    func formula(_ item: YAMLItem, _ wanted: Wanted) -> Formula? {
        item.string().map { Formula(source: $0) }
    }
}
