/// The entrance: from source to program.
public enum Expression {
    /// Compiles one source against the declared names.
    ///
    /// `expecting` lists the result types the caller can use; empty means any. In rules mode a whole-number literal
    /// is taken where a double is expected. Throws everything found wrong, in source order: one syntax error, or up
    /// to `ExpressionLimits.errors` errors of names and types.
    public static func compile(
        _ source: String, _ environment: Environment, mode: Mode = .rules, expecting: [ValueType] = []
    ) throws(ExpressionFailure) -> Program {
        try compile(source, environment, mode: mode, expecting: expecting, strict: true)
    }

    static func compile(
        _ source: String, _ environment: Environment, mode: Mode, expecting: [ValueType], strict: Bool
    ) throws(ExpressionFailure) -> Program {
        let tree: SyntaxTree
        do throws(ExpressionError) {
            tree = try Parser.parse(source, mode: mode)
        } catch {
            throw ExpressionFailure([error])
        }
        var checker = Checker(tree, environment, mode: mode, strict: strict)
        let type = try checker.run(expecting: expecting)
        return try Emitter.program(checker, resultType: type)
    }
}
