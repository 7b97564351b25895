/// Operands, and what may follow them: fields, indices, calls.
extension Parser {
    private static let reserved: Set<String> = [
        "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
        "namespace", "return", "var", "void", "while",
    ]

    mutating func primary() throws(ExpressionError) -> SyntaxTree.ID {
        let start = token
        switch token.kind {
        case .symbol(.leftParen):
            try advance()
            let inner = try expression()
            try expect(.rightParen)
            return inner
        case .symbol(.leftBracket): return try list()
        case .symbol(.leftBrace): return try map()
        case .symbol(.dot):
            try advance()
            guard case .identifier(let name) = token.kind else { throw unexpected("a name") }
            return try nameOrCall(name, absolute: true, from: start.offset)
        case .identifier(let name): return try nameOrCall(name, absolute: false, from: start.offset)
        case .int(let value):
            guard let value = Int64(exactly: value) else {
                throw .init(
                    code: .literalOutOfRange, offset: start.offset, length: start.length,
                    message: "the number does not fit an int")
            }
            return try literal(.int(value), from: start.offset)
        case .uint(let value): return try literal(.uint(value), from: start.offset)
        case .double(let value): return try literal(.double(value), from: start.offset)
        case .string(let value): return try literal(.string(value), from: start.offset)
        case .bytes(let value): return try literal(.bytes(value), from: start.offset)
        case .end, .quoted, .symbol: throw unexpected("an expression")
        }
    }

    private mutating func literal(_ value: Value, from offset: Int) throws(ExpressionError) -> SyntaxTree.ID {
        try advance()
        return try add(.literal(value), from: offset)
    }

    private mutating func nameOrCall(
        _ name: String, absolute: Bool, from offset: Int
    ) throws(ExpressionError) -> SyntaxTree.ID {
        switch name {
        case "true": return try literal(.bool(true), from: offset)
        case "false": return try literal(.bool(false), from: offset)
        case "null": return try literal(.null, from: offset)
        case "in": throw unexpected("an expression")
        default: break
        }
        if Self.reserved.contains(name) {
            throw .init(
                code: .syntax, offset: token.offset, length: token.length, message: "'\(name)' is a reserved word")
        }
        try advance()
        guard token.kind == .symbol(.leftParen) else { return try add(.name(name, absolute: absolute), from: offset) }
        let arguments = try callArguments()
        if name == "has", !absolute { return try hasMacro(arguments, from: offset) }
        return try add(.call(name, absolute: absolute, arguments), from: offset)
    }

    mutating func callArguments() throws(ExpressionError) -> [SyntaxTree.ID] {
        try expect(.leftParen)
        var arguments: [SyntaxTree.ID] = []
        if try take(.rightParen) { return arguments }
        repeat { arguments.append(try expression()) } while try take(.comma)
        try expect(.rightParen)
        return arguments
    }

    mutating func member(after first: SyntaxTree.ID) throws(ExpressionError) -> SyntaxTree.ID {
        var operand = first
        let offset = tree[first].offset
        while true {
            switch token.kind {
            case .symbol(.dot):
                try advance()
                operand = try field(of: operand, from: offset)
            case .symbol(.leftBracket):
                try advance()
                let optional = try take(.question)
                let index = try expression()
                try expect(.rightBracket)
                operand = try add(.index(operand, index, optional: optional), from: offset)
            case .symbol(.leftBrace) where tree.qualifiedName(operand) != nil:
                throw .init(
                    code: .unsupported, offset: offset, length: token.end - offset,
                    message: "message literals are not supported")
            default: return operand
            }
        }
    }

    private mutating func field(of operand: SyntaxTree.ID, from offset: Int) throws(ExpressionError) -> SyntaxTree.ID {
        let optional = try take(.question)
        switch token.kind {
        case .identifier(let name) where !["true", "false", "null", "in"].contains(name):
            try advance()
            if !optional, token.kind == .symbol(.leftParen) {
                let arguments = try callArguments()
                if let macro = try receiverMacro(operand, name, arguments, from: offset) { return macro }
                return try add(.method(operand, name, arguments), from: offset)
            }
            return try add(.select(operand, field: name, optional: optional), from: offset)
        case .quoted(let name):
            try advance()
            return try add(.select(operand, field: name, optional: optional), from: offset)
        default: throw unexpected("a field name")
        }
    }

    private mutating func list() throws(ExpressionError) -> SyntaxTree.ID {
        let offset = token.offset
        try advance()
        var elements: [SyntaxTree.Element] = []
        while token.kind != .symbol(.rightBracket) {
            let optional = try take(.question)
            elements.append(.init(node: try expression(), optional: optional))
            guard try take(.comma) else { break }
        }
        try expect(.rightBracket)
        return try add(.list(elements), from: offset)
    }

    private mutating func map() throws(ExpressionError) -> SyntaxTree.ID {
        let offset = token.offset
        try advance()
        var entries: [SyntaxTree.Entry] = []
        while token.kind != .symbol(.rightBrace) {
            let optional = try take(.question)
            let key = try expression()
            try expect(.colon)
            entries.append(.init(key: key, value: try expression(), optional: optional))
            guard try take(.comma) else { break }
        }
        try expect(.rightBrace)
        return try add(.map(entries), from: offset)
    }
}
