/// What a message's body is, as its content type or its bytes say.
enum BodyKind {
    /// One event, or an array of them.
    case document
    /// One event a line.
    case lines
    /// A SenML pack.
    case senml

    init(contentType: String) throws(IngestCode) {
        switch contentType.prefix(while: { $0 != ";" && $0 != " " }).lowercased() {
        case "application/json", "application/cloudevents+json", "application/cloudevents-batch+json": self = .document
        case "application/x-ndjson", "application/ndjson", "application/jsonl": self = .lines
        case "application/senml+json": self = .senml
        default: throw .unsupportedContentType
        }
    }
}
