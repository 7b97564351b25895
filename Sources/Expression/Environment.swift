/// The names an expression may use: each has a type and a slot, numbered in the order of declaration.
public struct Environment: Sendable {
    public struct Declaration: Sendable, Equatable {
        /// A name, or names joined by dots (`limit.hh`), declared as one.
        public var name: String
        public var type: ValueType

        public init(_ name: String, _ type: ValueType) {
            self.name = name
            self.type = type
        }
    }

    public enum Failure: Error, Equatable, Sendable {
        case invalidName(String)
        case repeatedName(String)
        /// More than `ExpressionLimits.declarations`.
        case tooMany
    }

    public let declarations: [Declaration]
    private let slots: [String: Int]
    /// The scope names are resolved in, innermost first, as `a.b`; empty for none.
    let container: String
    /// Signatures without a body: they check, and fail when called.
    let functions: [String: [Overload]]

    public init(_ declarations: [Declaration]) throws(Failure) {
        try self.init(declarations, container: "", functions: [:])
    }

    init(_ declarations: [Declaration], container: String, functions: [String: [Overload]]) throws(Failure) {
        guard declarations.count <= ExpressionLimits.declarations else { throw .tooMany }
        var slots: [String: Int] = [:]
        for (slot, declaration) in declarations.enumerated() {
            guard Self.isName(declaration.name) else { throw .invalidName(declaration.name) }
            guard slots.updateValue(slot, forKey: declaration.name) == nil else {
                throw .repeatedName(declaration.name)
            }
        }
        self.declarations = declarations
        self.slots = slots
        self.container = container
        self.functions = functions
    }

    public func slot(of name: String) -> Int? { slots[name] }

    private static func isName(_ text: String) -> Bool {
        text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, Lexer.startsName(first) else { return false }
            return part.allSatisfy { Lexer.startsName($0) || Lexer.isDigit($0) }
        }
    }

    /// The full names a written name may stand for, the first that exists winning.
    func candidates(_ name: String, absolute: Bool) -> [String] {
        guard !absolute, !container.isEmpty else { return [name] }
        var scope = container.split(separator: ".")
        var names: [String] = []
        while !scope.isEmpty {
            names.append(scope.joined(separator: ".") + "." + name)
            scope.removeLast()
        }
        return names + [name]
    }
}
