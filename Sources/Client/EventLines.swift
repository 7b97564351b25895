import Events

/// Where a sender takes its events from: NDJSON lines, one after the other.
public protocol EventLines {
    /// What could not be read: the first ones with their reason, and how many in all.
    var skipped: SkippedLines { get }
    /// Number of the input's line that the last event came from, from 1; 0: what it comes from has no lines.
    var line: Int { get }
    /// Appends the next line, newline included, and gives its event time; nil at the end.
    mutating func nextLine(into out: inout [UInt8]) throws -> Timestamp?
}

extension EventLines {
    /// Nothing: what is made and not read has no such lines.
    public var skipped: SkippedLines { SkippedLines() }
    public var line: Int { 0 }
}

/// Lines of an input that are no events and were passed over.
public struct SkippedLines: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        public var line: Int
        public var reason: String
    }

    /// How many are kept with their reason.
    public static let maximum = 100

    public private(set) var list: [Line] = []
    public private(set) var count = 0

    mutating func add(_ line: Int, _ reason: String) {
        count += 1
        if list.count < Self.maximum { list.append(Line(line: line, reason: reason)) }
    }
}
