/// The known keys of one mapping.
public struct YAMLFields {
    public let item: YAMLItem
    private let keys: [String]
    private let pairs: [YAMLPair]

    init(item: YAMLItem, keys: [String], pairs: [YAMLPair]) {
        self.item = item
        self.keys = keys
        self.pairs = pairs
    }

    public func optional(_ key: String) -> YAMLItem? {
        precondition(keys.contains(key), "the schema lists every key it reads")
        return pairs.first { $0.name == key }?.value
    }

    /// What `read` makes of an optional key, `fallback` where the key is absent; nil where it is there and unreadable.
    public func read<T>(_ key: String, or fallback: T, _ read: (YAMLItem) -> T?) -> T? {
        guard let item = optional(key) else { return fallback }
        return read(item)
    }

    /// Its absence is a finding at the mapping.
    public func required(_ key: String) -> YAMLItem? {
        if let found = optional(key) { return found }
        // `zh：甲`, `zh:甲` and `zh 甲` were told as unknown keys.
        if pairs.contains(where: { pair in ["：", ":", " "].contains { pair.name.hasPrefix(key + $0) } }) { return nil }
        item.source.report(.missingField, at: placeOfAbsence, "\(item.name) has no '\(key)'", help: "add '\(key): …'")
        return nil
    }

    /// A flow mapping's brace, a block mapping's first key.
    private var placeOfAbsence: YAMLMark { YAMLMark(line: item.mark.line, column: item.mark.column) }
}

/// A key and its value where the user chooses the key.
public struct YAMLPair {
    public let name: String
    public let keyMark: YAMLMark
    public let value: YAMLItem

    public var source: YAMLSource { value.source }
}
