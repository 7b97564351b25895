/// The types a checker reasons about.
public indirect enum ValueType: Hashable, Sendable {
    case dyn, null, bool, int, uint, double, string, bytes, timestamp, duration, type
    case list(ValueType)
    case map(ValueType, ValueType)
    case optional(ValueType)
    /// A named type with parameters that only declared functions make.
    case abstract(String, [ValueType])
    /// A type not known yet: a signature's parameter, or a variable of the running check.
    case parameter(Int)

    static let timestampName = "google.protobuf.Timestamp"
    static let durationName = "google.protobuf.Duration"
}

extension ValueType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .dyn: "dyn"
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .type: "type"
        case .list(let element): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .optional(let wrapped): "optional(\(wrapped))"
        case .abstract(let name, let parameters):
            "\(name)(\(parameters.map(\.description).joined(separator: ", ")))"
        case .parameter(let index): "T\(index)"
        }
    }

    /// A type's parameters; two types of one shape have equally many.
    var parameters: [ValueType] {
        switch self {
        case .list(let element): [element]
        case .map(let key, let value): [key, value]
        case .optional(let wrapped): [wrapped]
        case .abstract(_, let parameters): parameters
        case .dyn, .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .parameter: []
        }
    }

    func mapParameters(_ transform: (ValueType) -> ValueType) -> ValueType {
        switch self {
        case .list(let element): .list(transform(element))
        case .map(let key, let value): .map(transform(key), transform(value))
        case .optional(let wrapped): .optional(transform(wrapped))
        case .abstract(let name, let parameters): .abstract(name, parameters.map(transform))
        case .dyn, .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .parameter: self
        }
    }

    /// Same outermost constructor, whatever the parameters.
    func hasShape(of other: ValueType) -> Bool {
        switch (self, other) {
        case (.list, .list), (.map, .map), (.optional, .optional): true
        case (.abstract(let a, let x), .abstract(let b, let y)): a == b && x.count == y.count
        default: parameters.isEmpty && self == other
        }
    }
}
