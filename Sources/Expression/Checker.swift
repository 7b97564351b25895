/// Gives every node a type and every name a meaning, and collects all that does not fit.
struct Checker {
    /// What a node of the tree turned out to mean.
    enum Resolution {
        case none
        case slot(Int)
        case local(Int)
        case locals(Int, Int)
        case constant(Value)
        /// `namespaced`: the target of a method call was only part of the function's name.
        case function(Builtin, namespaced: Bool)
        case failure(EvaluationError.Code)
    }

    var tree: SyntaxTree
    let environment: Environment
    let mode: Mode
    /// Off only for conformance tests that skip the check: every type is dyn, unknown names fail when evaluated.
    let strict: Bool
    var unifier = TypeUnifier()
    var types: [ValueType]
    var resolutions: [Resolution]
    var errors: [ExpressionError] = []
    /// Variables of the comprehensions around the node being checked, innermost last.
    var scope: [(name: String, type: ValueType)] = []
    /// Most variables alive at once.
    var localCount = 0

    init(_ tree: SyntaxTree, _ environment: Environment, mode: Mode, strict: Bool = true) {
        self.tree = tree
        self.environment = environment
        self.mode = mode
        self.strict = strict
        types = Array(repeating: .dyn, count: tree.nodes.count)
        resolutions = Array(repeating: .none, count: tree.nodes.count)
    }

    /// The result's type, when nothing is wrong; `expecting` lists what the caller can use.
    mutating func run(expecting: [ValueType]) throws(ExpressionFailure) -> ValueType {
        let checked = check(tree.root)
        let type = unifier.resolved(checked, final: true)
        if strict, errors.isEmpty, !expecting.isEmpty, !expecting.contains(type), type != .dyn {
            if !(expecting.contains(.double) && promote(tree.root)) {
                let wanted = expecting.map(\.description).joined(separator: " or ")
                report(tree.root, .typeMismatch, "expected \(wanted), found \(type)")
            }
        }
        guard errors.isEmpty else { throw ExpressionFailure(errors) }
        return unifier.resolved(types[tree.root], final: true)
    }

    mutating func report(
        _ id: SyntaxTree.ID, _ code: ExpressionError.Code, _ message: String, _ suggestion: String? = nil
    ) {
        guard strict, errors.count < ExpressionLimits.errors else { return }
        let node = tree[id]
        errors.append(
            .init(code: code, offset: node.offset, length: node.length, message: message, suggestion: suggestion))
    }

    @discardableResult
    mutating func check(_ id: SyntaxTree.ID) -> ValueType {
        let inferred = infer(id)
        types[id] = strict ? unifier.resolved(inferred) : .dyn
        return types[id]
    }

    private mutating func infer(_ id: SyntaxTree.ID) -> ValueType {
        switch tree[id].kind {
        case .literal(let value): return Self.type(of: value)
        case .name, .select: return checkName(id)
        case .has(let operand): return checkHas(id, operand)
        case .index(let a, let b, let optional):
            check(a)
            check(b)
            return call(id, "index", Signatures.index(optional: optional), [a, b])
        case .not(let a):
            require(a, .bool)
            return .bool
        case .negate(let a):
            check(a)
            return call(id, "-", Signatures.negate, [a])
        case .binary(let operation, let a, let b): return checkBinary(id, operation, a, b)
        case .and(let operands), .or(let operands):
            for operand in operands { require(operand, .bool) }
            return .bool
        case .conditional(let condition, let a, let b):
            require(condition, .bool)
            check(a)
            check(b)
            promotePair(a, b)
            return join(id, types[a], types[b], "the branches of ?: differ")
        case .call(let name, let absolute, let arguments): return checkCall(id, name, absolute, arguments)
        case .method(let target, let name, let arguments): return checkMethod(id, target, name, arguments)
        case .list(let elements): return .list(checkElements(elements.map { ($0.node, $0.optional) }))
        case .map(let entries):
            let keys = checkElements(entries.map { ($0.key, false) })
            return .map(keys, checkElements(entries.map { ($0.value, $0.optional) }))
        case .fold(let fold): return checkFold(id, fold)
        case .bind(let name, let value, let body):
            return withVariables(id, [(name, check(value))]) { checker in checker.check(body) }
        case .optionalMap(let operand, let name, let body, let flat):
            return checkOptionalMap(id, operand, name, body, flat: flat)
        }
    }

