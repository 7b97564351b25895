/// A scalar field of an event beyond the known ones; a string is a number of the batch's table.
public struct FieldValue: Equatable, Sendable, BitwiseCopyable {
    public enum Kind: UInt8, Sendable, BitwiseCopyable {
        case null = 0
        case double = 1
        case int = 2
        case bool = 3
        case string = 4
    }

    public let kind: Kind
    public let bits: UInt64

    public init(kind: Kind, bits: UInt64) {
        self.kind = kind
        self.bits = bits
    }

    public static let null = FieldValue(kind: .null, bits: 0)
    public static func double(_ value: Double) -> Self { .init(kind: .double, bits: value.bitPattern) }
    public static func int(_ value: Int64) -> Self { .init(kind: .int, bits: UInt64(bitPattern: value)) }
    public static func bool(_ value: Bool) -> Self { .init(kind: .bool, bits: value ? 1 : 0) }
    public static func string(_ number: Int32) -> Self {
        .init(kind: .string, bits: UInt64(UInt32(bitPattern: number)))
    }

    public var double: Double { Double(bitPattern: bits) }
    public var int: Int64 { Int64(bitPattern: bits) }
    public var bool: Bool { bits != 0 }
    public var string: Int32 { Int32(truncatingIfNeeded: bits) }
}
