/// A condition made only of scalar tests joined by `&&`, `||` and `!`, as a chain of tests with two exits each.
///
/// It answers most evaluations of a threshold without building a value. Where a slot is not of the kind the test
/// expects it gives no answer, and the full evaluation decides.
struct QuickTest: Sendable {
    /// Longest chain; longer conditions are evaluated in full.
    private static let tests = 32

    private enum Operand: Sendable {
        case double(Double)
        case int(Int64)
        case string(String)
        case bool
    }

    private struct Test: Sendable {
        var slot: Int
        var operation: Operation
        var operand: Operand
        /// The next test, or an exit: -1 false, -2 true.
        var onTrue: Int
        var onFalse: Int
    }

    private static let exitFalse = -1
    private static let exitTrue = -2

    private var chain: [Test] = []
    private let start: Int

    /// nil when the program is anything more.
    init?(nodes: [Node], lists: [Int32], constants: [Value]) {
        var builder = Builder(nodes: nodes, lists: lists, constants: constants)
        guard let start = builder.build(Int32(nodes.count - 1), Self.exitTrue, Self.exitFalse), start >= 0 else {
            return nil
        }
        self.start = start
        chain = builder.chain
    }

    @inline(__always)
    func answer(_ slots: UnsafeBufferPointer<Value>) -> Bool? {
        chain.withUnsafeBufferPointer { chain in
            var next = start
            while next >= 0 {
                guard let holds = Self.holds(chain[next], slots) else { return nil }
                next = holds ? chain[next].onTrue : chain[next].onFalse
            }
            return next == Self.exitTrue
        }
    }

    @inline(__always)
    private static func holds(_ test: borrowing Test, _ slots: UnsafeBufferPointer<Value>) -> Bool? {
        switch (slots[test.slot], test.operand) {
        case (.double(let a), .double(let b)): compare(a, b, test.operation)
        case (.int(let a), .int(let b)): compare(a, b, test.operation)
        case (.string(let a), .string(let b)): Text.same(a, b) == (test.operation == .equal)
        case (.bool(let a), .bool): a
        default: nil
        }
    }

    @inline(__always)
    private static func compare<T: Comparable>(_ a: T, _ b: T, _ operation: Operation) -> Bool {
        switch operation {
        case .less: a < b
        case .lessEqual: a <= b
        case .greater: a > b
        case .greaterEqual: a >= b
        case .equal: a == b
        default: a != b
        }
    }

    /// Lays the tests out from the last to the first, so that every exit is known.
    private struct Builder {
        let nodes: [Node]
        let lists: [Int32]
        let constants: [Value]
        var chain: [Test] = []

        mutating func build(_ index: Int32, _ onTrue: Int, _ onFalse: Int) -> Int? {
            let node = nodes[Int(index)]
            switch node.operation {
            case .not: return build(node.a, onFalse, onTrue)
            case .and, .or:
                var next: Int?
                for position in (Int(node.a)..<Int(node.a + node.b)).reversed() {
                    let rest = next ?? (node.operation == .and ? onTrue : onFalse)
                    let entry =
                        node.operation == .and
                        ? build(lists[position], rest, onFalse) : build(lists[position], onTrue, rest)
                    guard let entry else { return nil }
                    next = entry
                }
                return next
            case .slot:
                return add(Test(slot: Int(node.a), operation: .equal, operand: .bool, onTrue: onTrue, onFalse: onFalse))
            case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
                return comparison(node, onTrue, onFalse)
            default: return nil
            }
        }

        private mutating func add(_ test: Test) -> Int? {
            guard chain.count < QuickTest.tests else { return nil }
            chain.append(test)
            return chain.count - 1
        }

        private mutating func comparison(_ node: Node, _ onTrue: Int, _ onFalse: Int) -> Int? {
            let (a, b) = (nodes[Int(node.a)], nodes[Int(node.b)])
            let slot: Int32
            let constant: Value
            let operation: Operation
            switch (a.operation, b.operation) {
            case (.slot, .constant): (slot, constant, operation) = (a.a, constants[Int(b.a)], node.operation)
            case (.constant, .slot):
                (slot, constant, operation) = (b.a, constants[Int(a.a)], Self.mirrored(node.operation))
            default: return nil
            }
            let operand: Operand
            switch constant {
            case .double(let number): operand = .double(number)
            case .int(let number): operand = .int(number)
            case .string(let text) where operation == .equal || operation == .notEqual: operand = .string(text)
            default: return nil
            }
            return add(Test(slot: Int(slot), operation: operation, operand: operand, onTrue: onTrue, onFalse: onFalse))
        }

        private static func mirrored(_ operation: Operation) -> Operation {
            switch operation {
            case .less: .greater
            case .lessEqual: .greaterEqual
            case .greater: .less
            case .greaterEqual: .lessEqual
            default: operation
            }
        }
    }
}
