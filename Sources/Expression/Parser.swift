/// Reads a whole source into a tree, macros expanded; the first syntax error ends it.
struct Parser {
    var lexer: Lexer
    var token: Token
    /// End of the token before, in bytes.
    var previousEnd = 0
    var tree = SyntaxTree()
    private var nesting = 0
    let mode: Mode

    static func parse(_ source: String, mode: Mode) throws(ExpressionError) -> SyntaxTree {
        let bytes = Array(source.utf8.prefix(ExpressionLimits.sourceBytes + 1))
        guard bytes.count <= ExpressionLimits.sourceBytes else {
            throw .init(
                code: .sourceTooLong, offset: ExpressionLimits.sourceBytes, length: 0,
                message: "longer than \(ExpressionLimits.sourceBytes) bytes")
        }
        var parser = try Parser(bytes, mode)
        parser.tree.root = try parser.expression()
        guard parser.token.kind == .end else { throw parser.unexpected("the end") }
        return parser.tree
    }

    private init(_ source: [UInt8], _ mode: Mode) throws(ExpressionError) {
        lexer = Lexer(source: source)
        token = try lexer.next()
        self.mode = mode
    }

    // The conditional is right-recursive; collecting its arms in a loop keeps a long chain off the stack.
    mutating func expression() throws(ExpressionError) -> SyntaxTree.ID {
        try descend()
        defer { nesting -= 1 }
        var arms: [(condition: SyntaxTree.ID, value: SyntaxTree.ID, offset: Int)] = []
        while true {
            let offset = token.offset
            let operand = try logicalOr()
            guard try take(.question) else {
                return try arms.reversed().reduce(throwing: operand) { (otherwise, arm) throws(ExpressionError) in
                    try add(.conditional(arm.condition, arm.value, otherwise), from: arm.offset)
                }
            }
            let value = try logicalOr()
            try expect(.colon)
            arms.append((operand, value, offset))
        }
    }

    mutating func descend() throws(ExpressionError) {
        nesting += 1
        guard nesting <= ExpressionLimits.depth else {
            throw .init(
                code: .tooDeep, offset: token.offset, length: token.length,
                message: "nested more than \(ExpressionLimits.depth) levels deep")
        }
    }

    private mutating func logicalOr() throws(ExpressionError) -> SyntaxTree.ID {
        let offset = token.offset
        var operands = [try logicalAnd()]
        while try take(.or) { operands.append(try logicalAnd()) }
        return operands.count == 1 ? operands[0] : try add(.or(operands), from: offset)
    }

    private mutating func logicalAnd() throws(ExpressionError) -> SyntaxTree.ID {
        let offset = token.offset
        var operands = [try binary(level: 0)]
        while try take(.and) { operands.append(try binary(level: 0)) }
        return operands.count == 1 ? operands[0] : try add(.and(operands), from: offset)
    }

    /// Relations, sums, products, from the loosest (0) to the tightest (2).
    private mutating func binary(level: Int) throws(ExpressionError) -> SyntaxTree.ID {
        guard level < 3 else { return try unary() }
        let offset = token.offset
        var left = try binary(level: level + 1)
        while let operation = Self.operation(token.kind, level: level) {
            try advance()
            let right = try binary(level: level + 1)
            left = try add(.binary(operation, left, right), from: offset)
        }
        return left
    }

    private static func operation(_ kind: Token.Kind, level: Int) -> SyntaxTree.Binary? {
        switch (level, kind) {
        case (0, .identifier("in")): .isIn
        case (0, .symbol(let symbol)):
            switch symbol {
            case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual: .init(rawValue: symbol.rawValue)
            default: nil
            }
        case (1, .symbol(.plus)): .add
        case (1, .symbol(.minus)): .subtract
        case (2, .symbol(.star)): .multiply
        case (2, .symbol(.slash)): .divide
        case (2, .symbol(.percent)): .modulo
        default: nil
        }
    }

    private mutating func unary() throws(ExpressionError) -> SyntaxTree.ID {
        var signs: [(symbol: Token.Symbol, offset: Int)] = []
        while case .symbol(let symbol) = token.kind, symbol == .minus || symbol == .not {
            if symbol == .not, signs.last?.symbol == .minus { break }
            if symbol == .minus, signs.last?.symbol == .not { break }
            signs.append((symbol, token.offset))
            try advance()
        }
        let operand: SyntaxTree.ID
        if signs.last?.symbol == .minus, let literal = try negativeLiteral(signs[signs.count - 1].offset) {
            signs.removeLast()
            operand = try member(after: literal)
        } else {
            operand = try member(after: try primary())
        }
        return try signs.reversed().reduce(throwing: operand) { (operand, sign) throws(ExpressionError) in
            try add(sign.symbol == .not ? .not(operand) : .negate(operand), from: sign.offset)
        }
    }

    private mutating func negativeLiteral(_ offset: Int) throws(ExpressionError) -> SyntaxTree.ID? {
        let value: Value
        switch token.kind {
        case .int(let magnitude):
            value = .int(magnitude == UInt64(Int64.max) + 1 ? .min : -Int64(magnitude))
        case .double(let magnitude): value = .double(-magnitude)
        default: return nil
        }
        try advance()
        return try add(.literal(value), from: offset)
    }

    mutating func advance() throws(ExpressionError) {
        previousEnd = token.end
        token = try lexer.next()
    }

    mutating func take(_ symbol: Token.Symbol) throws(ExpressionError) -> Bool {
        guard token.kind == .symbol(symbol) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ symbol: Token.Symbol) throws(ExpressionError) {
        guard try take(symbol) else { throw unexpected("'\(symbol.rawValue)'") }
    }

    func unexpected(_ wanted: String) -> ExpressionError {
        .init(
            code: .syntax, offset: token.offset, length: token.length,
            message: "expected \(wanted), found \(token.text)")
    }

    mutating func add(_ kind: SyntaxTree.Kind, from offset: Int) throws(ExpressionError) -> SyntaxTree.ID {
        try tree.add(kind, offset: offset, length: max(0, previousEnd - offset))
    }
}

extension Sequence {
    /// `reduce` for steps that throw one known type.
    func reduce<Result>(
        throwing initial: Result, _ step: (Result, Element) throws(ExpressionError) -> Result
    ) throws(ExpressionError) -> Result {
        var result = initial
        for element in self { result = try step(result, element) }
        return result
    }
}
