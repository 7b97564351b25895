import AlertStore
import Events
import Foundation
import Ingest

/// What the platform tells of itself.
public struct Status: Codable, Sendable {
    public struct Rule: Codable, Sendable {
        public var id: String
        public var keys: Int
        /// Keys without a reading for longer than the rule's `no_data` allows: their alarms stand on old values.
        public var silent: Int
        public var evaluated: Int64
        public var filtered: Int64
        public var unknown: Int64
        public var late: Int64
        public var outOfOrder: Int64
        public var notEffective: Int64
        public var noKey: Int64
        public var refusedKeys: Int64
        public var unitMismatch: Int64
        public var decisions: Int64
        /// Samples beyond those that a window keeps or tells apart.
        public var refusedSamples: Int64
        /// Events without a place where the rule needs one.
        public var noPlace: Int64
        /// Points that gave way to newer ones while they still counted.
        public var droppedPoints: Int64
    }

    public struct Source: Codable, Sendable {
        public var department: String
        public var source: String
        public var accepted: UInt64
        public var duplicates: UInt64
        public var rejected: UInt64
        /// Accepted and read by no rule.
        public var unread: UInt64
    }

    /// A subject that the registry does not know.
    public struct Stranger: Codable, Sendable {
        public var subject: String
        public var department: String
        public var source: String
        public var events: UInt64
        public var lastReceived: String
    }

    /// Refused events in the dead-letter table.
    public struct Letters: Codable, Sendable {
        public var kept: Int64
        /// The oldest, since the table was made, for its limits.
        public var dropped: Int64
        /// Never stored, since the start: too many at once, or the table could not be written.
        public var lost: Int64
    }

    /// The way to the platform above.
    public struct Forward: Codable, Sendable {
        public struct Refused: Codable, Sendable {
            public var id: String
            public var code: String
            public var field: String
            public var reason: String
        }

        public var to: String
        public var source: String
        /// Newest notice that the platform above has, or has refused for good; empty before the first.
        public var position: String
        /// Since forwarding began.
        public var answered: Int
        /// Notices still to be acknowledged or looked at.
        public var waiting: Int
        /// Refused for good: they are not sent again.
        public var refused: Int
        /// Attempts that failed, since the start.
        public var retries: Int
        /// How often the platform above had lost what it had acknowledged.
        public var restarts: Int
        /// Why nothing is acknowledged now; empty: all is well.
        public var trouble: String
        public var newestRefused: [Refused]
    }

    public struct Code: Codable, Sendable {
        public var code: String
        public var count: UInt64
    }

    /// `ok`, or `degraded` with the reasons.
    public var health: String
    public var degraded: [String]
    public var data: String
    public var clock: String
    public var journalNext: Int64
    public var engineNext: Int64
    /// As of which position counters, `received` and `ruleSet` are: they are shown five times a second.
    public var countersNext: Int64
    public var storeApplied: Int64
    public var feedHead: Int64
    public var feedEpoch: String
    public var feedPublished: Int64
    public var feedSubscriptions: Int64
    /// Times that all subscribers were disconnected because together they asked for too many prefixes.
    public var feedResets: Int64
    public var feedHistoryRequests: Int64
    /// Where the configuration has `forward`.
    public var forward: Forward?
    public var received: String
    public var rules: [Rule]
    public var ruleSet: String
    /// `watched` or `named`.
    public var activation: String
    /// Who activated the running set, and why; empty where the directory or a start did.
    public var activatedBy: String
    public var activatedWhy: String
    /// Version of the files in the rules directory as last read, valid or not.
    public var diskRuleSet: String
    public var isDiskRuleSetValid: Bool
    public var decisions: Int64
    public var replayDivergences: Int64
    public var messages: UInt64
    public var refusedMessages: UInt64
    /// Messages of `lossy_ingest`, and those of them that were lost whole.
    public var lossyMessages: UInt64
    public var lossyLost: UInt64
    /// Answers whose sender was gone.
    public var unreachable: UInt64
    public var letters: Letters
    public var codes: [Code]
    public var sources: [Source]
    /// Where there is a registry: subjects that it does not know, the first 200 since it was read.
    public var unknownSubjects: [Stranger]
    /// Events of further ones.
    public var unlistedUnknown: UInt64
}
