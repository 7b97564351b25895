/// Optionals: made, asked, and taken apart.
enum OptionalFunctions {
    static func call(_ builtin: Builtin, _ arguments: [Value]) throws(EvaluationError.Code) -> Value {
        switch (builtin, arguments.count) {
        case (.optionalNone, 0): return .optional(nil)
        case (.optionalOf, 1): return .optional(arguments[0])
        case (.optionalOfNonZero, 1): return .optional(arguments[0].isZero ? nil : arguments[0])
        default: break
        }
        guard let first = arguments.first, case .optional(let wrapped) = first else { throw .noSuchOverload }
        switch (builtin, arguments.count) {
        case (.hasValue, 1): return .bool(wrapped != nil)
        case (.value, 1):
            guard let wrapped else { throw .emptyOptional }
            return wrapped
        case (.or, 2):
            guard case .optional = arguments[1] else { throw .noSuchOverload }
            return wrapped == nil ? arguments[1] : first
        case (.orValue, 2): return wrapped ?? arguments[1]
        default: throw .noSuchOverload
        }
    }
}
