import CivilTime

/// One run of a program over one row of slots.
struct Evaluator {
    /// Bytes of text one step pays for.
    static let bytesPerStep = 64

    let nodes: UnsafeBufferPointer<Node>
    let lists: UnsafeBufferPointer<Int32>
    let constants: [Value]
    let patterns: [Pattern?]
    let slots: UnsafeBufferPointer<Value>
    let zones: ZoneSet
    var locals: [Value]
    /// Steps left.
    var budget: Int

    mutating func value(at index: Int32) throws(EvaluationError) -> Value {
        let node = nodes[Int(index)]
        budget -= 1
        guard budget >= 0 else { throw failure(node, .costExceeded) }
        switch node.operation {
        case .constant: return constants[Int(node.a)]
        case .slot:
            let value = slots[Int(node.a)]
            if case .absent = value { throw failure(node, .noSuchField) }
            return value
        case .slotPresent:
            if case .absent = slots[Int(node.a)] { return .bool(false) }
            return .bool(true)
        case .local: return locals[Int(node.a)]
        case .fail: throw failure(node, EvaluationError.Code(rawValue: UInt8(clamping: node.a)) ?? .unboundFunction)
        case .and: return try logical(node, absorbing: false)
        case .or: return try logical(node, absorbing: true)
        case .not:
            guard case .bool(let operand) = try value(at: node.a) else { throw failure(node, .noSuchOverload) }
            return .bool(!operand)
        case .negate:
            let operand = try value(at: node.a)
            return try apply(node) { _ throws(EvaluationError.Code) in try Arithmetic.negate(operand) }
        case .conditional:
            guard case .bool(let condition) = try value(at: node.a) else { throw failure(node, .noSuchOverload) }
            return try value(at: condition ? node.b : node.c)
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual, .add, .subtract, .multiply, .divide,
            .modulo, .isIn, .index, .optionalIndex:
            let a = try value(at: node.a)
            let b = try value(at: node.b)
            return try apply(node) { run throws(EvaluationError.Code) in try run.binary(node.operation, a, b) }
        case .select, .optionalSelect, .has:
            let operand = try value(at: node.a)
            guard case .string(let field) = constants[Int(node.b)] else { throw failure(node, .invalidArgument) }
            return try apply(node) { _ throws(EvaluationError.Code) in
                switch node.operation {
                case .has: .bool(try Selection.has(field, in: operand))
                case .select: try Selection.field(field, of: operand)
                default: try Selection.optionalField(field, of: operand)
                }
            }
        case .makeList: return try makeList(node)
        case .makeMap: return try makeMap(node)
        case .call: return try call(node)
        case .matches: return try matchConstant(node)
        case .fold: return try fold(node)
        case .bind:
            locals[Int(node.b)] = try value(at: node.a)
            return try value(at: node.c)
        case .optionalMap, .optionalFlatMap: return try mapOptional(node)
        }
    }

    func failure(_ node: Node, _ code: EvaluationError.Code) -> EvaluationError {
        EvaluationError(code: code, offset: node.offset, length: node.length)
    }

    /// Runs a step that throws bare codes; they get the node's place in the source.
    mutating func apply(
        _ node: Node, _ step: (inout Evaluator) throws(EvaluationError.Code) -> Value
    ) throws(EvaluationError) -> Value {
        do throws(EvaluationError.Code) {
            return try step(&self)
        } catch {
            throw failure(node, error)
        }
    }

    mutating func charge(_ steps: Int) throws(EvaluationError.Code) {
        budget -= steps
        if budget < 0 { throw .costExceeded }
    }

    /// `&&` and `||`: the absorbing operand wins over errors on either side.
    private mutating func logical(_ node: Node, absorbing: Bool) throws(EvaluationError) -> Value {
        var first: EvaluationError?
        for position in Int(node.a)..<Int(node.a + node.b) {
            do throws(EvaluationError) {
                guard case .bool(let operand) = try value(at: lists[position]) else {
                    throw failure(node, .noSuchOverload)
                }
                if operand == absorbing { return .bool(absorbing) }
            } catch {
                if error.code == .costExceeded { throw error }
                first = first ?? error
            }
        }
        if let first { throw first }
        return .bool(!absorbing)
    }

    private mutating func makeList(_ node: Node) throws(EvaluationError) -> Value {
        var elements: [Value] = []
        elements.reserveCapacity(Int(node.b) / 2)
        for position in stride(from: Int(node.a), to: Int(node.a + node.b), by: 2) {
            let element = try value(at: lists[position])
            guard lists[position + 1] != 0 else {
                elements.append(element)
                continue
            }
            guard case .optional(let wrapped) = element else { throw failure(node, .noSuchOverload) }
            if let wrapped { elements.append(wrapped) }
        }
        return .list(elements)
    }

    private mutating func makeMap(_ node: Node) throws(EvaluationError) -> Value {
        var entries: [MapValue.Entry] = []
        for position in stride(from: Int(node.a), to: Int(node.a + node.b), by: 3) {
            let key = try value(at: lists[position])
            let element = try value(at: lists[position + 1])
            guard lists[position + 2] != 0 else {
                entries.append(.init(key: key, value: element))
                continue
            }
            guard case .optional(let wrapped) = element else { throw failure(node, .noSuchOverload) }
            if let wrapped { entries.append(.init(key: key, value: wrapped)) }
        }
        return try apply(node) { _ throws(EvaluationError.Code) in .map(try MapValue(entries)) }
    }

    private mutating func mapOptional(_ node: Node) throws(EvaluationError) -> Value {
        guard case .optional(let wrapped) = try value(at: node.a) else { throw failure(node, .noSuchOverload) }
        guard let wrapped else { return .optional(nil) }
        locals[Int(node.b)] = wrapped
        let result = try value(at: node.c)
        if node.operation == .optionalMap { return .optional(result) }
        guard case .optional = result else { throw failure(node, .noSuchOverload) }
        return result
    }

    private mutating func matchConstant(_ node: Node) throws(EvaluationError) -> Value {
        guard case .string(let text) = try value(at: node.a), let pattern = patterns[Int(node.b)] else {
            throw failure(node, .noSuchOverload)
        }
        return try apply(node) { run throws(EvaluationError.Code) in
            .bool(try run.matches(text, pattern))
        }
    }

    mutating func matches(_ text: String, _ pattern: Pattern) throws(EvaluationError.Code) -> Bool {
        guard let found = pattern.matches(text, budget: &budget) else { throw .costExceeded }
        return found
    }

    private mutating func call(_ node: Node) throws(EvaluationError) -> Value {
        guard let builtin = Builtin(rawValue: UInt8(clamping: node.a)) else { throw failure(node, .unboundFunction) }
        var arguments: [Value] = []
        arguments.reserveCapacity(Int(node.c))
        for position in Int(node.b)..<Int(node.b + node.c) { arguments.append(try value(at: lists[position])) }
        return try apply(node) { run throws(EvaluationError.Code) in try run.call(builtin, arguments) }
    }
}
