/// What an expression reads from its slots and what it yields.
///
/// `==` here is sameness (same kind, same content, NaN is itself); CEL's own equality is `Comparison.equal`.
public enum Value: Sendable {
    /// A slot without a value: reading it is the error `no_such_field`.
    case absent
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    /// Since 1970-01-01T00:00:00Z; nanoseconds 0…999 999 999.
    case timestamp(seconds: Int64, nanoseconds: Int32)
    case duration(nanoseconds: Int64)
    case list([Value])
    case map(MapValue)
    /// A type as a value, by its CEL name.
    case type(String)
    indirect case optional(Value?)
}

extension Value {
    /// The name `type(value)` yields.
    public var typeName: String {
        switch self {
        case .absent: "absent"
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: ValueType.timestampName
        case .duration: ValueType.durationName
        case .list: "list"
        case .map: "map"
        case .type: "type"
        case .optional: "optional_type"
        }
    }

    /// Zero, empty, false, null, and nothing else.
    var isZero: Bool {
        switch self {
        case .absent, .null: true
        case .bool(let value): !value
        case .int(let value): value == 0
        case .uint(let value): value == 0
        case .double(let value): value == 0
        case .string(let value): value.isEmpty
        case .bytes(let value): value.isEmpty
        case .timestamp(let seconds, let nanoseconds): seconds == 0 && nanoseconds == 0
        case .duration(let nanoseconds): nanoseconds == 0
        case .list(let value): value.isEmpty
        case .map(let value): value.entries.isEmpty
        case .type: false
        case .optional(let value): value == nil
        }
    }
}

extension Value: Equatable {
    public static func == (a: Value, b: Value) -> Bool {
        switch (a, b) {
        case (.absent, .absent), (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.int(let a), .int(let b)): a == b
        case (.uint(let a), .uint(let b)): a == b
        case (.double(let a), .double(let b)): a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
        case (.string(let a), .string(let b)): Text.same(a, b)
        case (.bytes(let a), .bytes(let b)): a == b
        case (.timestamp(let a, let x), .timestamp(let b, let y)): a == b && x == y
        case (.duration(let a), .duration(let b)): a == b
        case (.list(let a), .list(let b)): a == b
        case (.map(let a), .map(let b)): a == b
        case (.type(let a), .type(let b)): a == b
        case (.optional(let a), .optional(let b)): a == b
        default: false
        }
    }
}
