import Foundation

/// What a consumer reads of a notice to find its place.
struct NoticeHead: Decodable {
    var epoch: String
    var seq: Int64
    var prev: Int64
}

struct Heartbeat: Decodable {
    struct Changed: Decodable {
        var leaf: String
        var seq: Int64
    }

    var epoch: String
    var head: Int64
    var since: Int64
    var changed: [Changed]
}

struct HistoryQuestion: Encodable {
    var since: Int64
    var topics: [String]
    var limit: Int?
    var epoch: String?

    var json: [UInt8] {
        do {
            return [UInt8](try JSONEncoder().encode(self))
        } catch {
            preconditionFailure("texts and whole numbers encode: \(error)")
        }
    }
}

/// An answer of the history, with each notice byte for byte as it was stored.
struct HistoryPage {
    private struct Head: Decodable {
        var ok: Bool
        var epoch: String
        var head: Int64
        var next: Int64?
        var more: Bool?
        var leaves: [String]?
        var code: String?
        var en: String?
    }

    /// nil: taken.
    let refusal: (code: String, text: String)?
    let epoch: String
    let head: Int64
    let next: Int64
    let more: Bool
    let notices: [(leaf: String, body: [UInt8])]

    /// nil where the bytes are no answer.
    init?(_ bytes: [UInt8]) {
        guard let head = try? JSONDecoder().decode(Head.self, from: Data(bytes)) else { return nil }
        let bodies = head.ok ? Self.objectsInArrays(bytes) : []
        let leaves = head.leaves ?? []
        guard leaves.count == bodies.count, !head.ok || head.next != nil else { return nil }
        refusal = head.ok ? nil : (head.code ?? "", head.en ?? "")
        epoch = head.epoch
        self.head = head.head
        next = head.next ?? 0
        more = head.more ?? false
        notices = zip(leaves, bodies).map { ($0, Array(bytes[$1])) }
    }

    /// Where the objects in the arrays of the outermost object lie; the text is valid JSON.
    private static func objectsInArrays(_ json: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var (depth, start) = (0, 0)
        var (inString, escaped) = (false, false)
        for (index, byte) in json.enumerated() {
            if inString {
                if escaped {
                    escaped = false
                } else {
                    escaped = byte == UInt8(ascii: "\\")
                    inString = byte != UInt8(ascii: "\"")
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): inString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                if depth == 2 { start = index }
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 2 { found.append(start..<index + 1) }
            default: break
            }
        }
        return found
    }
}
