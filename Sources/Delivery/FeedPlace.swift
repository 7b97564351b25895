/// Where a consumer stands in a feed; kept between runs, it makes the next run continue without gap or repeat.
public struct FeedPlace: Codable, Equatable, Sendable {
    /// Of the store; another one numbers anew.
    public var epoch: String
    /// Everything that matches the topics up to here was taken.
    public var seq: Int64
    /// Newest sequence taken of leaves that are further on than `seq`; without them the next run repeats some notices.
    public var leaves: [String: Int64]

    public init(epoch: String, seq: Int64, leaves: [String: Int64] = [:]) {
        self.epoch = epoch
        self.seq = seq
        self.leaves = leaves
    }
}
