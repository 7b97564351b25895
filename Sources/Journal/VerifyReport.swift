import Events

/// What a full check of a journal found.
public struct VerifyReport: Equatable, Sendable {
    public struct Problem: Equatable, Sendable, CustomStringConvertible {
        /// Path of the segment.
        public var file: String
        /// Of the row, where it is one row's.
        public var position: Int64?
        public var reason: String

        public var description: String { "\(file)\(position.map { ", position \($0)" } ?? ""): \(reason)" }
    }

    public var segments = 0
    public var rows = 0
    public var events = 0
    /// First kept position, and the one after the last that was good.
    public var first: Int64 = 1
    public var next: Int64 = 1
    public var firstReceived: Timestamp?
    public var lastReceived: Timestamp?
    /// What the first kept row continues: genesis, or the anchor that pruning left.
    public var anchor = Digest.genesis
    /// Checksum of the last good row: with `next` it states the whole content before it.
    public var last = Digest.genesis
    /// Batches whose restricted fields can no longer be read: their key was erased.
    public var erased = 0
    /// Keys that rows name, that are not there, and that nobody erased.
    public var missingKeys: Set<String> = []
    /// The first problem; checking ends there.
    public var problem: Problem?

    public var isGood: Bool { problem == nil }
}

/// What a look at one full segment found.
public struct SegmentCheck: Sendable {
    /// Its first position, and its path.
    public var position: Int64
    public var file: String
    public var problem: VerifyReport.Problem?
    /// Why it cannot be read: nothing is known of its content then.
    public var failure: JournalError?
    /// The same of the one that follows: nothing is known of where this one ends.
    public var followerFailure: JournalError?
}
