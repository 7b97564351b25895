/// Fields and elements: of maps, lists, and optionals around them.
enum Selection {
    typealias Code = EvaluationError.Code

    static func field(_ name: String, of value: Value) throws(Code) -> Value {
        switch value {
        case .map(let map):
            guard let found = map[.string(name)] else { throw .noSuchKey }
            return found
        case .optional: return try optionalField(name, of: value)
        default: throw .noSuchOverload
        }
    }

    static func optionalField(_ name: String, of value: Value) throws(Code) -> Value {
        switch value {
        case .map(let map): return .optional(map[.string(name)])
        case .optional(nil): return value
        case .optional(.some(let wrapped)): return try optionalField(name, of: wrapped)
        default: throw .noSuchOverload
        }
    }

    static func has(_ name: String, in value: Value) throws(Code) -> Bool {
        switch value {
        case .map(let map): return map[.string(name)] != nil
        case .optional(nil): return false
        case .optional(.some(let wrapped)): return try has(name, in: wrapped)
        default: throw .noSuchOverload
        }
    }

    static func index(_ value: Value, _ key: Value) throws(Code) -> Value {
        switch value {
        case .list(let elements):
            let position = try wholeIndex(key)
            guard let position, elements.indices.contains(position) else { throw .indexOutOfBounds }
            return elements[position]
        case .map(let map):
            guard let found = map[key] else { throw .noSuchKey }
            return found
        case .optional: return try optionalIndex(value, key)
        default: throw .noSuchOverload
        }
    }

    static func optionalIndex(_ value: Value, _ key: Value) throws(Code) -> Value {
        switch value {
        case .list(let elements):
            let position = try wholeIndex(key)
            guard let position, elements.indices.contains(position) else { return .optional(nil) }
            return .optional(elements[position])
        case .map(let map): return .optional(map[key])
        case .optional(nil): return value
        case .optional(.some(let wrapped)): return try optionalIndex(wrapped, key)
        default: throw .noSuchOverload
        }
    }

    private static func wholeIndex(_ key: Value) throws(Code) -> Int? {
        switch key {
        case .int(let value): return Int(exactly: value)
        case .uint(let value): return Int(exactly: value)
        case .double(let value):
            guard let whole = Int(exactly: value) else { throw .invalidArgument }
            return whole
        default: throw .invalidArgument
        }
    }
}
