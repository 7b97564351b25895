/// Sums, differences, products, quotients: no mixing of kinds, no wrapping around.
enum Arithmetic {
    typealias Code = EvaluationError.Code

    static func add(_ a: Value, _ b: Value) throws(Code) -> Value {
        switch (a, b) {
        case (.double(let a), .double(let b)): return .double(a + b)
        case (.int(let a), .int(let b)): return .int(try checked(a.addingReportingOverflow(b)))
        case (.uint(let a), .uint(let b)): return .uint(try checked(a.addingReportingOverflow(b)))
        case (.duration(let a), .duration(let b)):
            return .duration(nanoseconds: try range(a.addingReportingOverflow(b)))
        case (.timestamp(let seconds, let nanoseconds), .duration(let span)):
            return try Moment.shifted(seconds, nanoseconds, by: span)
        case (.duration, .timestamp): return try add(b, a)
        default: throw .noSuchOverload
        }
    }

    static func subtract(_ a: Value, _ b: Value) throws(Code) -> Value {
        switch (a, b) {
        case (.double(let a), .double(let b)): return .double(a - b)
        case (.int(let a), .int(let b)): return .int(try checked(a.subtractingReportingOverflow(b)))
        case (.uint(let a), .uint(let b)): return .uint(try checked(a.subtractingReportingOverflow(b)))
        case (.duration(let a), .duration(let b)):
            return .duration(nanoseconds: try range(a.subtractingReportingOverflow(b)))
        case (.timestamp(let seconds, let nanoseconds), .duration(let span)):
            return try Moment.shifted(seconds, nanoseconds, by: try range(Int64(0).subtractingReportingOverflow(span)))
        case (.timestamp(let a, let x), .timestamp(let b, let y)):
            let seconds = try range(a.subtractingReportingOverflow(b))
            let whole = try range(seconds.multipliedReportingOverflow(by: 1_000_000_000))
            return .duration(nanoseconds: try range(whole.addingReportingOverflow(Int64(x) - Int64(y))))
        default: throw .noSuchOverload
        }
    }

    static func multiply(_ a: Value, _ b: Value) throws(Code) -> Value {
        switch (a, b) {
        case (.double(let a), .double(let b)): return .double(a * b)
        case (.int(let a), .int(let b)): return .int(try checked(a.multipliedReportingOverflow(by: b)))
        case (.uint(let a), .uint(let b)): return .uint(try checked(a.multipliedReportingOverflow(by: b)))
        default: throw .noSuchOverload
        }
    }

    static func divide(_ a: Value, _ b: Value) throws(Code) -> Value {
        switch (a, b) {
        case (.double(let a), .double(let b)): return .double(a / b)
        case (.int(let a), .int(let b)):
            if b == 0 { throw .divideByZero }
            return .int(try checked(a.dividedReportingOverflow(by: b)))
        case (.uint(let a), .uint(let b)):
            if b == 0 { throw .divideByZero }
            return .uint(a / b)
        default: throw .noSuchOverload
        }
    }

    static func modulo(_ a: Value, _ b: Value) throws(Code) -> Value {
        switch (a, b) {
        case (.int(let a), .int(let b)):
            if b == 0 { throw .modulusByZero }
            return .int(try checked(a.remainderReportingOverflow(dividingBy: b)))
        case (.uint(let a), .uint(let b)):
            if b == 0 { throw .modulusByZero }
            return .uint(a % b)
        default: throw .noSuchOverload
        }
    }

    static func negate(_ a: Value) throws(Code) -> Value {
        switch a {
        case .double(let a): return .double(-a)
        case .int(let a): return .int(try checked(Int64(0).subtractingReportingOverflow(a)))
        default: throw .noSuchOverload
        }
    }

    private static func checked<T>(_ result: (partialValue: T, overflow: Bool)) throws(Code) -> T {
        if result.overflow { throw .overflow }
        return result.partialValue
    }

    private static func range(_ result: (partialValue: Int64, overflow: Bool)) throws(Code) -> Int64 {
        if result.overflow { throw .outOfRange }
        return result.partialValue
    }
}
