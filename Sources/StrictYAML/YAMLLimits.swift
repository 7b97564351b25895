/// Every bound on a file that people edit, in one place, with its unit and reason.
public struct YAMLLimits: Sendable {
    /// Bytes of one file: a long rule has four thousand.
    public var bytes: Int
    /// Mappings and lists inside each other: a rule is five deep.
    public var depth: Int
    /// Scalars, lists and mappings in one file.
    public var nodes: Int

    public init(bytes: Int = 1 << 20, depth: Int = 16, nodes: Int = 100_000) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
    }

    public static let standard = YAMLLimits()
    /// Tables of subjects: a hundred thousand of ten fields each.
    public static let tables = YAMLLimits(bytes: 64 << 20, depth: 16, nodes: 4_000_000)
}
