/// Turns a checked tree into the flat nodes of a program, children before parents.
struct Emitter {
    private let checker: Checker
    private var nodes: [Node] = []
    private var lists: [Int32] = []
    private var constants: [Value] = []
    private var emitted: [Int32]

    static func program(_ checker: Checker, resultType: ValueType) throws(ExpressionFailure) -> Program {
        var emitter = Emitter(checker)
        let needed = emitter.needed()
        for id in checker.tree.nodes.indices where needed[id] { emitter.emitted[id] = emitter.emit(id) }
        return try emitter.finish(resultType)
    }

    private init(_ checker: Checker) {
        self.checker = checker
        emitted = Array(repeating: -1, count: checker.tree.nodes.count)
    }

    private func finish(_ resultType: ValueType) throws(ExpressionFailure) -> Program {
        do throws(Program.Corruption) {
            return try Program(
                slotCount: checker.environment.declarations.count, localCount: checker.localCount,
                resultType: resultType, nodes: nodes, lists: lists, constants: constants)
        } catch {
            guard case .pattern(let index, let message) = error else { preconditionFailure("emitted \(error)") }
            let node = nodes[index]
            throw ExpressionFailure([
                .init(
                    code: .invalidPattern, offset: Int(node.offset), length: Int(node.length), message: message)
            ])
        }
    }

    private mutating func add(
        _ id: SyntaxTree.ID, _ operation: Operation, _ a: Int32 = 0, _ b: Int32 = 0, _ c: Int32 = 0
    )
        -> Int32
    {
        let source = checker.tree[id]
        nodes.append(
            Node(
                operation: operation, a: a, b: b, c: c, offset: Int32(source.offset), length: Int32(source.length)))
        return Int32(nodes.count - 1)
    }

    private mutating func constant(_ value: Value) -> Int32 {
        constants.append(value)
        return Int32(constants.count - 1)
    }

    private mutating func list(_ items: [Int32]) -> Int32 {
        lists.append(contentsOf: items)
        return Int32(lists.count - items.count)
    }

    /// Which nodes the program needs: a name that resolved as a whole leaves its parts unused.
    private func needed() -> [Bool] {
        var needed = Array(repeating: false, count: checker.tree.nodes.count)
        needed[checker.tree.root] = true
        for id in checker.tree.nodes.indices.reversed() where needed[id] {
            for child in parts(of: id) { needed[child] = true }
        }
        return needed
    }

    private func parts(of id: SyntaxTree.ID) -> [SyntaxTree.ID] {
        switch (checker.resolutions[id], checker.tree[id].kind) {
        case (.constant, _), (.slot, _), (.local, _), (.failure, _): []
        case (.function(_, namespaced: true), .method(_, _, let arguments)): arguments
        case (.none, .has(let selection)):
            if case .select(let operand, _, optional: false) = checker.tree[selection].kind {
                [operand]
            } else {
                [selection]
            }
        case (_, let kind): SyntaxTree.children(of: kind)
        }
    }

    private mutating func emit(_ id: SyntaxTree.ID) -> Int32 {
        switch checker.resolutions[id] {
        case .constant(let value): return add(id, .constant, constant(value))
        case .slot(let slot):
            if case .has = checker.tree[id].kind { return add(id, .slotPresent, Int32(slot)) }
            return add(id, .slot, Int32(slot))
        case .local(let index): return add(id, .local, Int32(index))
        case .failure(let code): return add(id, .fail, Int32(code.rawValue))
        case .function(let builtin, let namespaced): return emitCall(id, builtin, namespaced: namespaced)
        case .locals(let first, let second): return emitScope(id, Int32(first), Int32(second))
        case .none: return emitPlain(id)
        }
    }

    private mutating func emitCall(_ id: SyntaxTree.ID, _ builtin: Builtin, namespaced: Bool) -> Int32 {
        let ids: [SyntaxTree.ID] =
            switch checker.tree[id].kind {
            case .call(_, _, let arguments): arguments
            case .method(let target, _, let arguments): namespaced ? arguments : [target] + arguments
            default: preconditionFailure("only calls have functions")
            }
        if builtin == .matches, ids.count == 2, case .literal(.string) = checker.tree[ids[1]].kind,
            checker.mode == .rules
        {
            return add(id, .matches, emitted[ids[0]], nodes[Int(emitted[ids[1]])].a)
        }
        return add(id, .call, Int32(builtin.rawValue), list(ids.map { emitted[$0] }), Int32(ids.count))
    }

    private mutating func emitScope(_ id: SyntaxTree.ID, _ first: Int32, _ second: Int32) -> Int32 {
        switch checker.tree[id].kind {
        case .fold(let fold):
            let parts: [Int32] = [
                emitted[fold.range], first, fold.second == nil ? -1 : second, fold.condition.map { emitted[$0] } ?? -1,
                emitted[fold.body], Int32(fold.kind.rawValue),
            ]
            return add(id, .fold, list(parts), 6)
        case .bind(_, let value, let body): return add(id, .bind, emitted[value], first, emitted[body])
        case .optionalMap(let operand, _, let body, let flat):
            return add(id, flat ? .optionalFlatMap : .optionalMap, emitted[operand], first, emitted[body])
        default: preconditionFailure("only macros have variables")
        }
    }

    private mutating func emitPlain(_ id: SyntaxTree.ID) -> Int32 {
        switch checker.tree[id].kind {
        case .literal(let value): return add(id, .constant, constant(value))
        case .select(let operand, let field, let optional):
            return add(id, optional ? .optionalSelect : .select, emitted[operand], constant(.string(field)))
        case .has(let selection):
            guard case .select(let operand, let field, let optional) = checker.tree[selection].kind else {
                return add(id, .has, emitted[selection], constant(.string("")))
            }
            if optional { return add(id, .call, Int32(Builtin.hasValue.rawValue), list([emitted[selection]]), 1) }
            return add(id, .has, emitted[operand], constant(.string(field)))
        case .index(let a, let b, let optional):
            return add(id, optional ? .optionalIndex : .index, emitted[a], emitted[b])
        case .not(let a): return add(id, .not, emitted[a])
        case .negate(let a): return add(id, .negate, emitted[a])
        case .binary(let operation, let a, let b): return add(id, Self.operation(operation), emitted[a], emitted[b])
        case .and(let operands): return add(id, .and, list(operands.map { emitted[$0] }), Int32(operands.count))
        case .or(let operands): return add(id, .or, list(operands.map { emitted[$0] }), Int32(operands.count))
        case .conditional(let a, let b, let c): return add(id, .conditional, emitted[a], emitted[b], emitted[c])
        case .list(let elements):
            let items: [Int32] = elements.flatMap { [emitted[$0.node], $0.optional ? 1 : 0] }
            return add(id, .makeList, list(items), Int32(items.count))
        case .map(let entries):
            let items: [Int32] = entries.flatMap { [emitted[$0.key], emitted[$0.value], $0.optional ? 1 : 0] }
            return add(id, .makeMap, list(items), Int32(items.count))
        case .name, .call, .method, .fold, .bind, .optionalMap:
            return add(id, .fail, Int32(EvaluationError.Code.undeclaredReference.rawValue))
        }
    }

    private static func operation(_ binary: SyntaxTree.Binary) -> Operation {
        switch binary {
        case .add: .add
        case .subtract: .subtract
        case .multiply: .multiply
        case .divide: .divide
        case .modulo: .modulo
        case .equal: .equal
        case .notEqual: .notEqual
        case .less: .less
        case .lessEqual: .lessEqual
        case .greater: .greater
        case .greaterEqual: .greaterEqual
        case .isIn: .isIn
        }
    }
}
