/// The identity of a decision: the journal position that caused it and its ordinal within that position's entry.
public struct DecisionID: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var position: Int64
    public var ordinal: Int32

    public init(position: Int64, ordinal: Int32) {
        self.position = position
        self.ordinal = ordinal
    }

    /// `88213.0`
    public var text: String { "\(position).\(ordinal)" }

    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let position = Int64(parts[0]), let ordinal = Int32(parts[1]), position >= 0,
            ordinal >= 0
        else { return nil }
        self.init(position: position, ordinal: ordinal)
    }

    public static func < (a: Self, b: Self) -> Bool { (a.position, a.ordinal) < (b.position, b.ordinal) }
}
