import CivilTime
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

    /// Who made the set the running one, and why.
    public struct Activation: Equatable, Sendable {
        public var by: String
        public var why: String

        public init(by: String, why: String) {
            self.by = by
            self.why = why
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
    /// nil where a watched directory or a start activated it.
    public let activation: Activation?
    /// Every named zone that the rules use, ascending by name: no decision depends on a machine's zone files.
    public let zones: [ZoneTable]

    public init(
        rules: [Rule], version: String = "", timing: Timing = Timing(), files: [File] = [],
        activation: Activation? = nil, zones: [ZoneTable] = []
    ) {
        self.rules = rules.sorted { $0.id < $1.id }
        precondition(zip(self.rules, self.rules.dropFirst()).allSatisfy { $0.id < $1.id }, "rule ids are unique")
        self.version = version
        self.timing = timing
        self.files = files
        self.activation = activation
        self.zones = zones.sorted { $0.name < $1.name }
    }

    public func activated(_ activation: Activation?, timing: Timing) -> RuleSet {
        RuleSet(
            rules: rules, version: version, timing: timing, files: files, activation: activation,
            zones: zones)
    }

    public static let empty = RuleSet(rules: [])
}
