/// One way to call a function: what it takes and what it gives.
struct Overload: Sendable {
    /// nil for a declared function that has no body here.
    var builtin: Builtin?
    /// The target of a method first.
    var parameters: [ValueType]
    var result: ValueType

    init(_ builtin: Builtin?, _ parameters: [ValueType], _ result: ValueType) {
        self.builtin = builtin
        self.parameters = parameters
        self.result = result
    }
}

/// Signatures by name; methods and global functions are two name spaces.
enum Signatures {
    static let functions: [String: [Overload]] = {
        var table: [String: [Overload]] = [
            "size": sizes, "matches": [.init(.matches, [.string, .string], .bool)],
            "bool": conversions(.bool, [.bool, .string], .bool),
            "int": conversions(.int, [.int, .uint, .double, .string, .timestamp, .duration], .int),
            "uint": conversions(.uint, [.uint, .int, .double, .string], .uint),
            "double": conversions(.double, [.double, .int, .uint, .string], .double),
            "string": conversions(
                .string, [.string, .bool, .int, .uint, .double, .bytes, .timestamp, .duration], .string),
            "bytes": conversions(.bytes, [.bytes, .string], .bytes),
            "timestamp": conversions(.timestamp, [.timestamp, .string, .int], .timestamp),
            "duration": conversions(.duration, [.duration, .string, .int], .duration),
            "type": [.init(.type, [a], .type)], "dyn": [.init(.dyn, [a], .dyn)],
            "strings.quote": [.init(.quote, [.string], .string)],
            "optional.of": [.init(.optionalOf, [a], .optional(a))],
            "optional.none": [.init(.optionalNone, [], .optional(a))],
            "optional.ofNonZeroValue": [.init(.optionalOfNonZero, [a], .optional(a))],
        ]
        for (name, builtin) in [("ceil", Builtin.ceil), ("floor", .floor), ("round", .round), ("trunc", .trunc)] {
            table["math." + name] = [.init(builtin, [.double], .double)]
        }
        for (name, builtin) in [("isNaN", Builtin.isNaN), ("isInf", .isInf), ("isFinite", .isFinite)] {
            table["math." + name] = [.init(builtin, [.double], .bool)]
        }
        table["math.sqrt"] = conversions(.sqrt, [.double, .int, .uint], .double)
        for (name, builtin) in [("abs", Builtin.abs), ("sign", .sign)] {
            table["math." + name] = [ValueType.double, .int, .uint].map { .init(builtin, [$0], $0) }
        }
        for (name, builtin) in [("bitAnd", Builtin.bitAnd), ("bitOr", .bitOr), ("bitXor", .bitXor)] {
            table["math." + name] = [ValueType.int, .uint].map { .init(builtin, [$0, $0], $0) }
        }
        table["math.bitNot"] = [ValueType.int, .uint].map { .init(.bitNot, [$0], $0) }
        for (name, builtin) in [("bitShiftLeft", Builtin.bitShiftLeft), ("bitShiftRight", .bitShiftRight)] {
            table["math." + name] = [ValueType.int, .uint].map { .init(builtin, [$0, .int], $0) }
        }
        return table
    }()

