/// Why an evaluation has no value, and which part of the source could not be computed.
public struct EvaluationError: Error, Equatable, Sendable, BitwiseCopyable {
    /// Stable numbers and names: encoded programs hold the numbers, counters the names.
    public enum Code: UInt8, Error, Sendable, CaseIterable, BitwiseCopyable {
        /// A slot is absent: the event or the registry has no such field.
        case noSuchField = 1
        case noSuchKey
        case noSuchOverload
        case divideByZero
        case modulusByZero
        case overflow
        case indexOutOfBounds
        case invalidArgument
        case outOfRange
        case invalidUTF8
        case conversion
        case invalidPattern
        case unsupportedKeyType
        case repeatedKey
        case undeclaredReference
        case unboundFunction
        case unknownZone
        case emptyOptional
        case tooDeep
        /// The one error that `&&`, `||`, `all` and `exists` do not absorb.
        case costExceeded
    }

    public var code: Code
    /// UTF-8 bytes from the start of the source.
    public var offset: Int32
    /// UTF-8 bytes.
    public var length: Int32

    public init(code: Code, offset: Int32, length: Int32) {
        self.code = code
        self.offset = offset
        self.length = length
    }
}

extension EvaluationError.Code: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noSuchField: "no_such_field"
        case .noSuchKey: "no_such_key"
        case .noSuchOverload: "no_such_overload"
        case .divideByZero: "divide_by_zero"
        case .modulusByZero: "modulus_by_zero"
        case .overflow: "overflow"
        case .indexOutOfBounds: "index_out_of_bounds"
        case .invalidArgument: "invalid_argument"
        case .outOfRange: "out_of_range"
        case .invalidUTF8: "invalid_utf8"
        case .conversion: "conversion"
        case .invalidPattern: "invalid_pattern"
        case .unsupportedKeyType: "unsupported_key_type"
        case .repeatedKey: "repeated_key"
        case .undeclaredReference: "undeclared_reference"
        case .unboundFunction: "unbound_function"
        case .unknownZone: "unknown_zone"
        case .emptyOptional: "empty_optional"
        case .tooDeep: "too_deep"
        case .costExceeded: "cost_exceeded"
        }
    }
}
