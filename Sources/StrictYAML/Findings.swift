/// Collects the findings of one run over any number of files, so that a user sees all of them at once.
public final class Findings {
    /// In the order in which they were made.
    public private(set) var list: [Finding] = []

    public init() {}

    public func add(_ finding: Finding) { list.append(finding) }

    public var hasErrors: Bool { list.contains { $0.severity == .error } }

    /// By path, then place; equal places keep their order.
    public var sorted: [Finding] {
        list.enumerated()
            .sorted { a, b in
                (a.element.path, a.element.line, a.element.column, a.offset)
                    < (b.element.path, b.element.line, b.element.column, b.offset)
            }
            .map(\.element)
    }
}
