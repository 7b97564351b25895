import Foundation
import Ingest

/// An event as sent, without what only its handlers may read, and without numbers that look like a person's: a subject of that kind may
/// have been refused for something else before.
enum ShownEvent {
    /// The restricted fields of docs/wire.md.
    static let restricted: Set<String> = ["text", "reporter", "reporter_name", "reporter_phone", "contact", "phone"]

    /// nil where the bytes are no JSON: what cannot be told apart is not shown.
    static func withoutRestricted(_ bytes: [UInt8]) -> String? {
        // nil is the documented answer for bytes that are no JSON.
        guard let value = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed),
            let data = try? JSONSerialization.data(
                withJSONObject: cleared(value), options: [.sortedKeys, .withoutEscapingSlashes, .fragmentsAllowed])
        else { return nil }
        return String(decoding: data, as: UTF8.self)
    }

    private static func cleared(_ value: Any) -> Any {
        switch value {
        case let object as [String: Any]:
            object.reduce(into: [String: Any]()) { out, pair in
                out[pair.key] = restricted.contains(pair.key) ? "…" : cleared(pair.value)
            }
        case let array as [Any]: array.map(cleared)
        default: looksPersonal("\(value)") ? "…" : value
        }
    }
}
