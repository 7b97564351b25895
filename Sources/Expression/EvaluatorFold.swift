/// Comprehensions: one pass over a list's elements or a map's entries in key order.
extension Evaluator {
    mutating func fold(_ node: Node) throws(EvaluationError) -> Value {
        let start = Int(node.a)
        let parts = (range: lists[start], condition: lists[start + 3], body: lists[start + 4])
        guard let kind = SyntaxTree.Fold.Kind(rawValue: UInt8(clamping: lists[start + 5])) else {
            throw failure(node, .invalidArgument)
        }
        let locals = (first: Int(lists[start + 1]), second: Int(lists[start + 2]))
        let range = try value(at: parts.range)
        var result = FoldResult(kind: kind)
        for index in 0..<(try size(of: range, node)) {
            bind(range, index, locals)
            budget -= 1
            guard budget >= 0 else { throw failure(node, .costExceeded) }
            if parts.condition >= 0 {
                guard case .bool(let holds) = try value(at: parts.condition) else {
                    throw failure(node, .noSuchOverload)
                }
                if !holds { continue }
            }
            if try step(node, parts.body, locals, &result) { break }
        }
        return try finish(node, result)
    }

    private struct FoldResult {
        let kind: SyntaxTree.Fold.Kind
        var decided = false
        var count = 0
        var firstError: EvaluationError?
        var elements: [Value] = []
        var entries: [MapValue.Entry] = []
    }

    private func size(of range: Value, _ node: Node) throws(EvaluationError) -> Int {
        switch range {
        case .list(let elements): return elements.count
        case .map(let map): return map.entries.count
        default: throw failure(node, .noSuchOverload)
        }
    }

    private mutating func bind(_ range: Value, _ index: Int, _ locals: (first: Int, second: Int)) {
        switch range {
        case .list(let elements):
            if locals.second >= 0 {
                self.locals[locals.first] = .int(Int64(index))
                self.locals[locals.second] = elements[index]
            } else {
                self.locals[locals.first] = elements[index]
            }
        case .map(let map):
            self.locals[locals.first] = map.entries[index].key
            if locals.second >= 0 { self.locals[locals.second] = map.entries[index].value }
        default: preconditionFailure("size(of:) has refused it")
        }
    }

    /// Whether the outcome is decided.
    private mutating func step(
        _ node: Node, _ body: Int32, _ locals: (first: Int, second: Int), _ result: inout FoldResult
    ) throws(EvaluationError) -> Bool {
        let variable = self.locals[locals.first]
        switch result.kind {
        case .all, .exists:
            do throws(EvaluationError) {
                guard case .bool(let holds) = try value(at: body) else { throw failure(node, .noSuchOverload) }
                result.decided = holds == (result.kind == .exists)
                return result.decided
            } catch {
                if error.code == .costExceeded { throw error }
                result.firstError = result.firstError ?? error
            }
        case .existsOne, .filter:
            guard case .bool(let holds) = try value(at: body) else { throw failure(node, .noSuchOverload) }
            if holds, result.kind == .existsOne { result.count += 1 }
            if holds, result.kind == .filter { result.elements.append(variable) }
        case .map: result.elements.append(try value(at: body))
        case .transformMap: result.entries.append(.init(key: variable, value: try value(at: body)))
        }
        return false
    }

    private mutating func finish(_ node: Node, _ result: FoldResult) throws(EvaluationError) -> Value {
        switch result.kind {
        case .all, .exists:
            if result.decided { return .bool(result.kind == .exists) }
            if let error = result.firstError { throw error }
            return .bool(result.kind == .all)
        case .existsOne: return .bool(result.count == 1)
        case .filter, .map: return .list(result.elements)
        case .transformMap:
            return try apply(node) { _ throws(EvaluationError.Code) in .map(try MapValue(result.entries)) }
        }
    }
}
