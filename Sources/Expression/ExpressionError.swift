/// One thing wrong with a source, found before it ever runs.
public struct ExpressionError: Error, Equatable, Sendable {
    /// Stable names; messages may change, these do not.
    public enum Code: String, Sendable, CaseIterable {
        case syntax
        case sourceTooLong = "source_too_long"
        case tooDeep = "too_deep"
        case tooLarge = "too_large"
        case literalOutOfRange = "literal_out_of_range"
        case invalidMacro = "invalid_macro"
        case undeclaredReference = "undeclared_reference"
        case undeclaredFunction = "undeclared_function"
        case typeMismatch = "type_mismatch"
        case invalidPattern = "invalid_pattern"
        case unsupported
    }

    public var code: Code
    /// UTF-8 bytes from the start of the source.
    public var offset: Int
    /// UTF-8 bytes; 0 at the end of the source.
    public var length: Int
    public var message: String
    /// One change that would help, as text to show.
    public var suggestion: String?

    public init(code: Code, offset: Int, length: Int, message: String, suggestion: String? = nil) {
        self.code = code
        self.offset = offset
        self.length = length
        self.message = message
        self.suggestion = suggestion
    }
}

/// Everything found wrong with one source, in source order; never empty.
public struct ExpressionFailure: Error, Equatable, Sendable {
    public let errors: [ExpressionError]

    public init(_ errors: [ExpressionError]) {
        precondition(!errors.isEmpty)
        self.errors = errors.sorted { ($0.offset, $0.length) < ($1.offset, $1.length) }
    }
}
