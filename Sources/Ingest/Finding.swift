/// One error or note of an answer: which event, what, and the words for people.
public struct Finding: Equatable, Sendable {
    /// Of the event in its message, from 0.
    public var index: Int
    /// The event's own id where it could be read.
    public var id: String?
    public var code: IngestCode
    public var field: String?
    public var got: String?
    public var want: String?

    public init(
        index: Int, id: String? = nil, code: IngestCode, field: String? = nil, got: String? = nil, want: String? = nil
    ) {
        self.index = index
        self.id = id
        self.code = code
        self.field = field
        self.got = got
        self.want = want
    }
}
