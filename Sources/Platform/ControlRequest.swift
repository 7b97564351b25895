import Engine

/// What an operator's command asks of a running platform; each operation uses its own part.
public struct ControlRequest: Codable, Sendable {
    public struct File: Codable, Sendable {
        public var path: String
        public var text: String

        public init(path: String, text: String) {
            self.path = path
            self.text = text
        }
    }

    /// `status`, `reload`, `activate`, `rollback`, `acknowledge`.
    public var op: String
    /// The person who asks, and why; on record with what they change.
    public var by: String?
    public var why: String?
    /// `activate`: a whole rules directory.
    public var files: [File]?
    /// `rollback`: the beginning of a rule set's version; nil: the one before the running one.
    public var to: String?
    /// `acknowledge`: which alarm, `88190.0`, and a name of the request, so that a repeat has no second effect.
    public var episode: String?
    public var key: String?

    public init(op: String) { self.op = op }
}

/// What the platform answers to a change of rules.
public struct RulesAnswer: Codable, Sendable {
    public var ok: Bool
    /// Journal entries that were appended and applied.
    public var changed = 0
    public var ruleSet = ""
    public var previous = ""
    /// Ids of rules that were not there before, and of those that are there no more, whose alarms ended.
    public var added: [String]?
    public var removed: [String]?
    /// Subjects of the registry; nil where it has not changed.
    public var subjects: Int?
    /// Journal position of the entry that made it the running one.
    public var position: Int64 = 0
    /// What the person who asked should know besides.
    public var note: String?
    /// `invalid` files, `refused` request, `unavailable` platform.
    public var code: String?
    public var findings: String?
}

extension RulesAnswer {
    /// What is other than before, a line each: the ids are many only where a directory was incomplete.
    public var differences: [String] {
        func line(_ word: String, _ ids: [String]?) -> String? {
            guard let ids, !ids.isEmpty else { return nil }
            return "\(word) \(ids.count): " + ids.prefix(20).joined(separator: ", ") + (ids.count > 20 ? ", …" : "")
        }
        return [
            line("added", added), line("removed", removed).map { $0 + "; their alarms have ended (rule_removed)" },
            subjects.map { "registry: \($0) subjects" },
        ].compactMap { $0 }
    }
}
