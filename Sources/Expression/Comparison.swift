/// Equality and order as CEL has them: numbers compare by value across kinds, NaN equals nothing.
enum Comparison {
    /// Values of different kinds are unequal, not an error. Elements of lists and maps cost a step each.
    static func equal(
        _ a: Value, _ b: Value, budget: inout Int, depth: Int = 0
    ) throws(EvaluationError.Code) -> Bool {
        switch (a, b) {
        case (.null, .null): return true
        case (.bool(let a), .bool(let b)): return a == b
        case (.int, _), (.uint, _), (.double, _): return numeric(a, b) == 0
        case (.string(let a), .string(let b)): return Text.same(a, b)
        case (.bytes(let a), .bytes(let b)): return a == b
        case (.timestamp(let a, let x), .timestamp(let b, let y)): return a == b && x == y
        case (.duration(let a), .duration(let b)): return a == b
        case (.type(let a), .type(let b)): return a == b
        case (.optional(let a), .optional(let b)):
            guard let a, let b else { return a == nil && b == nil }
            return try nested(a, b, &budget, depth)
        case (.list(let a), .list(let b)):
            guard a.count == b.count else { return false }
            for (x, y) in zip(a, b) where !(try nested(x, y, &budget, depth)) { return false }
            return true
        case (.map(let a), .map(let b)):
            guard a.entries.count == b.entries.count else { return false }
            for (x, y) in zip(a.entries, b.entries) {
                guard MapValue.order(x.key, y.key) == 0, try nested(x.value, y.value, &budget, depth) else {
                    return false
                }
            }
            return true
        default: return false
        }
    }

    private static func nested(
        _ a: Value, _ b: Value, _ budget: inout Int, _ depth: Int
    ) throws(EvaluationError.Code) -> Bool {
        budget -= 1
        guard budget >= 0 else { throw .costExceeded }
        guard depth < ExpressionLimits.valueDepth else { throw .tooDeep }
        return try equal(a, b, budget: &budget, depth: depth + 1)
    }

    /// Negative, zero, positive; nil when one is NaN. Throws where the kinds have no order.
    static func order(_ a: Value, _ b: Value) throws(EvaluationError.Code) -> Int? {
        switch (a, b) {
        case (.bool(let a), .bool(let b)): return (a ? 1 : 0) - (b ? 1 : 0)
        case (.int, .int), (.int, .uint), (.int, .double), (.uint, .int), (.uint, .uint), (.uint, .double),
            (.double, .int), (.double, .uint), (.double, .double):
            return numeric(a, b)
        case (.string(let a), .string(let b)): return Text.order(a, b)
        case (.bytes(let a), .bytes(let b)): return Text.order(a, b)
        case (.timestamp(let a, let x), .timestamp(let b, let y)): return sign(a, b) != 0 ? sign(a, b) : sign(x, y)
        case (.duration(let a), .duration(let b)): return sign(a, b)
        default: throw .noSuchOverload
        }
    }

    private static func sign<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a == b ? 0 : 1 }

    private static func sign(_ a: Double, _ b: Double) -> Int? { a < b ? -1 : a == b ? 0 : a > b ? 1 : nil }

    /// nil when either is no number or NaN. A whole number beside a double is rounded to a double first.
    static func numeric(_ a: Value, _ b: Value) -> Int? {
        switch (a, b) {
        case (.int(let a), .int(let b)): sign(a, b)
        case (.uint(let a), .uint(let b)): sign(a, b)
        case (.double(let a), .double(let b)): sign(a, b)
        case (.int(let a), .uint(let b)): a < 0 ? -1 : sign(UInt64(a), b)
        case (.uint(let a), .int(let b)): b < 0 ? 1 : sign(a, UInt64(b))
        case (.int(let a), .double(let b)): sign(Double(a), b)
        case (.uint(let a), .double(let b)): sign(Double(a), b)
        case (.double(let a), .int(let b)): sign(a, Double(b))
        case (.double(let a), .uint(let b)): sign(a, Double(b))
        default: nil
        }
    }
}
