/// A condition made only of scalar tests joined by `&&`, `||` and `!`, as a chain of tests with two exits each.
///
/// It answers most evaluations of a threshold without building a value. Where a slot is not of the kind the test
/// expects it gives no answer, and the full evaluation decides.
struct QuickTest: Sendable {
    /// Longest chain; longer conditions are evaluated in full.
    private static let tests = 32

    private enum Kind: UInt8 {
        case double, int, text, bool, present
        /// Two slots, both doubles.
        case doubles
    }

    // Nothing here is counted by reference: a test is read without touching memory it does not need.
    private struct Test: Sendable {
        var slot: Int32
        var kind: Kind
        var operation: Operation
        var double = 0.0
        var int: Int64 = 0
        /// The other slot, or where a text begins.
        var other: Int32 = 0
        /// Bytes of the text.
        var length: Int32 = 0
        /// The next test, or an exit: -1 false, -2 true.
        var onTrue: Int32
        var onFalse: Int32
    }

    private static let exitFalse = -1
    private static let exitTrue = -2

    private let chain: [Test]
    /// All texts one after the other.
    private let texts: [UInt8]
    private let start: Int

    /// nil when the program is anything more.
    init?(nodes: [Node], lists: [Int32], constants: [Value]) {
        var builder = Builder(nodes: nodes, lists: lists, constants: constants)
        guard let start = builder.build(Int32(nodes.count - 1), Self.exitTrue, Self.exitFalse), start >= 0 else {
            return nil
        }
        self.start = start
        chain = builder.chain
        texts = builder.texts
    }

    /// nil when a slot is not what its test expects.
    func answer(_ slots: some ScalarRow) -> Bool? {
        texts.withUnsafeBytes { texts in
            chain.withUnsafeBufferPointer { chain in
                var next = start
                while next >= 0 {
                    let test = chain[next]
                    guard let holds = Self.holds(test, texts, slots) else { return nil }
                    next = Int(holds ? test.onTrue : test.onFalse)
                }
                return next == Self.exitTrue
            }
        }
    }

    @inline(__always)
    private static func holds(_ test: Test, _ texts: UnsafeRawBufferPointer, _ slots: some ScalarRow) -> Bool? {
        let slot = Int(test.slot)
        switch test.kind {
        case .double:
            guard let value = slots.double(slot) else { return nil }
            return compare(value, test.double, test.operation)
        case .doubles:
            guard let a = slots.double(slot), let b = slots.double(Int(test.other)) else { return nil }
            return compare(a, b, test.operation)
        case .int:
            guard let value = slots.int(slot) else { return nil }
            return compare(value, test.int, test.operation)
        case .text:
            let text = UnsafeRawBufferPointer(rebasing: texts[Int(test.other)..<Int(test.other + test.length)])
            guard let isSame = slots.isText(slot, text) else { return nil }
            return isSame == (test.operation == .equal)
        case .bool: return slots.bool(slot)
        case .present: return slots.isPresent(slot)
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
        var texts: [UInt8] = []

        mutating func build(_ index: Int32, _ onTrue: Int, _ onFalse: Int) -> Int? {
            let node = nodes[Int(index)]
            switch node.operation {
            case .not: return build(node.a, onFalse, onTrue)
            case .and, .or: return junction(node, onTrue, onFalse)
            case .slot, .slotPresent:
                let kind: Kind = node.operation == .slot ? .bool : .present
                return add(
                    Test(
                        slot: node.a, kind: kind, operation: .equal, onTrue: Int32(onTrue), onFalse: Int32(onFalse)))
            case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
                return comparison(node, onTrue, onFalse)
            default: return nil
            }
        }

        private mutating func junction(_ node: Node, _ onTrue: Int, _ onFalse: Int) -> Int? {
            let isAnd = node.operation == .and
            var next = isAnd ? onTrue : onFalse
            for position in (Int(node.a)..<Int(node.a + node.b)).reversed() {
                let entry = isAnd ? build(lists[position], next, onFalse) : build(lists[position], onTrue, next)
                guard let entry else { return nil }
                next = entry
            }
            return next
        }

        private mutating func add(_ test: Test) -> Int? {
            guard chain.count < QuickTest.tests else { return nil }
            chain.append(test)
            return chain.count - 1
        }

        private mutating func comparison(_ node: Node, _ onTrue: Int, _ onFalse: Int) -> Int? {
            let (a, b) = (nodes[Int(node.a)], nodes[Int(node.b)])
            var test = Test(
                slot: 0, kind: .doubles, operation: node.operation, onTrue: Int32(onTrue), onFalse: Int32(onFalse))
            let constant: Value
            switch (a.operation, b.operation) {
            case (.slot, .slot):
                (test.slot, test.other) = (a.a, b.a)
                return add(test)
            case (.slot, .constant): (test.slot, constant) = (a.a, constants[Int(b.a)])
            case (.constant, .slot):
                (test.slot, constant) = (b.a, constants[Int(a.a)])
                test.operation = Self.mirrored(node.operation)
            default: return nil
            }
            switch constant {
            case .double(let number): (test.kind, test.double) = (.double, number)
            case .int(let number): (test.kind, test.int) = (.int, number)
            case .string(let text) where test.operation == .equal || test.operation == .notEqual:
                (test.kind, test.other, test.length) = (.text, Int32(texts.count), Int32(text.utf8.count))
                texts += text.utf8
            default: return nil
            }
            return add(test)
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
