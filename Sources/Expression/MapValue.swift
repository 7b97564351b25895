/// A map with its entries sorted by key, so that iteration and printing are the same on every run.
///
/// Keys are bool, int, uint or string; an int and a uint of one number are one key. Order: bools, numbers, strings.
public struct MapValue: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public var key: Value
        public var value: Value

        public init(key: Value, value: Value) {
            self.key = key
            self.value = value
        }
    }

    public let entries: [Entry]

    public static let empty = MapValue(sorted: [])

    private init(sorted: [Entry]) { entries = sorted }

    /// Throws `unsupported_key_type` and `repeated_key`.
    public init(_ unordered: [Entry]) throws(EvaluationError.Code) {
        for entry in unordered where Self.rank(entry.key) == nil { throw .unsupportedKeyType }
        let sorted = unordered.sorted { Self.order($0.key, $1.key) < 0 }
        for (a, b) in zip(sorted, sorted.dropFirst()) where Self.order(a.key, b.key) == 0 { throw .repeatedKey }
        entries = sorted
    }

    /// The value at a key; a double finds the whole number it equals.
    public subscript(key: Value) -> Value? {
        guard let key = Self.lookupKey(key) else { return nil }
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            let order = Self.order(entries[middle].key, key)
            if order == 0 { return entries[middle].value }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    private static func lookupKey(_ key: Value) -> Value? {
        guard case .double(let number) = key else { return rank(key) == nil ? nil : key }
        if let whole = Int64(exactly: number) { return .int(whole) }
        return UInt64(exactly: number).map(Value.uint)
    }

    private static func rank(_ key: Value) -> Int? {
        switch key {
        case .bool: 0
        case .int, .uint: 1
        case .string: 2
        case .absent, .null, .double, .bytes, .timestamp, .duration, .list, .map, .type, .optional: nil
        }
    }

    /// Negative, zero, positive; both are keys.
    static func order(_ a: Value, _ b: Value) -> Int {
        switch (a, b) {
        case (.bool(let a), .bool(let b)): (a ? 1 : 0) - (b ? 1 : 0)
        case (.int(let a), .int(let b)): a < b ? -1 : a == b ? 0 : 1
        case (.uint(let a), .uint(let b)): a < b ? -1 : a == b ? 0 : 1
        case (.int(let a), .uint(let b)): a < 0 || UInt64(a) < b ? -1 : UInt64(a) == b ? 0 : 1
        case (.uint, .int): -order(b, a)
        case (.string(let a), .string(let b)): Text.order(a, b)
        default: (rank(a) ?? 3) - (rank(b) ?? 3)
        }
    }
}
