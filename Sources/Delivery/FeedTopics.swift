import Events

/// Topic prefixes for common wishes.
public enum FeedTopics {
    private enum Token { case domain, level, area, end }

    /// What topics begin with, and the tokens that follow, each with a slash behind it.
    private static let trees: [(root: String, tokens: [Token])] = ["", "exercise/"].flatMap { root in
        ["alarm", "warning"].flatMap { kind in
            [
                ("\(root)\(kind)/domain/", [.domain, .level, .area, .end]),
                ("\(root)\(kind)/area/", [.area, .level, .domain, .end]),
                ("\(root)\(kind)/level/", [.level, .domain, .area, .end]),
            ]
        }
    }

    /// Whether any notice can have a topic that begins so.
    public static func isPossible(_ prefix: String) -> Bool {
        trees.contains { root, tokens in
            if root.utf8.starts(with: prefix.utf8) { return true }
            guard prefix.utf8.starts(with: root.utf8) else { return false }
            let given = prefix.dropFirst(root.count).split(separator: "/", omittingEmptySubsequences: false)
            guard given.count <= tokens.count else { return false }
            return given.indices.allSatisfy { isPossible(given[$0], tokens[$0], isWhole: $0 < given.count - 1) }
        }
    }

    private static func isPossible(_ text: Substring, _ token: Token, isWhole: Bool) -> Bool {
        switch token {
        case .domain: !isWhole || !text.isEmpty
        case .level: Level.allCases.contains { isWhole ? $0.name == text : $0.name.hasPrefix(text) }
        case .area:
            (isWhole ? 12...12 : 0...12).contains(text.utf8.count) && text.utf8.allSatisfy { $0 &- 48 <= 9 }
        case .end: text.isEmpty
        }
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
