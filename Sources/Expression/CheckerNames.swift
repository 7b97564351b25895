/// Names: variables of comprehensions, then declared slots, then types; the longest declared prefix wins.
extension Checker {
    private static let typeNames: Set<String> = [
        "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type", "optional_type",
        ValueType.timestampName, ValueType.durationName,
    ]

    mutating func checkName(_ id: SyntaxTree.ID) -> ValueType {
        if let (name, absolute) = tree.qualifiedName(id), absolute || !isLocal(name),
            let type = resolveGlobal(id, name, absolute: absolute)
        {
            return type
        }
        switch tree[id].kind {
        case .name(let name, let absolute):
            if !absolute, let index = scope.lastIndex(where: { $0.name == name }) {
                resolutions[id] = .local(index)
                return scope[index].type
            }
            return undeclared(id, name)
        case .select(let operand, let field, let optional): return checkSelect(id, operand, field, optional)
        default: preconditionFailure("only names and selections are names")
        }
    }

    /// Whether the first part of a dotted name is a variable of a comprehension.
    private func isLocal(_ name: String) -> Bool {
        let first = name.split(separator: ".").first ?? ""
        return scope.contains { $0.name == first }
    }

    private mutating func resolveGlobal(_ id: SyntaxTree.ID, _ name: String, absolute: Bool) -> ValueType? {
        for candidate in environment.candidates(name, absolute: absolute) {
            if let slot = environment.slot(of: candidate) {
                resolutions[id] = .slot(slot)
                return environment.declarations[slot].type
            }
        }
        guard Self.typeNames.contains(name) else { return nil }
        resolutions[id] = .constant(.type(name))
        return .type
    }

    private mutating func undeclared(_ id: SyntaxTree.ID, _ name: String) -> ValueType {
        resolutions[id] = .failure(.undeclaredReference)
        let names = scope.map(\.name) + environment.declarations.map(\.name)
        report(
            id, .undeclaredReference, "'\(name)' is not declared", Suggestion.closest(to: name, among: names))
        return .dyn
    }

    private mutating func checkSelect(
        _ id: SyntaxTree.ID, _ operand: SyntaxTree.ID, _ field: String, _ optional: Bool
    ) -> ValueType {
        if let dotted = tree.qualifiedName(id), !isLocal(dotted.name), strict, isPrefix(of: dotted.name) {
            return undeclared(id, dotted.name)
        }
        let type = check(operand)
        guard strict else { return .dyn }
        let result = fieldType(type)
        if result == nil {
            report(id, .typeMismatch, "a value of type \(type) has no field '\(field)'")
        }
        let inner = result?.type ?? .dyn
        return optional || result?.optional == true ? .optional(inner) : inner
    }

    /// Whether a longer declared name starts with this name's first part, which itself is not declared.
    private func isPrefix(of name: String) -> Bool {
        guard let first = name.split(separator: ".").first.map(String.init), environment.slot(of: first) == nil,
            environment.container.isEmpty
        else { return false }
        var prefix = ""
        for part in name.split(separator: ".") {
            prefix += prefix.isEmpty ? String(part) : "." + part
            if environment.slot(of: prefix) != nil { return false }
        }
        return environment.declarations.contains { $0.name.hasPrefix(first + ".") }
    }

    private mutating func fieldType(_ type: ValueType) -> (type: ValueType, optional: Bool)? {
        switch type {
        case .dyn, .parameter: return (.dyn, false)
        case .map(let key, let value): return unifier.assignable(.string, to: key) ? (value, false) : nil
        case .optional(let wrapped):
            guard let inner = fieldType(wrapped) else { return nil }
            return (inner.type, true)
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .list, .abstract:
            return nil
        }
    }

    /// `has(a.b)`: whether slot `a.b` is set, when that is one; else whether the map `a` has a key `b`.
    mutating func checkHas(_ id: SyntaxTree.ID, _ operand: SyntaxTree.ID) -> ValueType {
        check(operand)
        if case .slot(let slot) = resolutions[operand] {
            resolutions[id] = .slot(slot)
        } else if case .name(let name, _) = tree[operand].kind {
            report(id, .invalidMacro, "has() takes a field or a declared name; '\(name)' is neither")
        }
        return .bool
    }
}
