import Foundation

/// An answer of the platform's door, as JSON says it; see docs/wire.md.
struct PlatformAnswer: Decodable {
    struct Finding: Decodable {
        var index: Int
        var id: String?
        var code: String
        var field: String?
        var en: String?
    }

    var ok: Bool
    var code: String?
    var accepted: Int?
    var duplicates: Int?
    var rejected: Int?
    var retryAfterMs: Int?
    var expected: UInt64?
    var stream: String?
    var epoch: UInt64?
    var ack: UInt64?
    /// Of a high-water mark.
    var seq: UInt64?
    var credit: Int?
    /// How often each note came, by code.
    var noteCounts: [String: Int]?
    var errors: [Finding]?
    var en: String?

    static func decode(_ bytes: [UInt8]) -> PlatformAnswer? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        // nil is the documented answer for bytes that are no answer.
        return try? decoder.decode(PlatformAnswer.self, from: Data(bytes))
    }
}
