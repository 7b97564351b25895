import Events

/// Topic prefixes for common wishes.
public enum FeedTopics {
    private static let trees = ["", "exercise/"].flatMap { root in
        ["alarm", "warning"].flatMap { kind in ["domain", "area", "level"].map { "\(root)\(kind)/\($0)/" } }
    }

    /// Whether any notice can have a topic that begins so.
    public static func isPossible(_ prefix: String) -> Bool {
        trees.contains { $0.utf8.starts(with: prefix.utf8) || prefix.utf8.starts(with: $0.utf8) }
    }

    /// Everything in an area, and what its ancestors issue for all of theirs; nil where the code is none.
    ///
    /// 320213 gives `alarm/area/320213`, `alarm/area/320200000000/` and `alarm/area/320000000000/`, and the same of
    /// warnings.
    public static func area(_ code: String, kinds: [String] = ["alarm", "warning"]) -> [String]? {
        guard let prefix = AreaCode(code)?.prefix else { return nil }
        let ancestors = [2, 4, 6, 9].filter { $0 < prefix.count }.reversed().map { digits in
            prefix.prefix(digits) + String(repeating: "0", count: 12 - digits)
        }
        return kinds.flatMap { kind in
            ["\(kind)/area/\(prefix)"] + ancestors.map { "\(kind)/area/\($0)/" }
        }
    }
}
