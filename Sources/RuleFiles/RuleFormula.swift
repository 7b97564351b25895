import Engine
import Expression
import StrictYAML

/// The expressions of a rule, compiled and checked where they stand.
extension RuleReader {
    /// An expression over an event.
    func formula(_ item: YAMLItem, _ wanted: Formula.Yield) -> Formula? {
        compile(item) { source throws(ExpressionFailure) in try Formula(event: source, yield: wanted) }
    }

    /// A condition over the rule's named values.
    func gate(_ item: YAMLItem, names: [String]) -> Formula? {
        compile(item) { source throws(ExpressionFailure) in try Formula(values: source, names: names) }
    }

    private func compile(_ item: YAMLItem, _ make: (String) throws(ExpressionFailure) -> Formula) -> Formula? {
        guard let source = item.string() else { return nil }
        do throws(ExpressionFailure) {
            return try make(source)
        } catch {
            for problem in error.errors {
                item.source.report(
                    .expression, at: item.mark(atScalar: problem.offset, width: max(1, problem.length)),
                    "\(problem.code.rawValue): \(problem.message)", help: problem.suggestion)
            }
            return nil
        }
    }
}