    private static func type(of value: Value) -> ValueType {
        switch value {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .type: .type
        case .absent, .timestamp, .duration, .list, .map, .optional: .dyn
        }
    }

    mutating func require(_ id: SyntaxTree.ID, _ wanted: ValueType) {
        let type = check(id)
        guard strict, !unifier.assignable(type, to: wanted) else { return }
        report(id, .typeMismatch, "expected \(wanted), found \(unifier.resolved(type))")
    }

    private mutating func join(_ id: SyntaxTree.ID, _ a: ValueType, _ b: ValueType, _ message: String) -> ValueType {
        guard strict else { return .dyn }
        if let type = unifier.join(a, b) { return type }
        report(id, .typeMismatch, "\(message): \(unifier.resolved(a)) and \(unifier.resolved(b))")
        return .dyn
    }

    /// The elements' common type; dyn when they have none.
    private mutating func checkElements(_ elements: [(node: SyntaxTree.ID, optional: Bool)]) -> ValueType {
        for element in elements { check(element.node) }
        if mode == .rules, elements.contains(where: { types[$0.node] == .double }) {
            for element in elements { promote(element.node) }
        }
        var common: ValueType?
        for element in elements {
            var type = types[element.node]
            if element.optional {
                let inner = unifier.fresh()
                if strict, !unifier.assignable(type, to: .optional(inner)) {
                    report(element.node, .typeMismatch, "expected an optional after '?', found \(type)")
                }
                type = unifier.resolved(inner)
            }
            common = common.map { unifier.join($0, type) ?? .dyn } ?? type
        }
        return common ?? unifier.fresh()
    }

    /// Runs `body` with variables in scope; they get the next local numbers.
    mutating func withVariables(
        _ id: SyntaxTree.ID, _ variables: [(name: String, type: ValueType)], _ body: (inout Checker) -> ValueType
    ) -> ValueType {
        resolutions[id] = .locals(scope.count, scope.count + 1)
        scope.append(contentsOf: variables)
        localCount = max(localCount, scope.count)
        defer { scope.removeLast(variables.count) }
        return body(&self)
    }

    private mutating func checkFold(_ id: SyntaxTree.ID, _ fold: SyntaxTree.Fold) -> ValueType {
        let (first, second) = foldVariables(fold)
        var variables = [(name: fold.first, type: first)]
        if let name = fold.second { variables.append((name, second)) }
        return withVariables(id, variables) { checker in
            if let condition = fold.condition { checker.require(condition, .bool) }
            switch fold.kind {
            case .all, .exists, .existsOne:
                checker.require(fold.body, .bool)
                return .bool
            case .filter:
                checker.require(fold.body, .bool)
                return .list(first)
            case .map: return .list(checker.check(fold.body))
            case .transformMap: return .map(first, checker.check(fold.body))
            }
        }
    }

    private mutating func foldVariables(_ fold: SyntaxTree.Fold) -> (ValueType, ValueType) {
        let range = check(fold.range)
        let key = unifier.fresh()
        let value = unifier.fresh()
        guard strict, range != .dyn else { return (.dyn, .dyn) }
        if unifier.assignable(range, to: .list(value)) {
            return fold.second == nil ? (unifier.resolved(value), .dyn) : (.int, unifier.resolved(value))
        }
        guard unifier.assignable(range, to: .map(key, value)) else {
            report(fold.range, .typeMismatch, "expected a list or a map, found \(range)")
            return (.dyn, .dyn)
        }
        return (unifier.resolved(key), unifier.resolved(value))
    }

    private mutating func checkOptionalMap(
        _ id: SyntaxTree.ID, _ operand: SyntaxTree.ID, _ name: String, _ body: SyntaxTree.ID, flat: Bool
    ) -> ValueType {
        let inner = unifier.fresh()
        let type = check(operand)
        if strict, !unifier.assignable(type, to: .optional(inner)) {
            report(operand, .typeMismatch, "expected an optional, found \(type)")
        }
        return withVariables(id, [(name, unifier.resolved(inner))]) { checker in
            let result = checker.check(body)
            guard flat else { return .optional(result) }
            if checker.strict, !checker.unifier.assignable(result, to: .optional(checker.unifier.fresh())) {
                checker.report(body, .typeMismatch, "expected an optional, found \(result)")
            }
            return result
        }
    }
}
