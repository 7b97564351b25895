import Events

/// The finest topic of a notice: its kind, domain, peak level and area; three topic trees permute the same triple.
public struct Leaf: Hashable, Sendable {
    /// `alarm` or `warning`.
    public var kind: String
    public var exercise: Bool
    public var domain: String
    public var level: Level
    /// 12 digits; zeros where the area is unknown.
    public var area: String

    public init(kind: String, exercise: Bool, domain: String, level: Level, area: String) {
        self.kind = kind
        self.exercise = exercise
        self.domain = domain
        self.level = level
        self.area = area
    }

    /// The area as topics carry it: 12 digits, zeros where unknown or misshapen.
    public static func padded(_ area: String) -> String { AreaCode(area)?.padded ?? "000000000000" }

    /// By domain, by area, by level; each token ends with a slash, so that `…A1/` never matches `…A10/`.
    public var topics: [String] {
        let root = (exercise ? "exercise/" : "") + kind
        return [
            "\(root)/domain/\(domain)/\(level.name)/\(area)/",
            "\(root)/area/\(area)/\(level.name)/\(domain)/",
            "\(root)/level/\(level.name)/\(domain)/\(area)/",
        ]
    }

    /// Whether a subscription to any of these prefixes receives the leaf; no prefix at all means everything.
    public func matches(_ prefixes: [String]) -> Bool {
        guard !prefixes.isEmpty else { return true }
        return topics.contains { topic in prefixes.contains { topic.utf8.starts(with: $0.utf8) } }
    }
}
