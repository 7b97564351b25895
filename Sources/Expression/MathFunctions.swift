/// The `math.` functions; only operations that IEEE 754 fixes to the bit.
enum MathFunctions {
    typealias Code = EvaluationError.Code

    static func call(_ builtin: Builtin, _ arguments: [Value]) throws(Code) -> Value {
        switch builtin {
        case .greatest: return try extreme(arguments, sign: 1)
        case .least: return try extreme(arguments, sign: -1)
        case .ceil: return .double(try real(arguments).rounded(.up))
        case .floor: return .double(try real(arguments).rounded(.down))
        case .round: return .double(try real(arguments).rounded(.toNearestOrAwayFromZero))
        case .trunc: return .double(try real(arguments).rounded(.towardZero))
        case .isNaN: return .bool(try real(arguments).isNaN)
        case .isInf: return .bool(try real(arguments).isInfinite)
        case .isFinite: return .bool(try real(arguments).isFinite)
        case .sqrt:
            guard arguments.count == 1, case .double(let number) = try Conversion.double(arguments[0]) else {
                throw .noSuchOverload
            }
            return .double(number.squareRoot())
        case .abs, .sign: return try sized(builtin, arguments)
        case .bitAnd, .bitOr, .bitXor, .bitNot: return try bits(builtin, arguments)
        case .bitShiftLeft, .bitShiftRight: return try shift(arguments, left: builtin == .bitShiftLeft)
        default: throw .noSuchOverload
        }
    }

    private static func real(_ arguments: [Value]) throws(Code) -> Double {
        guard arguments.count == 1, case .double(let number) = arguments[0] else { throw .noSuchOverload }
        return number
    }

    private static func extreme(_ arguments: [Value], sign: Int) throws(Code) -> Value {
        var values = arguments
        if arguments.count == 1, case .list(let elements) = arguments[0] { values = elements }
        guard var best = values.first else { throw .invalidArgument }
        for value in values {
            switch value {
            case .int, .uint, .double: break
            default: throw .noSuchOverload
            }
            if let order = Comparison.numeric(value, best), order * sign > 0 { best = value }
        }
        return best
    }

    private static func sized(_ builtin: Builtin, _ arguments: [Value]) throws(Code) -> Value {
        guard arguments.count == 1 else { throw .noSuchOverload }
        switch (builtin, arguments[0]) {
        case (.abs, .int(let number)):
            if number == .min { throw .overflow }
            return .int(Swift.abs(number))
        case (.abs, .uint): return arguments[0]
        case (.abs, .double(let number)): return .double(number.magnitude)
        case (.sign, .int(let number)): return .int(number.signum())
        case (.sign, .uint(let number)): return .uint(number == 0 ? 0 : 1)
        case (.sign, .double(let number)): return .double(number > 0 ? 1 : number < 0 ? -1 : number)
        default: throw .noSuchOverload
        }
    }

    private static func bits(_ builtin: Builtin, _ arguments: [Value]) throws(Code) -> Value {
        if builtin == .bitNot, arguments.count == 1 {
            switch arguments[0] {
            case .int(let number): return .int(~number)
            case .uint(let number): return .uint(~number)
            default: throw .noSuchOverload
            }
        }
        guard arguments.count == 2 else { throw .noSuchOverload }
        switch (arguments[0], arguments[1]) {
        case (.int(let a), .int(let b)):
            return .int(builtin == .bitAnd ? a & b : builtin == .bitOr ? a | b : a ^ b)
        case (.uint(let a), .uint(let b)):
            return .uint(builtin == .bitAnd ? a & b : builtin == .bitOr ? a | b : a ^ b)
        default: throw .noSuchOverload
        }
    }

    // Right shifts fill with zeros, for ints too.
    private static func shift(_ arguments: [Value], left: Bool) throws(Code) -> Value {
        guard arguments.count == 2, case .int(let count) = arguments[1] else { throw .noSuchOverload }
        func shifted(_ bits: UInt64) -> UInt64 { left ? bits << count : bits >> count }
        switch arguments[0] {
        case .int(let number):
            if count < 0 { throw .invalidArgument }
            return .int(Int64(bitPattern: shifted(UInt64(bitPattern: number))))
        case .uint(let number):
            if count < 0 { throw .invalidArgument }
            return .uint(shifted(number))
        default: throw .noSuchOverload
        }
    }
}
