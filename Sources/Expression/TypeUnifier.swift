/// Finds what the unknown types of one check must be, and takes back what a failed attempt assumed.
struct TypeUnifier {
    private var bindings: [ValueType?] = []
    /// What each binding was before a change, newest last.
    private var trail: [(variable: Int, before: ValueType?)] = []

    mutating func fresh() -> ValueType {
        bindings.append(nil)
        return .parameter(bindings.count - 1)
    }

    /// A signature's types with its parameters 0…3 replaced by new variables.
    mutating func instantiate(_ types: [ValueType]) -> [ValueType] {
        let base = bindings.count
        for _ in 0..<4 { bindings.append(nil) }
        func shift(_ type: ValueType) -> ValueType {
            if case .parameter(let index) = type { return .parameter(base + index) }
            return type.mapParameters(shift)
        }
        return types.map(shift)
    }

    /// Whether values of the one can stand where the other is wanted; binds variables only if so.
    mutating func assignable(_ from: ValueType, to target: ValueType) -> Bool {
        assignable([from], to: [target])
    }

    mutating func assignable(_ from: [ValueType], to target: [ValueType]) -> Bool {
        guard from.count == target.count else { return false }
        let mark = trail.count
        for (a, b) in zip(from, target) where !unify(a, b) {
            while trail.count > mark {
                let change = trail.removeLast()
                bindings[change.variable] = change.before
            }
            return false
        }
        return true
    }

    /// The type two list elements, map values or branches have in common; nil when they have none.
    mutating func join(_ previous: ValueType, _ current: ValueType) -> ValueType? {
        guard assignable(previous, to: current) else { return nil }
        return mostGeneral(previous, current)
    }

    /// With every known variable replaced; unknown ones stay, or become dyn when `final`.
    func resolved(_ type: ValueType, final: Bool = false) -> ValueType {
        if case .parameter(let index) = type {
            if let binding = bindings[index] { return resolved(binding, final: final) }
            return final ? .dyn : type
        }
        return type.mapParameters { resolved($0, final: final) }
    }

    private func binding(_ type: ValueType) -> ValueType? {
        if case .parameter(let index) = type { return bindings[index] }
        return nil
    }

    private mutating func bind(_ variable: Int, to type: ValueType) {
        trail.append((variable, bindings[variable]))
        bindings[variable] = type
    }

    private mutating func unify(_ a: ValueType, _ b: ValueType) -> Bool {
        if case .parameter(let variable) = b {
            let known = bindings[variable] != nil
            if substitute(a, for: variable) { return true }
            if known { return false }
        }
        if case .parameter(let variable) = a { return substitute(b, for: variable) }
        if a == .dyn || b == .dyn { return true }
        if a == .null { return isNullable(b) }
        if b == .null { return isNullable(a) }
        guard a.hasShape(of: b) else { return false }
        return zip(a.parameters, b.parameters).allSatisfy { unify($0, $1) }
    }

    private func isNullable(_ type: ValueType) -> Bool {
        switch type {
        case .null, .timestamp, .duration, .optional, .abstract: true
        case .dyn, .bool, .int, .uint, .double, .string, .bytes, .type, .list, .map, .parameter: false
        }
    }

    private mutating func substitute(_ type: ValueType, for variable: Int) -> Bool {
        if type == .parameter(variable) { return true }
        if let known = bindings[variable] {
            if type == known { return true }
            guard unify(type, known) else { return false }
            let wider = mostGeneral(type, known)
            if !mentions(variable, in: wider) { bind(variable, to: wider) }
            return true
        }
        guard !mentions(variable, in: type) else { return false }
        bind(variable, to: type)
        return true
    }

    private func mentions(_ variable: Int, in type: ValueType) -> Bool {
        if case .parameter(let index) = type {
            return index == variable || (bindings[index].map { mentions(variable, in: $0) } ?? false)
        }
        return type.parameters.contains { mentions(variable, in: $0) }
    }

    private func mostGeneral(_ a: ValueType, _ b: ValueType) -> ValueType {
        if b == .null { return a }
        return isAtLeastAsGeneral(a, b) ? a : b
    }

    private func isAtLeastAsGeneral(_ a: ValueType, _ b: ValueType) -> Bool {
        if case .parameter = a { return true }
        if a == .dyn { return true }
        if case .parameter = b { return false }
        if b == .dyn { return false }
        guard a.hasShape(of: b) else { return false }
        return zip(a.parameters, b.parameters).allSatisfy { isAtLeastAsGeneral($0, $1) }
    }
}
