import Foundation

/// What consumers receive of one transition: JSON in the order of its fields here, absent ones left out.
public struct Notice: Decodable, Equatable, Sendable {
    public struct Text: Decodable, Equatable, Sendable {
        public var zh: String
        public var en: String
    }

    public struct RuleName: Decodable, Equatable, Sendable {
        public var id: String
        public var version: String
        /// How many activations have changed the rule, its first included; absent in notices of earlier software.
        public var revision: Int32?
    }

    public struct Subject: Decodable, Equatable, Sendable {
        public var id: String
        public var name: String?
    }

    public struct Area: Decodable, Equatable, Sendable {
        /// 12 digits.
        public var code: String
        public var name: String?
    }

    /// Degrees.
    public struct Location: Decodable, Equatable, Sendable {
        public var lon: Double
        public var lat: Double
        public var crs: String
    }

    /// The reading that decided, copied because events are pruned and alarms live on.
    public struct Evidence: Decodable, Equatable, Sendable {
        public var source: String
        public var id: String?
        public var position: Int64
        public var value: Double?
    }

    public struct Owner: Decodable, Equatable, Sendable {
        public var lead: String
        public var support: [String]?
    }

    public var v = 1
    public var epoch: String
    /// Strictly increasing along the feed.
    public var seq: Int64
    /// The sequence before it in its leaf topic; 0 for the first.
    public var prev: Int64
    public var id: String
    public var kind = "alarm"
    public var about: String
    public var transition: String
    public var reason: String?
    /// Of what a person did: who, and their note.
    public var by: String?
    public var note: String?
    /// Whom to tell next, of an alarm that nobody answered in time.
    public var escalateTo: [String]?
    public var episode: String
    public var level: String?
    /// 1 blue … 4 red; 0 once resolved.
    public var rank: Int
    public var previous: String?
    public var peak: String
    public var levelZh: String?
    public var score: Double?
    public var domain: String
    public var rule: RuleName
    public var title: Text
    public var key: String?
    public var subject: Subject?
    public var area: Area?
    public var location: Location?
    public var metric: String?
    public var value: Double?
    public var threshold: Double?
    public var compare: String?
    public var unit: String?
    public var startedAt: String
    public var at: String
    public var decidedAt: String
    /// Whole seconds from event to decision.
    public var delayS: Int64
    public var backfill: Bool
    public var exercise: Bool
    public var evidence: [Evidence]
    public var owner: Owner?
    public var runbook: String?
    public var message: Text
}

extension Notice {
    /// Reads a body; throws `DecodingError` where it is not one.
    public init(json: some StringProtocol) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(Self.self, from: Data(json.utf8))
    }
}
