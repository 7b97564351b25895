/// Functions and operators: which signature fits, and what it gives.
extension Checker {
    mutating func checkBinary(
        _ id: SyntaxTree.ID, _ operation: SyntaxTree.Binary, _ a: SyntaxTree.ID, _ b: SyntaxTree.ID
    ) -> ValueType {
        check(a)
        check(b)
        switch operation {
        case .isIn: promoteElements(a, of: b)
        case .add, .subtract, .multiply, .divide, .modulo, .equal, .notEqual, .less, .lessEqual, .greater,
            .greaterEqual:
            promotePair(a, b)
        }
        return call(id, operation.rawValue, Signatures.binary(operation), [a, b])
    }

    /// Rules only: of a double and a whole-number literal, the literal becomes a double.
    mutating func promotePair(_ a: SyntaxTree.ID, _ b: SyntaxTree.ID) {
        guard mode == .rules else { return }
        if types[a] == .double { promote(b) }
        if types[b] == .double { promote(a) }
    }

    private mutating func promoteElements(_ a: SyntaxTree.ID, of list: SyntaxTree.ID) {
        guard mode == .rules else { return }
        if types[list] == .list(.double) { promote(a) }
        guard types[a] == .double, types[list] == .list(.int), case .list(let elements) = tree[list].kind else {
            return
        }
        let promoted = elements.map { promote($0.node) }
        if promoted.allSatisfy({ $0 }) { types[list] = .list(.double) }
    }

    /// Whether the node is a whole-number literal that a double holds exactly; it is a double then.
    @discardableResult
    mutating func promote(_ id: SyntaxTree.ID) -> Bool {
        guard mode == .rules, case .literal(.int(let whole)) = tree[id].kind, let exact = Double(exactly: whole) else {
            return false
        }
        tree.replaceLiteral(id, with: .double(exact))
        types[id] = .double
        return true
    }

    mutating func checkCall(
        _ id: SyntaxTree.ID, _ name: String, _ absolute: Bool, _ arguments: [SyntaxTree.ID]
    ) -> ValueType {
        for argument in arguments { check(argument) }
        for candidate in environment.candidates(name, absolute: absolute) {
            if let overloads = environment.functions[candidate] ?? Signatures.functions[candidate] {
                return call(id, name, overloads, arguments)
            }
        }
        return unknownFunction(id, name, Signatures.functionNames)
    }

    mutating func checkMethod(
        _ id: SyntaxTree.ID, _ target: SyntaxTree.ID, _ name: String, _ arguments: [SyntaxTree.ID]
    ) -> ValueType {
        if let (prefix, absolute) = tree.qualifiedName(target) {
            let full = prefix + "." + name
            if full == "math.greatest" || full == "math.least" { return checkExtreme(id, full, arguments) }
            for candidate in environment.candidates(full, absolute: absolute) {
                guard let overloads = environment.functions[candidate] ?? Signatures.functions[candidate] else {
                    continue
                }
                for argument in arguments { check(argument) }
                return call(id, full, overloads, arguments, namespaced: true)
            }
            if prefix == "math" || prefix == "strings" || prefix == "optional", environment.slot(of: prefix) == nil {
                return unknownFunction(id, full, Signatures.functionNames)
            }
        }
        check(target)
        for argument in arguments { check(argument) }
        guard let overloads = Signatures.methods[name] else { return unknownFunction(id, name, Signatures.methodNames) }
        return call(id, name, overloads, [target] + arguments)
    }

    private mutating func unknownFunction(_ id: SyntaxTree.ID, _ name: String, _ known: [String]) -> ValueType {
        resolutions[id] = .failure(.unboundFunction)
        report(id, .undeclaredFunction, "there is no function '\(name)'", Suggestion.closest(to: name, among: known))
        return .dyn
    }

    /// `math.greatest` and `math.least`: any number of numbers, or one list of numbers.
    private mutating func checkExtreme(_ id: SyntaxTree.ID, _ name: String, _ arguments: [SyntaxTree.ID]) -> ValueType {
        resolutions[id] = .function(name == "math.greatest" ? .greatest : .least, namespaced: true)
        for argument in arguments { check(argument) }
        var kinds = arguments.map { unifier.resolved(types[$0], final: true) }
        if kinds.count == 1, case .list(let element) = kinds[0] { kinds = [element] }
        let numeric: Set<ValueType> = [.int, .uint, .double, .dyn]
        guard !kinds.isEmpty, kinds.allSatisfy({ numeric.contains($0) }) else {
            report(id, .typeMismatch, "\(name) takes numbers, or one list of numbers")
            return .dyn
        }
        return kinds.allSatisfy { $0 == kinds[0] } ? kinds[0] : .dyn
    }

    /// The result of the signatures that fit; dyn when several fit and differ.
    mutating func call(
        _ id: SyntaxTree.ID, _ name: String, _ overloads: [Overload], _ arguments: [SyntaxTree.ID],
        namespaced: Bool = false
    ) -> ValueType {
        switch tree[id].kind {
        case .call, .method:
            let builtin = overloads.first?.builtin
            resolutions[id] = builtin.map { .function($0, namespaced: namespaced) } ?? .failure(.unboundFunction)
        default: break
        }
        guard strict else { return .dyn }
        let given = arguments.map { types[$0] }
        var result: ValueType?
        for overload in overloads where overload.parameters.count == given.count {
            let signature = unifier.instantiate(overload.parameters + [overload.result])
            guard unifier.assignable(given, to: Array(signature.dropLast())) else { continue }
            let type = unifier.resolved(signature[signature.count - 1])
            result = result == nil || result == type ? type : .dyn
            if !given.contains(where: Self.isOpen) { break }
        }
        guard let result else { return noOverload(id, name, arguments) }
        return result
    }

    /// Whether a type leaves open which overload a call means.
    private static func isOpen(_ type: ValueType) -> Bool {
        switch type {
        case .dyn, .parameter, .null: true
        case .optional(let wrapped): isOpen(wrapped)
        case .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .list, .map, .abstract: false
        }
    }

    private mutating func noOverload(_ id: SyntaxTree.ID, _ name: String, _ arguments: [SyntaxTree.ID]) -> ValueType {
        let given = arguments.map { unifier.resolved(types[$0], final: true) }
        let list = given.map(\.description).joined(separator: ", ")
        report(id, .typeMismatch, "'\(name)' does not take (\(list))", hint(given))
        return .dyn
    }

    private func hint(_ given: [ValueType]) -> String? {
        if given.count == 2, given.contains(.double), given.contains(.int) || given.contains(.uint) {
            return "convert the whole number with double(…)"
        }
        if given.count == 2, given.contains(.null) { return "ask has(…) whether a field is set" }
        return nil
    }
}
