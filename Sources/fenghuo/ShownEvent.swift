import Events
import Foundation

/// An event as sent, without what only its handlers may read, and without numbers that look like a person's: a subject of that kind may
/// have been refused for something else before anybody looked at it.
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

    /// A text with `…` in place of numbers that look like those of a phone or an identity card.
    static func withoutPersonal(_ text: String) -> String {
        let isDigit = { (byte: UInt8) in byte &- 48 <= 9 }
        let bytes = Array(text.utf8)
        var shown: [UInt8] = []
        var at = 0
        while at < bytes.count {
            var end = at
            while end < bytes.count, isDigit(bytes[end]) { end += 1 }
            if end - at == 17, end < bytes.count, bytes[end] | 0x20 == UInt8(ascii: "x") { end += 1 }
            if end == at {
                shown.append(bytes[at])
                at += 1
            } else {
                let number = bytes[at..<end]
                shown += looksPersonal(String(decoding: number, as: UTF8.self)) ? Array("…".utf8) : Array(number)
                at = end
            }
        }
        return String(decoding: shown, as: UTF8.self)
    }

    private static func cleared(_ value: Any) -> Any {
        switch value {
        case let object as [String: Any]:
            object.reduce(into: [String: Any]()) { out, pair in
                out[withoutPersonal(pair.key)] = restricted.contains(pair.key) ? "…" : cleared(pair.value)
            }
        case let array as [Any]: array.map(cleared)
        case let text as String: withoutPersonal(text)
        // A number as it would be read aloud: 13812345678.0 is one, 121.13812345678 is none.
        default: looksPersonal(String("\(value)".prefix { $0 != "." })) ? "…" : value
        }
    }
}
