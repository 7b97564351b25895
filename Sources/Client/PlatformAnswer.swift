import Events
import Foundation

/// An answer of the platform's door, as JSON says it; see docs/wire.md.
public struct PlatformAnswer: Decodable, Sendable {
    public struct Finding: Decodable, Sendable {
        public var index: Int
        public var id: String?
        public var code: String
        public var field: String?
        public var en: String?
    }

    public var ok: Bool
    public var code: String?
    public var accepted: Int?
    public var duplicates: Int?
    public var rejected: Int?
    public var retryAfterMs: Int?
    public var expected: UInt64?
    public var stream: String?
    public var epoch: UInt64?
    public var ack: UInt64?
    /// Of a high-water mark.
    public var seq: UInt64?
    public var credit: Int?
    /// How often each note came, by code.
    public var noteCounts: [String: Int]?
    public var errors: [Finding]?
    public var notes: [Finding]?
    public var en: String?

    static func decode(_ bytes: [UInt8]) -> PlatformAnswer? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        // nil is the documented answer for bytes that are no answer.
        guard let answer = try? decoder.decode(PlatformAnswer.self, from: Data(bytes)), answer.isPlausible else {
            return nil
        }
        return answer
    }

    /// Whether everything can be counted with.
    private var isPlausible: Bool {
        let marks = [expected, epoch, ack, seq].compactMap(\.self)
        let counts = [accepted, duplicates, rejected, retryAfterMs, credit].compactMap(\.self)
        return marks.allSatisfy { $0 <= Limits.streamNumber }
            && (counts + (noteCounts ?? [:]).values).allSatisfy { (0...1_000_000_000).contains($0) }
    }
}
