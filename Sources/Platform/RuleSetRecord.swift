import Engine
import Events
import Journal

/// A rule set as the journal has it: when it became the running one, and by whom.
public struct RuleSetRecord: Sendable {
    /// Most that are looked through: with one change a day a year.
    public static let maximum = 400

    public var position: Int64
    public var received: Timestamp
    public var ruleSet: RuleSet

    /// Newest first. A set that this engine cannot read is passed over.
    public static func newest(of data: String, limit: Int = maximum) throws(JournalError) -> [RuleSetRecord] {
        try Journal.ruleSets(data: data, limit: limit).compactMap { record in
            guard case .ruleSet(let bytes) = record.entry, let ruleSet = try? RuleSet(decoding: bytes) else {
                return nil
            }
            return RuleSetRecord(position: record.position, received: record.received, ruleSet: ruleSet)
        }
    }

    /// Whether the version begins as given, with or without `sha256:`.
    func matches(_ version: String?) -> Bool {
        guard let version else { return true }
        return ruleSet.version.hasPrefix(version) || ruleSet.version.hasPrefix("sha256:" + version)
    }
}
