import Expression

/// The commonest condition of a rule, as an expression and as Swift.
struct ThresholdCondition {
    private(set) var expression = Samples()
    private(set) var closure = Samples()

    init() throws {
        let environment = try Environment([.init("value", .double), .init("quality", .string)])
        let program = try Expression.compile(#"value > 50.0 && quality == "good""#, environment, expecting: [.bool])
        let values = (0..<Bounds.conditionRows).map { Double($0 * 7919 % 100) }
        let qualities = (0..<Bounds.conditionRows).map { $0 % 50 == 7 ? "suspect" : "good" }
        let slots = zip(values, qualities).flatMap { [Value.double($0), .string($1)] }
        let plain = Self.plain()
        var (asExpression, asClosure) = (0, 0)
        for _ in 0..<Bounds.runs {
            var started = Clocks.thread()
            try slots.withUnsafeBufferPointer { slots in
                for _ in 0..<Bounds.conditionRounds {
                    for row in 0..<Bounds.conditionRows {
                        let values = UnsafeBufferPointer(rebasing: slots[2 * row..<2 * row + 2])
                        if try program.holds(values) { asExpression += 1 }
                    }
                }
            }
            expression.add(Self.perRow(started))
            started = Clocks.thread()
            for _ in 0..<Bounds.conditionRounds {
                for row in 0..<Bounds.conditionRows where plain(values[row], qualities[row]) { asClosure += 1 }
            }
            closure.add(Self.perRow(started))
        }
        precondition(asExpression == asClosure, "both say the same")
    }

    /// Made here so that the loop cannot see into it.
    @inline(never) private static func plain() -> (Double, String) -> Bool { { $0 > 50 && $1 == "good" } }

    /// Nanoseconds.
    private static func perRow(_ started: Double) -> Double {
        (Clocks.thread() - started) / Double(Bounds.conditionRounds * Bounds.conditionRows) * 1e9
    }
}
