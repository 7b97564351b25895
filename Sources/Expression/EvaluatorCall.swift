/// Calls of functions, by what the arguments are when they run.
extension Evaluator {
    mutating func call(_ builtin: Builtin, _ arguments: [Value]) throws(EvaluationError.Code) -> Value {
        try charge(arguments.reduce(0) { $0 + Self.weight($1) })
        switch builtin {
        case .size: return try size(try only(arguments))
        case .bool: return try Conversion.bool(try only(arguments))
        case .int: return try Conversion.int(try only(arguments))
        case .uint: return try Conversion.uint(try only(arguments))
        case .double: return try Conversion.double(try only(arguments))
        case .string: return try Conversion.string(try only(arguments))
        case .bytes: return try Conversion.bytes(try only(arguments))
        case .timestamp: return try Conversion.timestamp(try only(arguments))
        case .duration: return try Conversion.duration(try only(arguments))
        case .type: return .type(try only(arguments).typeName)
        case .dyn: return try only(arguments)
        case .getDate, .getDayOfMonth, .getDayOfWeek, .getDayOfYear, .getFullYear, .getHours, .getMilliseconds,
            .getMinutes, .getMonth, .getSeconds:
            return try timePart(builtin, arguments)
        case .matches: return try matchDynamic(arguments)
        case .contains, .startsWith, .endsWith, .charAt, .indexOf, .lastIndexOf, .lowerAscii, .upperAscii, .replace,
            .split, .substring, .trim, .reverse, .quote:
            return try TextFunctions.call(builtin, arguments, budget: &budget)
        case .join: return try join(arguments)
        case .format:
            guard arguments.count == 2, case .string(let format) = arguments[0], case .list(let values) = arguments[1]
            else { throw .noSuchOverload }
            var formatter = Formatter(budget: budget)
            defer { budget = formatter.budget }
            return .string(try formatter.format(format, values))
        case .greatest, .least, .ceil, .floor, .round, .trunc, .abs, .sign, .isNaN, .isInf, .isFinite, .sqrt, .bitAnd,
            .bitOr, .bitXor, .bitNot, .bitShiftLeft, .bitShiftRight:
            return try MathFunctions.call(builtin, arguments)
        case .optionalOf, .optionalNone, .optionalOfNonZero, .hasValue, .value, .or, .orValue:
            return try OptionalFunctions.call(builtin, arguments)
        }
    }

    private static func weight(_ value: Value) -> Int {
        switch value {
        case .string(let text): text.utf8.count / bytesPerStep
        case .bytes(let bytes): bytes.count / bytesPerStep
        case .list(let elements): elements.count / bytesPerStep
        case .absent, .null, .bool, .int, .uint, .double, .timestamp, .duration, .map, .type, .optional: 0
        }
    }

    private func only(_ arguments: [Value]) throws(EvaluationError.Code) -> Value {
        guard arguments.count == 1 else { throw .noSuchOverload }
        return arguments[0]
    }

    private func size(_ value: Value) throws(EvaluationError.Code) -> Value {
        switch value {
        case .string(let text): return .int(Int64(text.unicodeScalars.count))
        case .bytes(let bytes): return .int(Int64(bytes.count))
        case .list(let elements): return .int(Int64(elements.count))
        case .map(let map): return .int(Int64(map.entries.count))
        default: throw .noSuchOverload
        }
    }

    private func timePart(_ part: Builtin, _ arguments: [Value]) throws(EvaluationError.Code) -> Value {
        guard let subject = arguments.first, arguments.count <= 2 else { throw .noSuchOverload }
        switch subject {
        case .duration(let nanoseconds) where arguments.count == 1: return .int(try Span.part(part, nanoseconds))
        case .timestamp(let seconds, let nanoseconds):
            var offset: Int64 = 0
            if arguments.count == 2 {
                guard case .string(let zone) = arguments[1] else { throw .noSuchOverload }
                guard let known = zones.offset(of: zone, at: seconds) else { throw .unknownZone }
                offset = known
            }
            return .int(try Moment.part(part, seconds, nanoseconds, offset: offset))
        default: throw .noSuchOverload
        }
    }

    private mutating func matchDynamic(_ arguments: [Value]) throws(EvaluationError.Code) -> Value {
        guard arguments.count == 2, case .string(let text) = arguments[0], case .string(let source) = arguments[1]
        else { throw .noSuchOverload }
        let pattern: Pattern
        do throws(Pattern.Failure) {
            pattern = try Pattern(source)
        } catch {
            throw .invalidPattern
        }
        try charge(pattern.size)
        return .bool(try matches(text, pattern))
    }

    private mutating func join(_ arguments: [Value]) throws(EvaluationError.Code) -> Value {
        guard let first = arguments.first, case .list(let elements) = first, arguments.count <= 2 else {
            throw .noSuchOverload
        }
        var separator = ""
        if arguments.count == 2 {
            guard case .string(let text) = arguments[1] else { throw .noSuchOverload }
            separator = text
        }
        var out = ""
        for (index, element) in elements.enumerated() {
            guard case .string(let text) = element else { throw .noSuchOverload }
            try charge(1 + (text.utf8.count + separator.utf8.count) / Self.bytesPerStep)
            if index > 0 { out += separator }
            out += text
        }
        return .string(out)
    }
}
