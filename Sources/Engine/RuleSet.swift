import Events

/// All rules that run together, activated and journaled as one unit.
public struct RuleSet: Equatable, Sendable {
    public struct File: Equatable, Sendable {
        /// Relative to the rules directory.
        public var path: String
        public var text: String

        public init(path: String, text: String) {
            self.path = path
            self.text = text
        }
    }

    /// Ascending by id, no two alike.
    public let rules: [Rule]
    /// `sha256:…` over the sorted files.
    public let version: String
    /// How the engine tells time; part of the set because decisions depend on it.
    public let timing: Timing
    /// What the rules were read from; kept so that the auditor can see it.
    public let files: [File]

    public init(rules: [Rule], version: String = "", timing: Timing = Timing(), files: [File] = []) {
        self.rules = rules.sorted { $0.id < $1.id }
        precondition(zip(self.rules, self.rules.dropFirst()).allSatisfy { $0.id < $1.id }, "rule ids are unique")
        self.version = version
        self.timing = timing
        self.files = files
    }

    public static let empty = RuleSet(rules: [])
}
