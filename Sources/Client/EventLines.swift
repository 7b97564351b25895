import Events

/// Where a sender takes its events from: NDJSON lines, one after the other.
public protocol EventLines {
    /// Appends the next line, newline included, and gives its event time; nil at the end.
    mutating func nextLine(into out: inout [UInt8]) throws -> Timestamp?
}
