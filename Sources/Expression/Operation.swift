/// What a node of a program does. Encoded programs hold these numbers: append, never reorder.
enum Operation: UInt8, CaseIterable {
    /// a: constant
    case constant = 0
    /// a: slot
    case slot, slotPresent
    /// a: local
    case local
    /// a: number of an `EvaluationError.Code`
    case fail
    /// Nodes in the list a ..< a + b.
    case and, or
    /// a: operand
    case not, negate
    /// a, b, c: condition, then, else
    case conditional
    /// a, b: operands
    case equal, notEqual, less, lessEqual, greater, greaterEqual
    case add, subtract, multiply, divide, modulo, isIn
    case index, optionalIndex
    /// a: operand, b: constant with the field's name
    case select, optionalSelect, has
    /// List a ..< a + b: pairs of node and 1 where optional.
    case makeList
    /// List a ..< a + b: triples of key, value and 1 where optional.
    case makeMap
    /// a: number of a `Builtin`; arguments in the list b ..< b + c
    case call
    /// a: text, b: constant with the pattern
    case matches
    /// List a ..< a + 6: range, first local, second local or -1, condition or -1, body, number of a fold kind
    case fold
    /// a: value, b: local, c: body
    case bind, optionalMap, optionalFlatMap
}

/// One node of a program; what a, b and c mean is said at its operation.
struct Node: Equatable, Sendable, BitwiseCopyable {
    var operation: Operation
    var a: Int32 = 0
    var b: Int32 = 0
    var c: Int32 = 0
    /// UTF-8 bytes of the source.
    var offset: Int32
    var length: Int32
}

extension Operation: Sendable, BitwiseCopyable {}
