/// A field that may hold personal data (free text, reporter): encrypted apart from the batch.
public struct RestrictedField: Equatable, Sendable {
    /// Index of the event in its batch.
    public var event: Int32
    public var name: String
    public var value: String

    public init(event: Int32, name: String, value: String) {
        self.event = event
        self.name = name
        self.value = value
    }
}
