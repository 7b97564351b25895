/// A node of a document: text, list or mapping, with its place; no scalar has a type until a schema gives it one.
public struct YAMLNode: Equatable, Sendable {
    public enum Content: Equatable, Sendable {
        case scalar(String, style: Style)
        case list([YAMLNode])
        /// In file order, keys unique.
        case mapping([Pair])
    }

    public enum Style: Sendable {
        case plain, singleQuoted, doubleQuoted, literal, folded
    }

    public struct Pair: Equatable, Sendable {
        public var key: String
        public var keyMark: YAMLMark
        public var value: YAMLNode

        public init(key: String, keyMark: YAMLMark, value: YAMLNode) {
            self.key = key
            self.keyMark = keyMark
            self.value = value
        }
    }

    public var content: Content
    public var mark: YAMLMark

    public init(content: Content, mark: YAMLMark) {
        self.content = content
        self.mark = mark
    }

    /// What the user sees it called.
    public var shape: String {
        switch content {
        case .scalar: "a single value"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// A place in a file and how much of its line it takes.
public struct YAMLMark: Equatable, Sendable {
    /// From 1.
    public var line: Int
    /// From 1, in Unicode scalars.
    public var column: Int
    /// Scalars on that line; at least 1.
    public var width: Int

    public init(line: Int, column: Int, width: Int = 1) {
        self.line = line
        self.column = column
        self.width = max(1, width)
    }
}
