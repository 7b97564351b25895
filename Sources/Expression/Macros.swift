/// Calls that are rewritten while parsing: `has`, the comprehensions, `cel.bind`, `optMap` and `optFlatMap`.
extension Parser {
    mutating func hasMacro(_ arguments: [SyntaxTree.ID], from offset: Int) throws(ExpressionError) -> SyntaxTree.ID {
        guard arguments.count == 1 else { throw invalid(offset, "has() takes one field selection") }
        switch tree[arguments[0]].kind {
        case .select: return try add(.has(arguments[0]), from: offset)
        case .name where mode == .rules: return try add(.has(arguments[0]), from: offset)
        default: throw invalid(offset, "has() takes a field selection such as has(a.b)")
        }
    }

    /// nil when the call is no macro.
    mutating func receiverMacro(
        _ target: SyntaxTree.ID, _ name: String, _ arguments: [SyntaxTree.ID], from offset: Int
    ) throws(ExpressionError) -> SyntaxTree.ID? {
        switch (name, arguments.count) {
        case ("bind", 3):
            guard case .name("cel", _) = tree[target].kind else { return nil }
            return try add(.bind(variable(arguments[0]), arguments[1], arguments[2]), from: offset)
        case ("optMap", 2), ("optFlatMap", 2):
            let flat = name == "optFlatMap"
            return try add(.optionalMap(target, variable(arguments[0]), arguments[1], flat: flat), from: offset)
        default: break
        }
        guard var fold = try fold(target, name, arguments) else { return nil }
        fold.range = target
        if let second = fold.second, second == fold.first {
            throw invalid(offset, "the two variables of \(name)() need different names")
        }
        return try add(.fold(fold), from: offset)
    }

    private func fold(
        _ range: SyntaxTree.ID, _ name: String, _ arguments: [SyntaxTree.ID]
    ) throws(ExpressionError) -> SyntaxTree.Fold? {
        func make(_ kind: SyntaxTree.Fold.Kind, two: Bool, filtered: Bool) throws(ExpressionError) -> SyntaxTree.Fold {
            let bodyStart = two ? 2 : 1
            return SyntaxTree.Fold(
                kind: kind, range: range, first: try variable(arguments[0]),
                second: two ? try variable(arguments[1]) : nil, condition: filtered ? arguments[bodyStart] : nil,
                body: arguments[bodyStart + (filtered ? 1 : 0)])
        }
        switch (name, arguments.count) {
        case ("all", 2): return try make(.all, two: false, filtered: false)
        case ("all", 3): return try make(.all, two: true, filtered: false)
        case ("exists", 2): return try make(.exists, two: false, filtered: false)
        case ("exists", 3): return try make(.exists, two: true, filtered: false)
        case ("exists_one", 2), ("existsOne", 2): return try make(.existsOne, two: false, filtered: false)
        case ("exists_one", 3), ("existsOne", 3): return try make(.existsOne, two: true, filtered: false)
        case ("filter", 2): return try make(.filter, two: false, filtered: false)
        case ("map", 2): return try make(.map, two: false, filtered: false)
        case ("map", 3): return try make(.map, two: false, filtered: true)
        case ("transformList", 3): return try make(.map, two: true, filtered: false)
        case ("transformList", 4): return try make(.map, two: true, filtered: true)
        case ("transformMap", 3): return try make(.transformMap, two: true, filtered: false)
        case ("transformMap", 4): return try make(.transformMap, two: true, filtered: true)
        default: return nil
        }
    }

    private func variable(_ id: SyntaxTree.ID) throws(ExpressionError) -> String {
        guard case .name(let name, absolute: false) = tree[id].kind else {
            throw .init(
                code: .invalidMacro, offset: tree[id].offset, length: tree[id].length,
                message: "expected a variable name")
        }
        return name
    }

    private func invalid(_ offset: Int, _ message: String) -> ExpressionError {
        .init(code: .invalidMacro, offset: offset, length: previousEnd - offset, message: message)
    }
}