    static let methods: [String: [Overload]] = {
        var table: [String: [Overload]] = [
            "size": sizes, "matches": [.init(.matches, [.string, .string], .bool)],
            "contains": [.init(.contains, [.string, .string], .bool)],
            "startsWith": [.init(.startsWith, [.string, .string], .bool)],
            "endsWith": [.init(.endsWith, [.string, .string], .bool)],
            "charAt": [.init(.charAt, [.string, .int], .string)],
            "indexOf": searches(.indexOf), "lastIndexOf": searches(.lastIndexOf),
            "join": [
                .init(.join, [.list(.string)], .string), .init(.join, [.list(.string), .string], .string),
            ],
            "replace": [
                .init(.replace, [.string, .string, .string], .string),
                .init(.replace, [.string, .string, .string, .int], .string),
            ],
            "split": [
                .init(.split, [.string, .string], .list(.string)),
                .init(.split, [.string, .string, .int], .list(.string)),
            ],
            "substring": [
                .init(.substring, [.string, .int], .string), .init(.substring, [.string, .int, .int], .string),
            ],
            "format": [.init(.format, [.string, .list(.dyn)], .string)],
            "hasValue": [.init(.hasValue, [.optional(a)], .bool)], "value": [.init(.value, [.optional(a)], a)],
            "or": [.init(.or, [.optional(a), .optional(a)], .optional(a))],
            "orValue": [.init(.orValue, [.optional(a), a], a)],
        ]
        for (name, builtin) in [
            ("lowerAscii", Builtin.lowerAscii), ("upperAscii", .upperAscii), ("trim", .trim), ("reverse", .reverse),
        ] {
            table[name] = [.init(builtin, [.string], .string)]
        }
        for (name, builtin, ofDuration) in [
            ("getDate", Builtin.getDate, false), ("getDayOfMonth", .getDayOfMonth, false),
            ("getDayOfWeek", .getDayOfWeek, false), ("getDayOfYear", .getDayOfYear, false),
            ("getFullYear", .getFullYear, false), ("getMonth", .getMonth, false), ("getHours", .getHours, true),
            ("getMinutes", .getMinutes, true), ("getSeconds", .getSeconds, true),
            ("getMilliseconds", .getMilliseconds, true),
        ] {
            table[name] =
                [.init(builtin, [.timestamp], .int), .init(builtin, [.timestamp, .string], .int)]
                + (ofDuration ? [.init(builtin, [.duration], .int)] : [])
        }
        return table
    }()

    /// Names in a fixed order, for suggestions.
    static let functionNames = functions.keys.sorted() + ["math.greatest", "math.least"]
    static let methodNames = methods.keys.sorted() + ["all", "exists", "exists_one", "filter", "map"]

    static func binary(_ operation: SyntaxTree.Binary) -> [Overload] {
        switch operation {
        case .add:
            same([.int, .uint, .double, .string, .bytes, .list(a), .duration])
                + [
                    .init(nil, [.timestamp, .duration], .timestamp), .init(nil, [.duration, .timestamp], .timestamp),
                ]
        case .subtract:
            same([.int, .uint, .double, .duration])
                + [
                    .init(nil, [.timestamp, .duration], .timestamp), .init(nil, [.timestamp, .timestamp], .duration),
                ]
        case .multiply, .divide: same([.int, .uint, .double])
        case .modulo: same([.int, .uint])
        case .equal, .notEqual: [.init(nil, [a, a], .bool)]
        case .less, .lessEqual, .greater, .greaterEqual:
            [ValueType.int, .uint, .double, .string, .bytes, .bool, .timestamp, .duration].map {
                .init(nil, [$0, $0], .bool)
            }
        case .isIn: [.init(nil, [a, .list(a)], .bool), .init(nil, [a, .map(a, b)], .bool)]
        }
    }

    static func index(optional: Bool) -> [Overload] {
        [
            .init(nil, [.list(a), .int], optional ? .optional(a) : a),
            .init(nil, [.map(b, a), b], optional ? .optional(a) : a),
            .init(nil, [.optional(.list(a)), .int], .optional(a)),
            .init(nil, [.optional(.map(b, a)), b], .optional(a)),
        ]
    }

    static let negate = [ValueType.int, .double].map { Overload(nil, [$0], $0) }

    private static let a = ValueType.parameter(0)
    private static let b = ValueType.parameter(1)
    private static let sizes = [ValueType.string, .bytes, .list(a), .map(a, b)].map { Overload(.size, [$0], .int) }

    private static func same(_ types: [ValueType]) -> [Overload] { types.map { .init(nil, [$0, $0], $0) } }

    private static func conversions(_ builtin: Builtin, _ from: [ValueType], _ to: ValueType) -> [Overload] {
        from.map { .init(builtin, [$0], to) }
    }

    private static func searches(_ builtin: Builtin) -> [Overload] {
        [.init(builtin, [.string, .string], .int), .init(builtin, [.string, .string, .int], .int)]
    }
}
