/// What a consumer asks of the history: `{"since":1042,"topics":["alarm/area/320213"],"limit":1000,"epoch":"7f3a"}`.
struct HistoryRequest: Decodable {
    enum CodingKeys: String, CodingKey { case since, topics, limit, epoch }

    /// Largest request in bytes: a few hundred topics.
    static let maximumBytes = 64 << 10
    /// Most topics of one request: each is compared with each scanned notice.
    static let maximumTopics = 256

    var since: Int64
    /// Prefixes; none means everything.
    var topics: [String]?
    /// Most notices in the answer.
    var limit: Int?
    /// The epoch that `since` belongs to; a different one is answered with `epoch_changed`.
    var epoch: String?
}
