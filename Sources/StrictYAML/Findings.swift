/// Collects the findings of one run over any number of files, so that a user sees all of them at once.
public final class Findings {
    /// Most findings kept: nobody reads more, and a broken table has one a row.
    public static let maximum = 1000

    /// In the order in which they were made.
    public private(set) var list: [Finding] = []
    /// Beyond the maximum.
    public private(set) var omitted = 0
    public private(set) var hasErrors = false

    public init() {}

    public func add(_ finding: Finding) {
        if finding.severity == .error { hasErrors = true }
        if list.count == Self.maximum {
            omitted += 1
            // What stops the set is never left out for advice.
            guard finding.severity == .error, let advice = list.lastIndex(where: { $0.severity != .error }) else {
                return
            }
            list.remove(at: advice)
        }
        list.append(finding)
    }

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
