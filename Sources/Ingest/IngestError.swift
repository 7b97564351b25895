/// Why the door could not be opened.
public struct IngestError: Error, Equatable, CustomStringConvertible, Sendable {
    /// What was attempted, on what, why it failed and what to do.
    public var description: String
}
