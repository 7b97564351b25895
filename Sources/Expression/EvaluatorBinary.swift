/// Operators of two operands, chosen by what the operands are when it runs.
extension Evaluator {
    mutating func binary(_ operation: Operation, _ a: Value, _ b: Value) throws(EvaluationError.Code) -> Value {
        switch operation {
        case .equal: return .bool(try Comparison.equal(a, b, budget: &budget))
        case .notEqual: return .bool(!(try Comparison.equal(a, b, budget: &budget)))
        case .less: return .bool(try Comparison.order(a, b).map { $0 < 0 } ?? false)
        case .lessEqual: return .bool(try Comparison.order(a, b).map { $0 <= 0 } ?? false)
        case .greater: return .bool(try Comparison.order(a, b).map { $0 > 0 } ?? false)
        case .greaterEqual: return .bool(try Comparison.order(a, b).map { $0 >= 0 } ?? false)
        case .add: return try add(a, b)
        case .subtract: return try Arithmetic.subtract(a, b)
        case .multiply: return try Arithmetic.multiply(a, b)
        case .divide: return try Arithmetic.divide(a, b)
        case .modulo: return try Arithmetic.modulo(a, b)
        case .isIn: return .bool(try contains(b, a))
        case .index: return try Selection.index(a, b)
        case .optionalIndex: return try Selection.optionalIndex(a, b)
        default: throw .noSuchOverload
        }
    }

    private mutating func add(_ a: Value, _ b: Value) throws(EvaluationError.Code) -> Value {
        switch (a, b) {
        case (.string(let a), .string(let b)):
            try charge((a.utf8.count + b.utf8.count) / Self.bytesPerStep)
            return .string(a + b)
        case (.bytes(let a), .bytes(let b)):
            try charge((a.count + b.count) / Self.bytesPerStep)
            return .bytes(a + b)
        case (.list(let a), .list(let b)):
            try charge(a.count + b.count)
            return .list(a + b)
        default: return try Arithmetic.add(a, b)
        }
    }

    private mutating func contains(_ collection: Value, _ wanted: Value) throws(EvaluationError.Code) -> Bool {
        switch collection {
        case .list(let elements):
            for element in elements {
                try charge(1)
                if try Comparison.equal(element, wanted, budget: &budget) { return true }
            }
            return false
        case .map(let map): return map[wanted] != nil
        default: throw .noSuchOverload
        }
    }
}
