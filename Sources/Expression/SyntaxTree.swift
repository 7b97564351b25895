/// A parsed source: nodes in an array, children before parents, so that nothing deep is ever freed recursively.
struct SyntaxTree {
    typealias ID = Int

    enum Binary: String {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case modulo = "%"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessEqual = "<="
        case greater = ">"
        case greaterEqual = ">="
        case isIn = "in"
    }

    struct Element {
        var node: ID
        /// `?e`: left out when the optional is empty.
        var optional: Bool
    }

    struct Entry {
        var key: ID
        var value: ID
        var optional: Bool
    }

    /// A comprehension macro over a list or a map.
    struct Fold {
        enum Kind: UInt8 {
            case all = 0
            case exists, existsOne, filter, map, transformMap
        }

        var kind: Kind
        var range: ID
        var first: String
        /// Two-variable forms: index and element, or key and value.
        var second: String?
        var condition: ID?
        var body: ID
    }

    indirect enum Kind {
        case literal(Value)
        case name(String, absolute: Bool)
        case select(ID, field: String, optional: Bool)
        case has(ID)
        case index(ID, ID, optional: Bool)
        case not(ID)
        case negate(ID)
        case binary(Binary, ID, ID)
        case and([ID])
        case or([ID])
        case conditional(ID, ID, ID)
        case call(String, absolute: Bool, [ID])
        case method(ID, String, [ID])
        case list([Element])
        case map([Entry])
        case fold(Fold)
        case bind(String, ID, ID)
        case optionalMap(ID, String, ID, flat: Bool)
    }

    struct Node {
        var kind: Kind
        var offset: Int
        var length: Int
        var depth: Int
    }

    private(set) var nodes: [Node] = []
    var root: ID = 0

    subscript(id: ID) -> Node { nodes[id] }

    mutating func replaceLiteral(_ id: ID, with value: Value) {
        guard case .literal = nodes[id].kind else { preconditionFailure("only literals are promoted") }
        nodes[id].kind = .literal(value)
    }

    mutating func add(_ kind: Kind, offset: Int, length: Int) throws(ExpressionError) -> ID {
        let depth = 1 + Self.children(of: kind).reduce(0) { max($0, nodes[$1].depth) }
        guard depth <= ExpressionLimits.depth else {
            throw .init(
                code: .tooDeep, offset: offset, length: length,
                message: "nested more than \(ExpressionLimits.depth) levels deep")
        }
        guard nodes.count < ExpressionLimits.nodes else {
            throw .init(
                code: .tooLarge, offset: offset, length: length, message: "more than \(ExpressionLimits.nodes) parts")
        }
        nodes.append(Node(kind: kind, offset: offset, length: length, depth: depth))
        return nodes.count - 1
    }

    static func children(of kind: Kind) -> [ID] {
        switch kind {
        case .literal, .name: []
        case .select(let operand, _, _), .has(let operand), .not(let operand), .negate(let operand): [operand]
        case .index(let a, let b, _), .binary(_, let a, let b), .bind(_, let a, let b): [a, b]
        case .optionalMap(let a, _, let b, _): [a, b]
        case .and(let operands), .or(let operands), .call(_, _, let operands): operands
        case .conditional(let a, let b, let c): [a, b, c]
        case .method(let target, _, let arguments): [target] + arguments
        case .list(let elements): elements.map(\.node)
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .fold(let fold): [fold.range, fold.body] + (fold.condition.map { [$0] } ?? [])
        }
    }

    /// `a.b.c` as one name, when the node is nothing but names and dots.
    func qualifiedName(_ id: ID) -> (name: String, absolute: Bool)? {
        var parts: [String] = []
        var current = id
        while true {
            switch nodes[current].kind {
            case .name(let name, let absolute):
                parts.append(name)
                return (parts.reversed().joined(separator: "."), absolute)
            case .select(let operand, let field, optional: false):
                parts.append(field)
                current = operand
            default: return nil
            }
        }
    }
}
